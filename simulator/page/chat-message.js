// One message of a conversation, by its kind. `acts` is what can be tapped: card, choose, send.

import { avatar, badgeAvatar, button, clock, el, icon, stamp } from "/chat-dom.js";
import { templateCard } from "/chat-card.js";
import { LABELS, described, link, linked, markdown } from "/chat-text.js";

const GAP = 300;
const SMALL = { image: "image", video: "image", file: "file", link: "link" };
const FACES = { app: "app", aibot: "robot", mass: "mass", duty: "bell", kf: "headset" };

const bubble = (...children) => el("div", { class: "bubble" }, ...children);

function tile(kind, title, desc, address) {
  const inside = [
    el("span", { class: "tile-words" }, el("strong", {}, title || LABELS[kind] || kind), desc && el("span", {}, desc)),
    el("span", { class: "tile-icon" }, icon(SMALL[kind] || "file")),
  ];
  return el("div", { class: "card tile-card" }, address ? link(address, el("span", { class: "tile-row" }, inside), "tile-link")
    : el("span", { class: "tile-row" }, inside));
}

/** A picture, link, file or mini program that came with a message. */
export function attachment(one) {
  const kind = String(one.msgtype || "");
  const part = one[kind] || {};
  return tile(kind, part.title || part.name || LABELS[kind], part.desc || part.media_id || part.pic_url || "", part.url);
}

function menu(part, acts) {
  const rows = (part.list || []).map((one) => {
    const kind = String(one.type);
    const words = String((one[kind] || {}).content || "");
    if (kind === "click" && acts.choose) return button({ class: "choice", click: () => acts.choose(words, one.click.id || "") }, words);
    if (kind === "view") return el("p", { class: "choice-still" }, link((one.view || {}).url, words));
    return el("p", { class: kind === "text" ? "choice-text" : "choice-still" }, linked(words));
  });
  return el(
    "div", { class: "bubble menu-bubble" }, part.head_content && el("p", {}, linked(part.head_content)),
    el("div", { class: "choices" }, rows), part.tail_content && el("p", { class: "menu-tail" }, linked(part.tail_content)),
  );
}

function greeting(message) {
  const words = (message.body.text || {}).content ?? message.text;
  return [words && bubble(linked(words)), ...(message.body.attachments || []).map(attachment)];
}

function kfMessage(message, acts) {
  const kind = message.body.msgtype;
  const part = message.body[kind] || {};
  if (kind === "msgmenu") return menu(part, acts);
  if (kind === "link") return tile("link", part.title, part.desc, part.url);
  return kind && kind !== "text" ? attachment(message.body) : bubble(linked(message.text));
}

function textCard({ body }) {
  return el(
    "article", { class: "card" }, el("h2", { class: "card-title" }, body.title || ""), described(body.description || ""),
    el("div", { class: "card-jump" }, link(body.url, body.btntxt || "详情"), icon("next")),
  );
}

function news({ body }) {
  const rows = (body.articles || []).map((one) => tile("link", one.title, one.description, one.url));
  return el("div", { class: "news" }, rows);
}

function receivers(task) {
  if (task.chat_type === "moment") return `${task.count} 位客户能看到`;
  const unit = task.chat_type === "group" ? "个客户群" : "位客户";
  return `发送给 ${task.count} ${unit}：${task.targets.join("、")}${task.count > task.targets.length ? " 等" : ""}`;
}

function taskState(task, acts) {
  const moment = task.chat_type === "moment";
  const tap = () => acts.send(task.msgid, moment ? "publish_moment" : "tap_send");
  if (task.state === "waiting") return button({ class: "primary wide", click: tap }, moment ? "发表" : "发送");
  if (task.state === "cancelled") return el("p", { class: "task-done" }, "企业已取消这条群发");
  return el("p", { class: "task-done" }, icon("check"), `已发送 · 送达 ${task.reached}/${task.count} · ${clock(task.tapped_at)}`);
}

const TASKS = { group: "群发到客户群", moment: "发表到客户朋友圈" };

/** A mass message of the company that its sender has to confirm. */
function massTask({ body: task }, acts) {
  const labels = { waiting: "待发送", sent: "已发送", cancelled: "已取消" };
  return el(
    "article", { class: `card task ${task.state}`, "aria-label": `群发任务：${labels[task.state]}` },
    el("div", { class: "task-head" }, el("strong", {}, TASKS[task.chat_type] || "群发给客户"),
      el("span", { class: `chip ${task.state}` }, labels[task.state])),
    task.content && el("p", { class: "task-words" }, linked(task.content)), task.attachments.map(attachment),
    el("p", { class: "task-to" }, receivers(task)),
    task.reminders > 0 && task.state === "waiting" && el("p", { class: "task-late" }, `企业已提醒 ${task.reminders} 次`),
    taskState(task, acts),
  );
}

const DRAWN = {
  template_card: (message, acts) => templateCard(message.body, acts.card),
  mass_task: massTask, textcard: textCard, news, kf: kfMessage, kf_welcome: kfMessage, kf_notice: kfMessage,
  welcome: greeting, mass_single: greeting, moment: greeting, group_message: greeting,
  markdown: (message) => bubble(markdown(message.text)), aibot: (message) => bubble(markdown(message.text)),
  group_robot: (message) => bubble(markdown(message.text)),
};

/** A message of a shape nobody expected is shown by its words alone. */
function content(message, acts) {
  try {
    const draw = DRAWN[message.kind];
    if (draw) return draw(message, acts);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return bubble(linked(message.text || `[${LABELS[message.kind] || message.kind}]`));
}

function face(message, talk) {
  if (message.mine && message.kind.startsWith("kf") && message.kind !== "kf_servicer") return badgeAvatar("headset");
  const look = FACES[talk.kind];
  if (message.mine || !look || message.kind === "kf_servicer") return avatar(message.from, message.name);
  return badgeAvatar(look);
}

function named(message, talk, me) {
  if (talk.kind === "kf_served") return message.mine && message.from !== me;
  return !message.mine && (talk.kind === "group" || message.kind === "kf_servicer");
}

function row(message, talk, acts, me) {
  if (message.kind === "system") return el("div", { class: "row system" }, el("span", {}, message.text));
  const name = named(message, talk, me) && el("span", { class: "sender" }, message.name);
  const recall = acts.recall && message.mine && message.key && talk.kind === "group" && message.kind === "text"
    ? button({ class: "recall", click: () => acts.recall(message.key), "aria-label": `撤回：${message.text}` }, "撤回") : null;
  return el(
    "div", { class: message.mine ? "row mine" : "row", title: clock(message.at) }, face(message, talk),
    el("div", { class: "row-body" }, name, content(message, acts)), recall,
  );
}

/** The messages of a conversation for `sync`, with the time where some passed in between. */
export function rowsOf(talk, now, acts, me) {
  const items = [];
  const seen = new Map();
  let before = 0;
  for (const message of talk.messages) {
    if (message.at - before > GAP) {
      const text = stamp(message.at, now, { full: true });
      items.push({ key: `time ${message.at}`, sig: text, draw: () => el("div", { class: "row time" }, el("time", {}, text)) });
    }
    before = message.at;
    const base = `${message.kind} ${message.key} ${message.at} ${message.from}`;
    const copies = seen.get(base) || 0;
    seen.set(base, copies + 1);
    items.push({ key: `${base} ${copies}`, sig: JSON.stringify(message), draw: () => row(message, talk, acts, me) });
  }
  return items;
}
