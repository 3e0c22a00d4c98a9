// Beside a chat in WeCom: find out whose chat it is, and send approved words into it by the advisor's tap.
"use strict";

const page = document.querySelector("[data-corp]").dataset;
const status = document.querySelector("#client-state");

async function signed(kind) {
  const url = encodeURIComponent(location.href.split("#")[0]);
  const answer = await fetch(`/console/sidebar/signature?url=${url}`, { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.why || "没有取得签名");
  return told[kind];
}

function register() {
  ww.register({
    corpId: page.corp, agentId: page.agent, jsApiList: page.calls.split(","),
    getConfigSignature: () => signed("corp"), getAgentConfigSignature: () => signed("app"),
  });
}

async function find() {
  const here = await ww.getCurExternalContact();
  location.replace(`/console/sidebar/${encodeURIComponent(here.userId)}`);
}

async function send(button) {
  const card = button.closest("[data-entry]");
  const text = card.querySelector("textarea").value;
  await ww.sendChatMessage({ msgtype: "text", text: { content: text } });
  const form = new FormData(card.querySelector("form"));
  await fetch(card.querySelector("form").action, { method: "POST", body: form });
  button.textContent = "已发送";
}

function say(error) {
  status.textContent = `企业微信没有应答（${error.errMsg || error.message}）：可复制后粘贴发送。`;
}

if (/wxwork/i.test(navigator.userAgent) && window.ww) {
  register();
  document.querySelectorAll("[data-send]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => send(button).catch(say));
  });
  if (page.find) find().catch(say);
}
