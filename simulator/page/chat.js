// The page itself: who one is and which conversation is open (in the address), polling, sending.

import { aboutTalk, composerHint, readonlyNote, talkActions } from "/chat-about.js";
import { $, sync, toast, walkable } from "/chat-dom.js";
import { newcomerSheet, openKf, plusEntries, scan, talkEntries } from "/chat-deeds.js";
import { drawMe, drawTalks, unreadOf } from "/chat-lists.js";
import { rowsOf } from "/chat-message.js";
import { findPeople, readyPeople } from "/chat-people.js";
import { openMenu, readyMenus } from "/chat-sheets.js";
import { codeIn } from "/chat-text.js";
import { draftOf, keepDraft, markRead, readUntil } from "/chat-store.js";
import { order, Problem, viewOf, WITHOUT_EFFECT } from "/chat-wire.js";

const EVERY = 900;
const OFFLINE_EVERY = 3000;
const NEAR = 80;

const state = {
  as: "", talk: "", view: null, text: "", turn: 0, timer: 0, drawn: "", busy: new Set(), atEnd: true, focus: false, code: null,
  latest: null,
};

const desk = {
  me: () => state.view.me,
  kf: () => state.view.conversations.find((one) => one.kind === "kf")?.id || "",
  go, attempt, pick, refresh: poll,
};

const current = () => state.view?.conversations.find((one) => one.id === state.talk);

/* ---- where one is: #as=ID&talk=ID ---- */

function go(as, talk) {
  const hash = new URLSearchParams({ ...(as && { as }), ...(talk && { talk }) }).toString();
  if (location.hash.slice(1) === hash) return arrive();
  location.hash = hash;
}

function arrive() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const [as, talk] = [hash.get("as") || "", hash.get("talk") || ""];
  const changed = as !== state.as;
  $("side-hint").classList.toggle("loud", hash.has("scan"));
  $("side-hint").textContent = hash.has("scan") ? "选择谁来扫这个二维码" : "选择一个人，用他的身份收发消息";
  keepWords();
  Object.assign(state, { as, talk, drawn: "" });
  document.body.dataset.pane = talk ? "talk" : "list";
  if (!as) {
    Object.assign(state, { view: null, text: "" });
    showPane("people");
    return draw();
  }
  showPane("talks");
  if (changed) {
    Object.assign(state, { view: null, text: "" });
    $("talks-search").value = "";
  }
  draw();
  poll();
}

function showPane(name) {
  $("tab-talks").disabled = $("whoami").hidden = !state.as;
  for (const one of ["talks", "people"]) {
    $(`${one}-pane`).hidden = one !== name;
    $(`tab-${one}`).setAttribute("aria-pressed", String(one === name));
  }
  if (name === "people") findPeople();
}

/** One becomes somebody; a code one came with is scanned as that person. */
function pick(id) {
  state.code = codeIn(new URLSearchParams(location.hash.slice(1)).get("scan") || "");
  go(id, "");
}

/* ---- what there is to see ---- */

/** Asks for the screen; done when it, or a later one, is drawn. */
function poll() {
  clearTimeout(state.timer);
  if (!state.as || document.hidden) return Promise.resolve();
  state.latest = look(++state.turn);
  return state.latest;
}

async function look(turn) {
  let text = "";
  try {
    text = await viewOf(state.as);
  } catch {
    // Said on the page until an answer comes; what was typed stays.
  }
  if (turn !== state.turn) return state.latest;
  $("offline").hidden = Boolean(text);
  clearTimeout(state.timer);
  state.timer = setTimeout(poll, text ? EVERY : OFFLINE_EVERY);
  if (text && text !== state.text) seen(text);
  return undefined;
}

function seen(text) {
  const view = JSON.parse(text);
  if (view.me.kind === "nobody") {
    toast(`没有编号为 ${view.me.id} 的人，请重新选择身份。`);
    return go("", "");
  }
  Object.assign(state, { view, text });
  draw();
  if (state.code) {
    const { code } = state;
    state.code = null;
    scan(desk, code);
  }
}

function draw() {
  drawTalk();
  if (!state.view) {
    $("talks").replaceChildren();
    return;
  }
  const { me } = state.view;
  document.body.dataset.kind = me.kind;
  drawMe(me);
  drawList();
}

function drawList() {
  const unread = (talk) => (talk.id === state.talk && talk.kind !== "mass" ? 0 : unreadOf(talk, readUntil(state.as, talk.id)));
  drawTalks(state.view, {
    current: state.talk, words: $("talks-search").value.trim(), draftOf: (talk) => draftOf(state.as, talk), unread, open: openTalk,
  });
  const sum = state.view.conversations.reduce((all, talk) => all + unread(talk), 0);
  $("tab-badge").hidden = !sum;
  $("tab-badge").textContent = sum > 99 ? "99+" : sum;
  document.title = `${sum ? `(${sum}) ` : ""}${state.view.me.name} · 企业微信模拟器`;
}

function openTalk(talk) {
  const entering = talk.kind === "kf" && talk.id !== state.talk;
  state.focus = true;
  if (entering) openKf(desk);
  else go(state.as, talk.id);
}

/* ---- the open conversation ---- */

