// Keys for those who type all day: everything works without them, and without this file.
"use strict";
const rows = () => [...document.querySelectorAll("tr[data-row]")];
const here = () => document.querySelector("tr.here");
const help = document.getElementById("keys");

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(here());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  here()?.classList.remove("here");
  next.classList.add("here");
  next.querySelector("a, input")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

const acts = {
  "/": () => document.querySelector("input[type=search]")?.focus(),
  j: () => go(1),
  k: () => go(-1),
  x: () => here()?.querySelector("input[type=checkbox]")?.click(),
  Enter: () => here()?.querySelector("a")?.click(),
  a: () => document.querySelector("[data-key=a]")?.focus(),
  h: () => document.querySelector("[data-key=h]")?.focus(),
  r: () => document.querySelector("[data-key=r]")?.focus(),
  "?": () => help?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing && event.key === "Escape") { typing.blur(); return; }
  if (typing || event.ctrlKey || event.altKey || event.metaKey || help?.open) return;
  if (event.key === "Enter" && event.target.closest("a, button")) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// "All on this page", and how many are chosen.
const all = document.getElementById("all");
const chosen = () => document.querySelectorAll("input[name=case]:checked").length;
const tell = () => { const place = document.getElementById("chosen"); if (place) place.textContent = String(chosen()); };
all?.addEventListener("change", () => {
  for (const box of document.querySelectorAll("input[name=case]")) box.checked = all.checked;
  tell();
});
document.addEventListener("change", (event) => { if (event.target.name === "case") tell(); });

// A form that was sent is not sent twice, and says that it is being done.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.file) return; // the page stays, and may be asked again
  if (event.submitter?.formTarget) return;  // its answer goes into a frame of this page
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
  event.target.setAttribute("aria-busy", "true");
  for (const place of event.target.querySelectorAll("[data-busy]")) place.textContent = place.dataset.busy;
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) { delete form.dataset.sent; form.removeAttribute("aria-busy"); }
  for (const place of document.querySelectorAll("[data-busy]")) place.textContent = "";
});
