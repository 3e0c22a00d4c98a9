// What opens over the page: the small menus, and the sheets to choose somebody or to write one line.

import { $, avatar, badgeAvatar, button, el, icon } from "/chat-dom.js";

let opener = null;

export function closeMenu() {
  const menu = $("menu");
  if (menu.hidden) return;
  menu.hidden = true;
  menu.replaceChildren();
  opener?.setAttribute("aria-expanded", "false");
  opener?.focus();
  opener = null;
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left, window.innerWidth - menu.offsetWidth - 12);
  menu.style.left = `${Math.max(12, left)}px`;
  menu.style.top = `${box.bottom + 6}px`;
}

/** A menu under `anchor`; entries are {icon, label, run, danger}. */
export function openMenu(anchor, entries) {
  const menu = $("menu");
  if (!menu.hidden && opener === anchor) return closeMenu();
  opener = anchor;
  anchor.setAttribute("aria-expanded", "true");
  menu.replaceChildren(...entries.map((one) => button(
    { role: "menuitem", class: one.danger ? "menu-item danger" : "menu-item", click: () => { closeMenu(); one.run(); } },
    icon(one.icon), one.label,
  )));
  menu.hidden = false;
  place(menu, anchor);
  menu.firstElementChild?.focus();
}

function step(event) {
  const items = [...$("menu").children];
  const at = items.indexOf(document.activeElement);
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") closeMenu();
  if (!move) return;
  event.preventDefault();
  items[(at + move + items.length) % items.length].focus();
}

/** Once: keys of the menu, and what closes it. */
export function readyMenus() {
  $("menu").addEventListener("keydown", step);
  document.addEventListener("pointerdown", (event) => {
    if (!$("menu").hidden && !$("menu").contains(event.target) && !opener?.contains(event.target)) closeMenu();
  });
  $("sheet").addEventListener("click", (event) => {
    if (event.target === $("sheet")) closeSheet();
  });
}

export function closeSheet() {
  $("sheet").close();
}

function show(title, ...children) {
  const close = button({ class: "square", "aria-label": "关闭", click: closeSheet }, icon("close"));
  $("sheet").replaceChildren(el("header", {}, el("h2", { id: "sheet-title" }, title), close), ...children);
  if (!$("sheet").open) $("sheet").showModal();
}

function sheetRow(row) {
  const acts = row.acts.map((act) => button(
    { class: act.danger ? "pill danger" : "pill", click: act.run, "aria-label": `${act.label}：${row.name}` }, act.label,
  ));
  return el(
    "li", {}, row.look ? badgeAvatar(row.look) : avatar(row.id, row.name),
    el("span", { class: "row-main" }, el("strong", {}, row.name), row.about && el("span", { class: "row-last" }, row.about)),
    row.done ? el("span", { class: "sheet-done" }, row.done) : acts,
  );
}

/** A sheet to choose from; sections are {title, rows: [{id, look, name, about, done, acts: [{label, run, danger}]}]}. */
export function chooseSheet(title, sections, { note = "", empty = "这里还没有内容" } = {}) {
  const body = el("div", { class: "sheet-body scroll" });
  const draw = (words) => {
    const parts = sections.map(({ title: name, rows }) => {
      const kept = rows.filter((one) => `${one.name}${one.about || ""}`.includes(words));
      return kept.length ? el("section", {}, name && el("h3", { class: "list-title" }, name), el("ul", {}, kept.map(sheetRow))) : null;
    }).filter(Boolean);
    body.replaceChildren(...(parts.length ? parts : [el("p", { class: "none" }, words ? "没有匹配的内容" : empty)]));
  };
  const find = el("input", {
    type: "search", placeholder: "搜索", "aria-label": `在“${title}”里搜索`, autocomplete: "off",
    input: (event) => draw(event.target.value.trim()),
  });
  draw("");
  show(title, note && el("p", { class: "sheet-note" }, note), el("label", { class: "search" }, icon("search"), find), body);
}

/** A sheet for one line of text; `done` gets it. */
export function writeSheet(title, { label, placeholder, act, done, note = "" }) {
  const input = el("input", { type: "text", maxlength: "300", placeholder, "aria-label": label, required: true, autocomplete: "off" });
  const submit = (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (words) { closeSheet(); done(words); }
  };
  show(title, el(
    "form", { class: "sheet-form", submit }, el("label", {}, el("span", {}, label), input),
    note && el("p", { class: "sheet-note" }, note), el("button", { type: "submit", class: "primary wide" }, act),
  ));
  input.focus();
}

/** A question before something that cannot be undone. */
export function confirmSheet(title, words, act, done) {
  show(title, el("p", { class: "sheet-words" }, words), el(
    "div", { class: "sheet-buttons" }, button({ class: "plain", click: closeSheet }, "取消"),
    button({ class: "primary danger", click: () => { closeSheet(); done(); } }, act),
  ));
}
