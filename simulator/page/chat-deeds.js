// What the person one is can do beside talking: join, add, scan, open 微信客服, receive customers.
// `desk` is {me, kf, go, pick, attempt, refresh}: who one is, how to move on the page, how to carry something out.

import { toast } from "/chat-dom.js";
import { chooseSheet, closeSheet, confirmSheet, writeSheet } from "/chat-sheets.js";
import { codeIn } from "/chat-text.js";
import { everybody, membersOf, order } from "/chat-wire.js";

/** Enters 微信客服 as by a link with a scene; the account greets who is new. */
export async function openKf(desk, { scene = "menu", param = "" } = {}) {
  const talk = desk.kf();
  if (!talk) return toast("只有微信用户能打开微信客服，请换一位社群成员。");
  await desk.attempt("open_kf", () => order("open_kf", [desk.me().id, scene, param]));
  desk.go(desk.me().id, talk);
}

async function join(desk, kwargs) {
  closeSheet();
  const me = desk.me().id;
  const done = await desk.attempt("join_group", () => order("join_group", [me], kwargs));
  if (!done.ok) return;
  await desk.refresh();
  desk.go(me, done.result);
}

async function befriend(desk, kwargs) {
  closeSheet();
  const me = desk.me();
  const done = await desk.attempt("add_friend", () => order("add_friend", [me.id], kwargs));
  if (!done.ok) return;
  await desk.refresh();
  const added = desk.me().friends.find((one) => !me.friends.includes(one)) || kwargs.employee;
  if (added) desk.go(me.id, added);
  else toast("你们已经是好友了。", { kind: "done" });
}

/** A code somebody scans: into a group, to an advisor, or to 微信客服. */
export function scan(desk, code) {
  if (code.kind === "kf") return openKf(desk, code);
  if (code.id.startsWith("jcfg-")) return join(desk, { via: code.id });
  if (desk.me().kind !== "customer") return toast("员工不能扫码添加顾问，请换一位社群成员来扫。");
  return befriend(desk, { via: code.id });
}

function wayRow(desk, way) {
  const about = [way.remark, way.state].filter(Boolean).join(" · ");
  return {
    id: way.config_id, look: "scan", name: way.to.join("、") || way.config_id, about,
    acts: [{ label: "扫码", run: () => { closeSheet(); scan(desk, { kind: "qr", id: way.config_id }); } }],
  };
}

const waysOf = (found, desk, kind) => found.ways.filter((one) => one.kind === kind).map((one) => wayRow(desk, one));

/** Chooses a group to join, or a code that leads into one. */
export async function joinSheet(desk) {
  const done = await desk.attempt("people", () => everybody());
  if (!done.ok) return;
  const groups = done.result.groups.map((one) => ({
    id: one.id, name: one.name, about: `${one.size} 人 · 群主 ${one.owner}`, look: "group",
    done: desk.me().groups.includes(one.id) ? "已加入" : "",
    acts: [{ label: "加入", run: () => join(desk, { chat_id: one.id }) }],
  }));
  chooseSheet("加入群聊", [
    { title: "群聊", rows: groups }, { title: "入群二维码", rows: waysOf(done.result, desk, "join") },
  ], { empty: "还没有客户群，请先让群主新建一个" });
}

/** Chooses an advisor to add, or a code that leads to one. */
export async function addSheet(desk) {
  const done = await desk.attempt("people", () => everybody());
  if (!done.ok) return;
  const staff = done.result.people.filter((one) => one.kind === "employee").map((one) => ({
    id: one.id, name: one.name, about: one.servicer ? "顾问" : "企业成员",
    done: desk.me().friends.includes(one.id) ? "已添加" : "",
    acts: [{ label: "添加", run: () => befriend(desk, { employee: one.id }) }],
  }));
  chooseSheet("添加顾问", [
    { title: "企业成员", rows: staff }, { title: "联系我二维码与邀请", rows: waysOf(done.result, desk, "contact") },
  ]);
}

/** Pastes the address of a code. */
export function scanSheet(desk) {
  writeSheet("扫一扫", {
    label: "二维码内容", placeholder: "粘贴二维码或客服链接", act: "识别", note: "邀请、渠道码、入群码和客服链接都可以。",
    done: (words) => {
      const bare = /^j?cfg-\w+$/.test(words) ? { kind: "qr", id: words } : null;
      const code = codeIn(words) || bare;
      if (code) scan(desk, code);
      else toast("这不是企业微信的二维码或客服链接，请检查后重试。");
    },
  });
}

