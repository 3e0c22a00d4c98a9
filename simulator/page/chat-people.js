// Who one can be: the list of people and the search in it.

import { $, avatar, button, el, toast, walkable } from "/chat-dom.js";
import { everybody } from "/chat-wire.js";

const TYPING_PAUSE = 150;
const asked = { searches: 0, pause: 0, current: () => "", pick: () => {} };

function personRow(person) {
  const groups = person.groups || [];
  const about = person.kind === "employee"
    ? [person.owns && `${person.owns} 个客户群的群主`, person.servicer && "微信客服接待"].filter(Boolean).join(" · ") || "企业成员"
    : groups.length ? groups.join("、") : "还没有加入群聊";
  return button(
    { class: "person-row", "aria-current": person.id === asked.current() ? "true" : null, click: () => asked.pick(person.id) },
    avatar(person.id, person.name), el("span", { class: "row-main" }, el("strong", {}, person.name), el("span", { class: "row-last" }, about)),
  );
}

/** Draws who one can be, in three groups. */
function draw(found, words) {
  const staff = found.people.filter((one) => one.kind === "employee" && (one.name.includes(words) || one.id.includes(words)));
  const members = found.people.filter((one) => one.kind === "customer");
  const groups = [
    ["群主与运营", staff.filter((one) => one.owns || !one.servicer), ""],
    ["顾问", staff.filter((one) => !one.owns && one.servicer), ""],
    ["社群成员", members, `${found.customers} 人`],
  ].filter(([, people]) => people.length);
  const sections = groups.map(([title, people, note]) => el(
    "section", { "aria-label": title }, el("h2", { class: "list-title" }, title, note && el("span", {}, note)),
    people.map((one) => personRow(one)),
  ));
  const rest = found.customers - members.length;
  if (rest > 0) sections.push(el("p", { class: "none" }, `还有 ${rest} 人，输入姓名查找`));
  if (!groups.length) sections.push(el("p", { class: "none" }, "没有找到这个人"));
  $("people").replaceChildren(...sections);
}

/** Looks for whom one can be; whether the list now shows what was looked for. */
export async function findPeople() {
  clearTimeout(asked.pause);
  const turn = ++asked.searches;
  const words = $("people-search").value.trim();
  try {
    const found = await everybody(words);
    if (turn !== asked.searches) return false;
    draw(found, words);
    return true;
  } catch (problem) {
    if (turn === asked.searches) toast(problem.message, { retry: findPeople });
    return false;
  }
}

/** Once: `current()` is who one is, `pick(id)` makes one somebody else. */
export function readyPeople({ current, pick }) {
  Object.assign(asked, { current, pick });
  walkable($("people"), $("people-search"), findPeople);
  $("people-search").addEventListener("input", () => {
    clearTimeout(asked.pause);
    asked.pause = setTimeout(findPeople, TYPING_PAUSE);
  });
}
