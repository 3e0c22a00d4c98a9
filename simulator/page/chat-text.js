// Words with links, the Markdown WeCom knows, and the divs of text cards: parsed into nodes.

import { button, el, safeUrl } from "/chat-dom.js";

export const LABELS = { image: "图片", voice: "语音", video: "视频", file: "文件", location: "位置", miniprogram: "小程序" };
const MARKED = new Set(["markdown", "aibot", "group_robot"]);
const LINK = /https?:\/\/[^\s<>"'，。；！？、（）【】《》“”]+/g;
const INLINE = /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)\s]+)\)|`([^`]+)`|<font color="(\w+)">([\s\S]*?)<\/font>|<@(\w+)>/g;
const COLOURS = new Set(["info", "comment", "warning"]);
const GREYS = new Set(["gray", "normal", "highlight"]);

/** Links to codes and to 微信客服 stay on the page: they are scanned by whoever one is. */
export function codeIn(address) {
  const url = safeUrl(address);
  const parts = url ? new URL(url).pathname.split("/") : [];
  if (parts.length !== 3 || !["qr", "kf"].includes(parts[1])) return null;
  const query = new URL(url).searchParams;
  return {
    kind: parts[1], id: decodeURIComponent(parts[2]),
    scene: query.get("enc_scene") || query.get("scene") || "link", param: query.get("scene_param") || "",
  };
}

/** A link; nothing that is not http(s) can be followed. */
export function link(address, label, look = "link") {
  const code = codeIn(address);
  if (code) {
    const scan = (event) => event.target.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: code }));
    return button({ class: `${look} code`, click: scan, title: address }, label);
  }
  const url = safeUrl(address);
  if (!url) return el("span", { class: look }, label);
  return el("a", { class: look, href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Plain words; addresses become links. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of String(text).matchAll(LINK)) {
    nodes.push(text.slice(end, found.index), link(found[0], found[0]));
    end = found.index + found[0].length;
  }
  return [...nodes, String(text).slice(end)];
}

function marked(found) {
  const [, bold, label, address, code, colour, coloured, mention] = found;
  if (bold !== undefined) return el("strong", {}, inline(bold));
  if (address !== undefined) return link(address, label);
  if (code !== undefined) return el("code", {}, code);
  if (mention !== undefined) return el("span", { class: "mention" }, `@${mention}`);
  return el("span", { class: COLOURS.has(colour) ? `font-${colour}` : "" }, inline(coloured));
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(...linked(text.slice(end, found.index)), marked(found));
    end = found.index + found[0].length;
  }
  return [...nodes, ...linked(text.slice(end))];
}

function line(text) {
  const heading = /^(#{1,6})\s+(.*)$/.exec(text);
  if (heading) return el("p", { class: `heading level-${Math.min(heading[1].length, 3)}` }, inline(heading[2]));
  const quote = /^>\s?(.*)$/.exec(text);
  if (quote) return el("blockquote", {}, inline(quote[1]));
  const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(text);
  if (item) return el("p", { class: "item" }, text.trim().match(/^\d+\./)?.[0] || "•", " ", inline(item[1]));
  return text.trim() ? el("p", {}, inline(text)) : el("p", { class: "gap" });
}

/** The subset of Markdown that WeCom draws. */
export function markdown(text) {
  return el("div", { class: "markdown" }, String(text).split("\n").map(line));
}

/** The description of a text card: divs of three looks, and line breaks. */
export function described(text) {
  const parts = String(text).split(/<div class="(\w+)">([\s\S]*?)<\/div>|<br\s*\/?>|\n/);
  const nodes = [];
  for (let at = 0; at < parts.length; at += 3) {
    if (parts[at]) nodes.push(el("p", {}, parts[at]));
    if (parts[at + 2]) nodes.push(el("p", { class: GREYS.has(parts[at + 1]) ? parts[at + 1] : "" }, parts[at + 2]));
  }
  return nodes;
}

/** A message in one line, for the list of conversations. */
export function preview(message) {
  const { kind, body, text } = message;
  let words = text;
  if (kind === "textcard") words = body.title || text;
  else if (body.msgtype === "msgmenu") words = (body.msgmenu || {}).head_content || text;
  else if (MARKED.has(kind)) words = text.replace(/<\/?font[^>]*>|\*\*|^[>#]+\s*/gm, "");
  return String(words || `[${LABELS[kind] || "消息"}]`).replace(/\s+/g, " ");
}
