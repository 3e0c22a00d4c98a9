// Building blocks. Data only ever becomes text nodes and checked attributes: no innerHTML anywhere on this page.

const SVG = "http://www.w3.org/2000/svg";
const HUES = 10;
const DAY = 86400;
const WEEKDAYS = "日一二三四五六";

export const $ = (id) => document.getElementById(id);

/** An element; functions become listeners, null and false are left out, the rest are attributes. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return node;
}

/** A push button that never submits a form. */
export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function hue(id) {
  let sum = 7;
  for (const sign of String(id)) sum = (sum * 31 + sign.codePointAt(0)) % 9973;
  return sum % HUES;
}

const initial = (name) => [...String(name).trim()][0] || "?";

/** A person's picture: the first sign of the name on a colour that belongs to the id. */
export function avatar(id, name, size = "") {
  return el("span", { class: `avatar hue-${hue(id)} ${size}`, "aria-hidden": "true" }, initial(name));
}

/** A picture for what is no person. `look` is one of our own words, never data. */
export function badgeAvatar(look, size = "") {
  return el("span", { class: `avatar look-${look} ${size}`, "aria-hidden": "true" }, icon(look));
}

/** A group's picture: its first members, side by side. */
export function mosaic(faces) {
  const tiles = faces.map(([id, name]) => el("span", { class: `tile hue-${hue(id)}` }, initial(name)));
  const columns = faces.length > 4 ? 3 : faces.length > 1 ? 2 : 1;
  return el("span", { class: `avatar mosaic columns-${columns}`, "aria-hidden": "true" }, tiles);
}

/** An address one may follow, or "". */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

const two = (number) => String(number).padStart(2, "0");
const midnight = (at) => new Date(at * 1000).setHours(0, 0, 0, 0) / 1000;

export function clock(at) {
  const date = new Date(at * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** When something was, seen from `now`: time of day, 昨天, weekday, date. */
export function stamp(at, now, { full = false } = {}) {
  const days = Math.round((midnight(now) - midnight(at)) / DAY);
  const date = new Date(at * 1000);
  const time = full ? ` ${clock(at)}` : "";
  if (days === 0) return clock(at);
  if (days === 1) return `昨天${time}`;
  if (days > 1 && days < 7) return `星期${WEEKDAYS[date.getDay()]}${time}`;
  const year = date.getFullYear() === new Date(now * 1000).getFullYear() ? "" : `${date.getFullYear()}年`;
  return `${year}${date.getMonth() + 1}月${date.getDate()}日${time}`;
}

/** Gives focus back to a node that was moved, or to the one drawn in its place. */
function refocus(parent, held, active) {
  if (!held || document.activeElement === active) return;
  const place = held.isConnected ? active : [...parent.children].find((one) => one.syncKey === held.syncKey)?.querySelector("button");
  place?.focus({ preventScroll: true });
}

/**
 * Makes the children of `parent` match `items` ({key, sig, draw}): what did not change keeps its node, and with it
 * focus, selection and half-made choices.
 */
export function sync(parent, items) {
  const active = document.activeElement;
  const held = [...parent.children].find((node) => node.contains(active));
  const known = new Map([...parent.children].map((node) => [node.syncKey, node]));
  const wanted = items.map(({ key, sig, draw }) => {
    const old = known.get(key);
    if (old && old.syncSig === sig) return old;
    const node = draw();
    node.syncKey = key;
    node.syncSig = sig;
    return node;
  });
  const kept = new Set(wanted);
  for (const node of [...parent.children]) if (!kept.has(node)) node.remove();
  wanted.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] || null);
  });
  refocus(parent, held, active);
}

/** Arrow keys walk through the buttons of a list; Enter in its search field takes the first that `find` found. */
export function walkable(list, search, find = null) {
  const rows = () => [...list.querySelectorAll("button")];
  const step = (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const found = rows();
    found[Math.max(0, found.indexOf(document.activeElement) + move)]?.focus();
  };
  list.addEventListener("keydown", step);
  search.addEventListener("keydown", async (event) => {
    if (event.key === "ArrowDown") step(event);
    if (event.key !== "Enter" || event.isComposing) return;
    if (!find || await find()) rows()[0]?.click();
  });
}

const STAYS = { error: 12000, done: 3200 };

/** A note at the top. An error says what one can do about it, and stays longer; `retry` adds a button. */
export function toast(text, { kind = "error", retry = null } = {}) {
  const close = () => node.remove();
  const again = retry && button({ class: "toast-act", click: () => { close(); retry(); } }, "重试");
  const node = el(
    "div", { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" },
    icon(kind === "error" ? "warn" : "check"), el("p", {}, text), again,
    button({ class: "toast-close", "aria-label": "关闭提示", click: close }, icon("close")),
  );
  for (const other of [...$("toasts").children]) if (other.textContent === node.textContent) other.remove();
  $("toasts").append(node);
  setTimeout(close, STAYS[kind]);
}
