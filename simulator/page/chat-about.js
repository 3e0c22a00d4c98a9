// What stands around a conversation: the line under its name, its buttons, why one cannot write in it.

import { button } from "/chat-dom.js";

const KF_STATES = ["机器人接待中", "机器人接待中", "正在排队，等待人工接待", "", "提问后开始接待"];
const SERVED_STATES = { 2: "正在排队", 3: "由你接待中", 4: "会话已结束" };
const ABOUT = {
  app: "企业应用", aibot: "企业智能机器人", mass: "企业创建的群发，由你确认后发出", friend: "企业微信联系人",
  duty: "内部群 · 群机器人",
};
const NOTES = {
  friend: "这里只显示企业发来的消息；与顾问的单聊内容不会经过企业接口。", mass: "群发由企业创建，你点“发送”后才会真正发出。",
  duty: "这里是内部群机器人的通知，只能查看。",
};

/** The line under the name. */
export function aboutTalk(talk, me) {
  if (talk.kind === "kf") return talk.session.state === 3 ? `${talk.session.name} 正在为你服务` : KF_STATES[talk.session.state];
  if (talk.kind === "kf_served") return `微信客服 · ${SERVED_STATES[talk.session.state] || ""}`;
  if (talk.kind === "group") return talk.owner === me ? "客户群 · 你是群主" : "客户群";
  return ABOUT[talk.kind] || "";
}

/** Why one cannot write here; "" where one can. */
export function readonlyNote(talk) {
  if (talk.kind === "kf_served" && talk.session.state === 2) return "客户正在排队，接入会话后可以回复。";
  return talk.say ? "" : NOTES[talk.kind] || "这个会话只能查看。";
}

/** What stands beside the send button. */
export function composerHint(talk) {
  const over = talk.kind === "kf_served" && talk.session.state === 4;
  return over ? "会话已结束，再次回复会重新接入" : "Enter 发送，Shift+Enter 换行";
}

/** Buttons at the top, for `sync`; `run` carries out a verb on this conversation. */
export function talkActions(talk, run) {
  if (talk.kind !== "kf_served") return [];
  const make = (verb, label, look) => ({
    key: verb, sig: talk.id, draw: () => button({ class: look, click: () => run(verb) }, label),
  });
  if (talk.session.state === 2) return [make("take_from_pool", "接入会话", "primary")];
  return talk.session.state === 3 ? [make("end_session", "结束会话", "plain")] : [];
}
