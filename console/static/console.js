// Keys and confirmations; every page works without this file.
"use strict";

const rows = () => [...document.querySelectorAll("table.rows tbody tr")];

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("at"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))] || all[0];
  if (at >= 0) all[at].classList.remove("at");
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
}

function search(where) {
  const field = document.querySelector(`${where} input[type=search]`) || document.querySelector("input[type=search]");
  if (field) { field.focus(); field.select(); }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if ((event.metaKey || event.ctrlKey) && event.key === "k") { event.preventDefault(); search(".seek"); return; }
  if (typing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
  if (event.key === "/") { event.preventDefault(); search(".filters"); }
  if (event.key === "Enter") document.querySelector("tr.at a")?.click();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  button.textContent = button.dataset.copied;
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
