// Template cards as WeCom draws them, with what one can tap. `tap(task, key, chosen)` carries a tap out.

import { button, el, icon, safeUrl } from "/chat-dom.js";
import { link } from "/chat-text.js";

const INKS = ["grey", "black", "red", "green"];
const LOOKS = new Set([1, 2, 3, 4]);

function source(card, tap, body) {
  const from = card.source || {};
  const menu = (card.action_menu || {}).action_list || [];
  if (!from.desc && !menu.length) return null;
  const ink = INKS[Number(from.desc_color) || 0] || "grey";
  const entries = menu.map((one) => button({ class: "card-menu-item", click: () => tap(body.task_id, one.key) }, one.text));
  const more = entries.length && el(
    "details", { class: "card-menu" }, el("summary", { "aria-label": "卡片菜单" }, icon("more")), el("div", {}, entries),
  );
  return el("div", { class: "card-source" }, el("span", { class: `ink-${ink}` }, from.desc || ""), more || null);
}

function title(card) {
  const main = card.main_title || {};
  return [
    main.title && el("h2", { class: "card-title" }, main.title),
    main.desc && el("p", { class: "card-desc" }, main.desc),
  ];
}

function emphasis({ emphasis_content: strong }) {
  if (!strong) return null;
  return el("div", { class: "card-strong" }, el("strong", {}, strong.title || ""), el("span", {}, strong.desc || ""));
}

function quote({ quote_area: area }) {
  if (!area || !(area.title || area.quote_text)) return null;
  return el(
    "blockquote", { class: "card-quote" }, area.title && el("strong", {}, area.title),
    area.quote_text && el("p", {}, area.quote_text), Number(area.type) === 1 && link(area.url, "查看"),
  );
}

function facts({ horizontal_content_list: list }) {
  if (!list || !list.length) return null;
  const value = (one) => {
    if (Number(one.type) === 1) return link(one.url, one.value || "查看");
    return Number(one.type) > 1 ? el("span", { class: "link" }, one.value || "") : one.value || "";
  };
  return el("dl", { class: "card-facts" }, list.map((one) => [el("dt", {}, one.keyname || ""), el("dd", {}, value(one))]));
}

function picture(card) {
  const area = card.image_text_area;
  const texts = (card.vertical_content_list || []).map((one) =>
    el("div", { class: "card-vertical" }, el("strong", {}, one.title || ""), el("p", {}, one.desc || "")));
  const side = area && el(
    "div", { class: "card-side" }, el("div", {}, el("strong", {}, area.title || ""), el("p", {}, area.desc || "")),
    el("span", { class: "card-thumb" }, icon("image")),
  );
  return [card.card_image && el("div", { class: "card-picture" }, icon("image")), side, ...texts];
}

function jumps({ jump_list: list }) {
  return (list || []).map((one) => {
    const label = el("span", {}, one.title || "");
    return el("div", { class: "card-jump" }, Number(one.type) === 1 ? link(one.url, label) : label, icon("next"));
  });
}

function choice(question, one, many, picked) {
  const input = el("input", {
    type: many ? "checkbox" : "radio", name: question, value: one.id, checked: picked(one),
  });
  return el("label", { class: "card-choice" }, input, el("span", {}, one.text || ""));
}

/** Questions of the card, each with how to read what was chosen: [node, key, read]. */
function questions(card, off, task) {
  const found = [];
  const pick = (part) => {
    const key = String(part.question_key || "");
    const options = (part.option_list || []).map((one) =>
      el("option", { value: one.id, selected: one.id === part.selected_id }, one.text || ""));
    const select = el("select", { "aria-label": part.title || "选项", disabled: off || Boolean(part.disable) }, options);
    found.push([el("label", { class: "card-select" }, el("span", {}, part.title || ""), select), key, () => [select.value]]);
  };
  if (card.button_selection) pick(card.button_selection);
  for (const part of card.select_list || []) pick(part);
  if (card.checkbox) {
    const part = card.checkbox;
    const picked = (one) => Boolean(one.is_checked) && String(one.is_checked) !== "false";
    const many = Number(part.mode) === 1;
    const labels = (part.option_list || []).map((one) => choice(`${task} ${part.question_key}`, one, many, picked));
    const group = el("fieldset", { class: "card-vote", disabled: off || Boolean(part.disable) }, labels);
    const read = () => [...group.querySelectorAll("input")].filter((one) => one.checked).map((one) => one.value);
    found.push([group, String(part.question_key), read]);
  }
  return found;
}

function tappable(card) {
  const submit = card.submit_button;
  return [...(card.button_list || []), ...(submit ? [{ text: submit.text || "提交", key: submit.key, style: 1 }] : [])];
}

function buttons(card, body, tap, asked) {
  const list = tappable(card);
  if (!list.length) return null;
  if (body.replaced) return el("div", { class: "card-buttons" }, button({ class: "card-button done", disabled: true }, body.replaced));
  const chosen = () => Object.fromEntries(asked.map(([, key, read]) => [key, read()]));
  const made = list.map((one) => {
    const look = LOOKS.has(Number(one.style)) ? Number(one.style) : 1;
    if (Number(one.type) === 1) return link(one.url, one.text, `card-button style-${look}`);
    return button({ class: `card-button style-${look}`, click: () => tap(body.task_id, one.key, chosen()) }, one.text || "");
  });
  const row = el("div", { class: list.length > 2 ? "card-buttons many" : "card-buttons" }, made);
  return row;
}

/** The card of a message whose body is {task_id, card, replaced}. */
export function templateCard(body, tap) {
  const card = body.card || {};
  const asked = questions(card, Boolean(body.replaced), body.task_id);
  const action = safeUrl((card.card_action || {}).url || "");
  return el(
    "article", { class: "card template", "aria-label": `卡片：${(card.main_title || {}).title || card.sub_title_text || ""}` },
    source(card, tap, body), picture(card).slice(0, 1), title(card), emphasis(card), quote(card),
    card.sub_title_text && el("p", { class: "card-sub" }, card.sub_title_text), picture(card).slice(1), facts(card),
    asked.map(([node]) => node), buttons(card, body, tap, asked), jumps(card),
    action && el("div", { class: "card-jump" }, link(action, "查看详情"), icon("next")),
  );
}