/** Somebody who was never here before; one becomes them. */
export function newcomerSheet(desk) {
  writeSheet("新来一位微信用户", {
    label: "昵称", placeholder: "例如：王小姐", act: "以他的身份开始",
    done: async (name) => {
      const done = await desk.attempt("meet", () => order("meet", [name]));
      if (done.ok) desk.pick(done.result);
    },
  });
}

function foundSheet(desk) {
  writeSheet("新建客户群", {
    label: "群名", placeholder: "例如：周末复盘群", act: "新建",
    done: async (name) => {
      const me = desk.me().id;
      const done = await desk.attempt("found_group", () => order("found_group", [name, me]));
      if (!done.ok) return;
      await desk.refresh();
      desk.go(me, done.result);
    },
  });
}

async function membersSheet(desk, talk) {
  const done = await desk.attempt("members", () => membersOf(talk.id));
  if (!done.ok) return;
  const me = desk.me().id;
  const remove = (one) => ({
    label: "移出", danger: true,
    run: async () => {
      closeSheet();
      await desk.attempt("remove_from_group", () => order("remove_from_group", [one.id, talk.id]));
    },
  });
  const rows = done.result.map((one) => ({
    id: one.id, name: one.name, about: one.owner ? "群主" : one.kind === "employee" ? "企业成员" : "微信用户",
    done: one.id === me ? "我" : "",
    acts: [
      { label: "成为TA", run: () => { closeSheet(); desk.go(one.id, talk.id); } },
      ...(talk.owner === me ? [remove(one)] : []),
    ],
  }));
  chooseSheet(`群成员（${rows.length}）`, [{ title: "", rows }]);
}

/** The entries of the ＋ menu. */
export function plusEntries(desk) {
  const me = desk.me();
  const joining = { icon: "group", label: "加入群聊", run: () => joinSheet(desk) };
  if (me.kind === "customer") {
    return [
      { icon: "headset", label: "打开微信客服", run: () => openKf(desk) }, joining,
      { icon: "join", label: "添加顾问", run: () => addSheet(desk) }, { icon: "scan", label: "扫一扫", run: () => scanSheet(desk) },
    ];
  }
  const entries = [joining, { icon: "plus", label: "新建客户群", run: () => foundSheet(desk) }];
  if (me.receiving === null) return entries;
  const turn = () => desk.attempt("set_receiving", () => order("set_receiving", [me.id], { on: !me.receiving }));
  return [...entries, { icon: me.receiving ? "pause" : "play", label: me.receiving ? "停止接待客户" : "开始接待客户", run: turn }];
}

function leaving(desk, talk) {
  const me = desk.me().id;
  const leave = () => desk.attempt("leave_group", () => order("leave_group", [me, talk.id]));
  const run = () => confirmSheet("退出群聊", `退出“${talk.title}”后，不再接收群消息。`, "退出", leave);
  return { icon: "exit", label: "退出群聊", danger: true, run };
}

/** The entries behind the dots of a conversation; none for most. */
export function talkEntries(desk, talk) {
  const me = desk.me();
  if (talk.kind === "group") {
    const see = { icon: "people", label: "群成员", run: () => membersSheet(desk, talk) };
    return talk.owner === me.id ? [see] : [see, leaving(desk, talk)];
  }
  if (talk.kind === "friend") {
    const drop = () => desk.attempt("delete_advisor", () => order("delete_advisor", [me.id, talk.id]));
    const run = () => confirmSheet("删除联系人", `删除“${talk.title}”后，对方不能再给你发消息。`, "删除", drop);
    return [{ icon: "trash", label: "删除联系人", danger: true, run }];
  }
  if (talk.kind !== "kf") return [];
  const turn = () => desk.attempt("reject_kf", () => order("reject_kf", [me.id], { on: !me.rejecting }));
  return [
    { icon: "headset", label: "重新进入客服", run: () => openKf(desk) },
    { icon: me.rejecting ? "play" : "pause", label: me.rejecting ? "恢复接收消息" : "拒收消息", run: turn },
  ];
}
