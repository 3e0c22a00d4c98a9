// A push with one moment is dragged to another day; the form behind it does the rest.
"use strict";

const form = document.querySelector("#move");
const days = document.querySelectorAll("[data-day]");

document.querySelectorAll("[data-plan]").forEach((push) => {
  push.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", push.dataset.plan));
});

if (form) days.forEach((day) => {
  day.addEventListener("dragover", (event) => { event.preventDefault(); day.classList.add("over"); });
  day.addEventListener("dragleave", () => day.classList.remove("over"));
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    form.elements.plan.value = event.dataTransfer.getData("text/plain");
    form.elements.day.value = day.dataset.day;
    if (/^\d+$/.test(form.elements.plan.value)) form.requestSubmit();
  });
});
