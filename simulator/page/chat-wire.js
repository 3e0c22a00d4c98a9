// Talks to the simulator: what it shows, and orders with their errors in words one can act on.

const PATIENCE = 10000;

/** Something did not work; `message` is for the person in front of the screen, `again` whether trying again can help. */
export class Problem extends Error {
  constructor(message, again = false) {
    super(message);
    this.again = again;
  }
}

const UNREACHABLE = "连不上模拟器。请确认它还在运行，然后重试。";

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw new Problem(UNREACHABLE, true);
  }
  if (!answer.ok) throw new Problem(`模拟器没有正常回答（HTTP ${answer.status}），请稍后重试。`, true);
  return answer.text();
}

const query = (path, values) => `${path}?${new URLSearchParams(values)}`;

/** A person's screen as JSON text, so that an unchanged one is cheap to recognise. */
export const viewOf = (person) => ask(query("/chat/view", { as: person }));
export const everybody = async (words = "") => JSON.parse(await ask(query("/chat/people", { q: words })));
export const membersOf = async (chat) => JSON.parse(await ask(query("/chat/members", { chat })));

const REASONS = [
  [/only members can talk/, "只有群成员才能发言。请先加入这个群聊。"],
  [/no servicer of the account/, "当前身份不是客服接待人员。请换成顾问，再接待客户。"],
  [/contact way was deleted/, "这个联系我二维码已被删除，请换一个。"],
  [/join way was deleted/, "这个入群二维码已被删除，请换一个。"],
  [/groups of this code are full/, "这个二维码对应的群都满了，请换一个群。"],
  [/has no card/, "这张卡片不是发给当前身份的，请换成收到它的人。"],
  [/has no button/, "卡片已经更新，这个按钮不在了。请看卡片的最新内容。"],
  [/no employee/, "没有这位员工，请重新选择。"],
  [/only the owner can apply/, "只有群主可以这样做，请换成群主的身份。"],
  [/unknown verb/, "模拟器不认识这个操作，请刷新页面。"],
  [/: '[^']*'$/, "对方不存在或已被删除，请重新选择。"],
];

function explained(error) {
  const known = REASONS.find(([pattern]) => pattern.test(error));
  return known ? known[1] : `操作没有成功：${error}`;
}

/** Carries out a deed; its result. Throws Problem. */
export async function order(verb, args = [], kwargs = {}) {
  const text = await ask(`/control/${verb}`, { method: "POST", body: JSON.stringify({ args, kwargs }) });
  const answer = JSON.parse(text);
  if (!answer.ok) throw new Problem(explained(String(answer.error)));
  return answer.result;
}

/** What an order that went through without effect means, by verb. */
export const WITHOUT_EFFECT = {
  say_in_group: "消息没有发出：里面有企业设置的敏感词，请改一改再发。",
  servicer_says: "消息没有发出：里面有企业设置的敏感词，请改一改再发。",
  take_from_pool: "这位客户已经不在排队了，可能已被同事接入。",
  end_session: "这个会话不在你名下，无需结束。",
  publish_moment: "没有发表：这条朋友圈已发表或已取消。",
  tap_send: "没有发出：这条群发已处理、已取消，或接收方本月次数已满。",
  click: "这个按钮已经失效。",
};
