"use strict";
// Everything works without this file; it only saves steps.

// On wide screens the menu stays open.
const menu = document.querySelector("[data-menu]");
if (menu) {
  const wide = window.matchMedia("(min-width: 64rem)");
  const fit = () => { menu.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
}

// A filter is put to use as soon as it is chosen.
for (const field of document.querySelectorAll("form[data-filter] select")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// Copies what stands in another element, and says so.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(from.value ?? from.textContent);
    button.textContent = button.dataset.done;
  });
}

// Whoever presses a button twice means it once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}
