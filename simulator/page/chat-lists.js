// The conversations of the person one is, and who that is.

import { $, avatar, badgeAvatar, button, el, mosaic, stamp, sync } from "/chat-dom.js";
import { preview } from "/chat-text.js";

const MANY = 99;
const LOOKS = { kf: "headset", app: "app", aibot: "robot", mass: "mass", duty: "bell" };
const STATES = { 2: ["待接入", "hot"], 3: ["接待中", "live"], 4: ["已结束", "off"] };

/** The picture of a conversation. */
export function talkFace(talk) {
  if (talk.kind === "group") return mosaic(talk.faces);
  return LOOKS[talk.kind] ? badgeAvatar(LOOKS[talk.kind]) : avatar(talk.id, talk.title);
}

/** How many messages came since one looked; for 群发助手 what waits for a tap. */
export function unreadOf(talk, seenAt) {
  if (talk.kind === "mass") return talk.messages.filter((one) => one.body.state === "waiting").length;
  return talk.messages.filter((one) => !one.mine && one.kind !== "system" && one.at > seenAt).length;
}

const NOTHING = {
  kf: "点开即可咨询", friend: "已添加为联系人", group: "还没有消息", app: "可以给应用发消息", aibot: "有问题可以问我",
  mass: "没有待发送的群发", duty: "还没有通知",
};
const HEADS = { template_card: "[卡片] ", mass_task: "[群发] " };

function lastLine(talk) {
  const last = talk.messages.at(-1);
  if (!last) return NOTHING[talk.kind] || "";
  const who = talk.kind === "group" && !last.mine && last.name && last.kind !== "system" ? `${last.name}：` : "";
  return `${who}${HEADS[last.kind] || ""}${preview(last)}`;
}

function talkRow(talk, shown, open) {
  const words = shown.draft
    ? [el("span", { class: "draft" }, "[草稿] "), shown.draft] : [shown.preview];
  const state = talk.kind === "kf_served" && STATES[talk.session.state];
  const label = `${talk.title}${shown.unread ? `，${shown.unread} 条未读` : ""}`;
  return el("div", { role: "listitem" }, button(
    { class: "talk-row", "aria-label": label, "aria-current": shown.current ? "true" : null, click: () => open(talk) },
    el("span", { class: "face" }, talkFace(talk),
      shown.unread > 0 && el("span", { class: "badge" }, shown.unread > MANY ? "99+" : shown.unread)),
    el("span", { class: "row-main" },
      el("span", { class: "row-top" }, el("strong", {}, talk.title),
        state && el("span", { class: `chip ${state[1]}` }, state[0]), el("time", {}, shown.when)),
      el("span", { class: "row-last" }, ...words)),
  ));
}

/** Draws the conversations; `about` is {current, words, draftOf, unread, open}. */
export function drawTalks(view, about) {
  const wanted = view.conversations.filter((one) => one.title.includes(about.words));
  sync($("talks"), wanted.map((talk) => {
    const current = talk.id === about.current;
    const shown = {
      current, draft: current ? "" : about.draftOf(talk.id), preview: lastLine(talk), unread: about.unread(talk),
      when: talk.at ? stamp(talk.at, view.now) : "", title: talk.title, session: talk.session, faces: talk.faces,
    };
    return { key: talk.id, sig: JSON.stringify(shown), draw: () => talkRow(talk, shown, about.open) };
  }));
  if (!wanted.length) sync($("talks"), [{ key: "none", sig: "", draw: () => el("p", { class: "none" }, "没有匹配的会话") }]);
}

/** Who one is, above the conversations. */
export function drawMe(me) {
  const about = me.kind === "customer" ? "微信用户" : me.receiving === null ? "企业成员" : me.receiving ? "顾问 · 接待中" : "顾问 · 已停止接待";
  $("whoami").replaceChildren(avatar(me.id, me.name));
  $("me").replaceChildren(
    avatar(me.id, me.name, "small"), el("strong", {}, me.name), el("span", { class: "me-about" }, about),
    el("span", { class: "me-switch" }, "切换"),
  );
}
