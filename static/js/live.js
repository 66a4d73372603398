// The live page: islands over one socket, a pill that says how fresh they are, sleep while nobody looks.
import { Channel } from "./channel.js";
import { addresses, areFigures, drawnUpTo, isPaused, pause, receive } from "./islands.js";
import { heard, lineIs, linePaused } from "./pill.js";
import { refresh } from "./refresh.js";

const HIDDEN_MS = 30_000;

const root = document.documentElement;
let hiding = 0;

const channel = new Channel({
  url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/live`,
  ask() {
    const islands = addresses();
    if (!islands.length) return null;
    const message = { islands, since: drawnUpTo() };
    if (root.dataset.epoch) message.epoch = root.dataset.epoch;
    return message;
  },
  frame(data) {
    if (areFigures()) heard(data.at);
    if (data.topic === "island") receive(data);
    else if (data.topic === "ready") root.dataset.epoch = data.epoch;
    else if (data.topic === "reset") startAgain(data);
    else if (data.topic === "error") console.warn("live:", data.detail, data.pointer ?? "");
  },
  state: (name) => lineIs(areFigures() || name === "out" ? name : "idle"),
});

// What was missed cannot be told piece by piece any more.
async function startAgain({ epoch }) {
  root.dataset.epoch = epoch;
  await refresh();
  root.dataset.epoch = epoch;
  channel.update();
}

async function lookAgain() {
  if (await refresh()) heard();
  channel.wake();
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(() => channel.sleep(), HIDDEN_MS);
  else if (channel.asleep) lookAgain();
  else channel.resume();
});
addEventListener("pagehide", () => channel.sleep());
addEventListener("pageshow", (event) => event.persisted && channel.wake());
addEventListener("online", () => channel.resume(true));
addEventListener("focus", () => channel.resume());
addEventListener("takings:morphed", () => channel.update());
document.addEventListener("htmx:after:swap", () => channel.update());

export function togglePause() {
  pause(!isPaused());
  linePaused(isPaused());
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pause]")) togglePause();
  if (event.target.closest("[data-retry]")) channel.resume(true);
});

channel.connect();
