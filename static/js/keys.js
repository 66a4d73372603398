// Keys: "/" searches everything, "t" goes to the till, "g" and a letter to a page, "p" pauses, "?" lists them. Single letters can
// be switched off (data-keys="off" on <html>, WCAG 2.1.4); they never act while somebody types.
import { togglePause } from "./live.js";

const GO_MS = 1_500;

let goUntil = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.documentElement.dataset.keys === "off" || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const work = performance.now() < goUntil ? goTo(event.key) : ACTIONS[event.key];
  goUntil = 0;
  if (work?.(event) !== false && work) event.preventDefault();
});

const ACTIONS = {
  "/": search,
  "?": () => document.getElementById("keys")?.showModal(),
  g: () => void (goUntil = performance.now() + GO_MS),
  p: () => (document.querySelector("[data-pause]:not([hidden])") ? togglePause() : false),
  t: () => follow(document.querySelector('a[href="/sell"]')),
};

function isTyping(node) {
  return node.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [data-own-keys]");
}

function search() {
  const fields = [...document.querySelectorAll("[data-search], input[type=search]")];
  const field = fields.find((one) => one.checkVisibility());
  if (!field) return follow(document.querySelector('a[href="/search"]'));
  field.focus();
  field.select();
}

function goTo(letter) {
  const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  return link && (() => follow(link));
}

function follow(link) {
  if (!link) return false;
  location.assign(link.href);
}