function drawTalk() {
  const talk = current();
  for (const id of ["talk-head", "log-frame"]) $(id).hidden = !talk;
  $("blank").hidden = Boolean(talk);
  if (!talk) {
    $("composer").hidden = $("readonly").hidden = true;
    $("blank-words").textContent = !state.as ? "从左侧选择一个身份开始" : !state.view ? "正在打开…"
      : state.talk ? "这个会话已经不在了，请选择其他会话" : "选择一个会话";
    $("blank-more").hidden = Boolean(state.as);
    return;
  }
  $("talk-title").textContent = talk.kind === "group" ? `${talk.title}（${talk.size}）` : talk.title;
  $("talk-about").textContent = aboutTalk(talk, state.as);
  sync($("talk-actions"), talkActions(talk, (verb) => attempt(verb, () => order(verb, [state.as, talk.id]))));
  $("talk-more").hidden = !talkEntries(desk, talk).length;
  const note = readonlyNote(talk);
  $("composer").hidden = Boolean(note);
  $("readonly").hidden = !note;
  $("readonly").textContent = note;
  $("composer-hint").textContent = composerHint(talk);
  drawLog(talk);
}

function drawLog(talk) {
  const log = $("log");
  const fresh = state.drawn !== `${state.as} ${talk.id}`;
  const last = log.lastElementChild?.syncKey;
  sync(log, rowsOf(talk, state.view.now, acts(talk), state.as));
  const grown = last !== log.lastElementChild?.syncKey;
  const own = talk.messages.at(-1)?.mine;
  if (fresh || state.atEnd || (grown && own)) toEnd();
  else if (grown) $("newer").hidden = false;
  if (fresh) {
    state.drawn = `${state.as} ${talk.id}`;
    $("words").value = draftOf(state.as, talk.id);
    grow();
    if (state.focus) $("words").focus();
    state.focus = false;
  }
  markRead(state.as, talk.id, talk.at);
}

function toEnd() {
  $("log").scrollTop = $("log").scrollHeight;
  state.atEnd = true;
  $("newer").hidden = true;
}

function onScroll() {
  const log = $("log");
  state.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  if (state.atEnd) $("newer").hidden = true;
}

function acts(talk) {
  const say = talk.kind === "kf" ? (words, menu) => attempt(`choose ${menu}`, () => order("say_to_kf", [state.as, words, menu])) : null;
  return {
    card: (task, key, chosen = {}) => attempt("click", () => order("click", [state.as, task, key, chosen])),
    choose: say,
    send: (msgid, verb) => attempt(verb, () => order(verb, [state.as, msgid])),
    recall: (msgid) => attempt("recall_in_group", () => order("recall_in_group", [state.as, talk.id, msgid])),
  };
}

/* ---- carrying something out ---- */

/** Runs once at a time; {ok, result}. Says what went wrong and how to go on. */
async function attempt(verb, work, retry = () => attempt(verb, work)) {
  if (state.busy.has(verb)) return { ok: false };
  state.busy.add(verb);
  try {
    const result = await work();
    const idle = WITHOUT_EFFECT[verb] && !result;
    if (idle) toast(WITHOUT_EFFECT[verb]);
    poll();
    return { ok: !idle, result };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    toast(problem.message, { retry: problem.again ? retry : null });
    return { ok: false };
  } finally {
    state.busy.delete(verb);
  }
}

async function send() {
  const talk = current();
  const [as, words] = [state.as, $("words").value];
  if (!talk?.say || !words.trim()) return;
  const { verb, args } = talk.say;
  const done = await attempt(verb, () => order(verb, [...args, words.trim()]), send);
  if (!done.ok) return;
  if (state.as === as && state.talk === talk.id) {
    if ($("words").value.startsWith(words)) $("words").value = $("words").value.slice(words.length);
    keepWords();
    grow();
  } else if (draftOf(as, talk.id) === words) keepDraft(as, talk.id, "");
}

function keepWords() {
  if (state.view && current() && state.drawn) keepDraft(state.as, state.talk, $("words").value);
}

function grow() {
  $("send").disabled = !$("words").value.trim();
}

/* ---- hands ---- */

function onKey(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
}

function ready() {
  readyMenus();
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  $("words").addEventListener("keydown", onKey);
  $("words").addEventListener("input", () => { grow(); keepWords(); });
  $("plus").addEventListener("click", () => state.view && openMenu($("plus"), plusEntries(desk)));
  $("talk-more").addEventListener("click", () => current() && openMenu($("talk-more"), talkEntries(desk, current())));
  $("newer").addEventListener("click", toEnd);
  $("log").addEventListener("scroll", onScroll);
  new ResizeObserver(() => state.atEnd && toEnd()).observe($("log"));
  $("log").addEventListener("scan", (event) => scan(desk, event.detail));
  for (const id of ["whoami", "me", "tab-people"]) $(id).addEventListener("click", () => { showPane("people"); $("people-search").focus(); });
  $("tab-talks").addEventListener("click", () => state.as && showPane("talks"));
  $("newcomer").addEventListener("click", () => newcomerSheet(desk));
  $("back").addEventListener("click", () => go(state.as, ""));
  $("talks-search").addEventListener("input", () => state.view && drawList());
  walkable($("talks"), $("talks-search"));
  readyPeople({ current: () => state.as, pick });
  document.addEventListener("visibilitychange", poll);
  window.addEventListener("hashchange", arrive);
  if (codeIn(location.href)) location.replace(`/chat.html#${new URLSearchParams({ scan: location.href })}`);
  else arrive();
}

ready();
