// Islands: live pieces of the page, each named by its address. What arrives is drawn once a frame, the newest of each
// address alone. An island in which somebody types, presses or marks text waits until that has ended.
import { keyOf, morph } from "./morph.js";

const MARKED_MS = 20_000; // marked text holds an island back no longer than this

const NOTICE = "/notice"; // stands above every page, and is not to be paused

const waiting = new Map(); // address -> {seq, html, since}
let frame = 0;
let later = 0;
let pressed = null;
let paused = false;

export function islands() {
  return [...document.querySelectorAll("[data-island]")];
}

export function addresses() {
  return [...new Set(islands().map((island) => island.dataset.island))];
}

// Whether the page shows anything that moves, besides the notice above it that every page has.
export function areFigures() {
  return addresses().some((address) => address !== NOTICE);
}

// The position up to which every island of the page is known to be drawn; null where there is none.
export function drawnUpTo() {
  const versions = islands().map((island) => Number(island.dataset.v ?? 0));
  return versions.length ? Math.min(...versions) : null;
}

// Take {"address", "seq", "html"}; it is drawn in the next frame, unless something newer comes first.
export function receive({ address, seq, html }) {
  const held = waiting.get(address);
  if (held && held.seq > seq) return;
  waiting.set(address, { seq, html, since: held?.since ?? Date.now() });
  schedule();
}

export function pause(on) {
  paused = on;
  schedule();
}

export function isPaused() {
  return paused;
}

function schedule() {
  if (!frame && waiting.size) frame = requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  for (const [address, news] of waiting) {
    if (paused && address !== NOTICE) continue;
    const places = islands().filter((island) => island.dataset.island === address);
    if (places.every((island) => drawOne(island, news))) waiting.delete(address);
  }
  clearTimeout(later);
  if (waiting.size) later = setTimeout(schedule, MARKED_MS / 4);
}

// Draw the news in one place. Returns false when it has to wait.
function drawOne(island, { seq, html, since }) {
  if (Number(island.dataset.v ?? 0) > seq) return true;
  const box = document.createElement("template");
  box.innerHTML = html.trim();
  const next = box.content.firstElementChild;
  if (!next) return true;
  if (isHeld(island, since) || losesFocus(island, next)) return false;
  next.dataset.v = seq;
  const drawn = morph(island, next, { added: wash });
  globalThis.htmx?.process(drawn);
  drawn.dispatchEvent(new CustomEvent("takings:morphed", { bubbles: true }));
  return true;
}

function isHeld(island, since) {
  const active = document.activeElement;
  if (active && island.contains(active) && active.matches("input, textarea, select, [contenteditable]")) return true;
  if (pressed && island.contains(pressed)) return true;
  const marked = document.getSelection();
  return Boolean(marked && !marked.isCollapsed && marked.containsNode(island, true)) && Date.now() - since < MARKED_MS;
}

// Whether the element in focus would not be there any more.
function losesFocus(island, next) {
  let node = document.activeElement;
  if (!node || !island.contains(node)) return false;
  while (node !== island && !keyOf(node)) node = node.parentElement;
  if (node === island) return false;
  return ![...next.querySelectorAll(node.localName)].some((one) => keyOf(one) === keyOf(node));
}

// A new row of a feed is washed once.
function wash(node) {
  if (node.hasAttribute("data-key") && node.parentElement?.matches(".feed, [data-wash]")) node.classList.add("fresh");
}

document.addEventListener("animationend", (event) => {
  if (event.animationName === "fresh") event.target.classList.remove("fresh");
});
document.addEventListener("pointerdown", (event) => (pressed = event.target), true);
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => ((pressed = null), schedule()), true);
}
document.addEventListener("focusout", () => schedule());
document.addEventListener("selectionchange", () => schedule());
