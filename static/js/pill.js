// The pill that says whether the figures are live, and if not, of when they are. Its words change only when the state
// does, so that a screen reader hears of a lost line once; the clock beside them is hidden from it.

const DIM_MS = 5_000; // a line that is back within five seconds was never gone
const QUIET_MS = 27_000; // the server beats after twenty seconds of silence

const root = document.documentElement;
const clock = new Intl.DateTimeFormat(root.lang || "en", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: root.dataset.zone || undefined,
});

let ahead = Number(root.dataset.now || Date.now()) - Date.now(); // the shop's clock less ours
let heardAt = Date.now();
let lostAt = 0;
let state = "off"; // of the channel: "on", "off", "out" (signed out), "idle" (nothing to listen to)
let paused = false;
let shown = "";

// News has come; `at` is its time by the shop's clock, where it says one.
export function heard(at) {
  heardAt = Date.now();
  if (at) ahead = Date.parse(at) - heardAt;
  show();
}

export function lineIs(now) {
  if (now !== "on" && state === "on") lostAt = Date.now();
  state = now;
  show();
}

export function linePaused(on) {
  paused = on;
  show();
}

function show() {
  const pulse = document.getElementById("pulse");
  if (!pulse) return;
  const age = Date.now() - heardAt;
  const look = paused ? "still" : looks(age);
  const when = clock.format(heardAt + ahead);
  write(pulse.querySelector("[data-time]"), look === "on" ? when : when.slice(0, 5));
  write(pulse.querySelector("[data-more]"), look === "on" || look === "still" ? "" : `${said(age)} ago, trying`);
  pulse.querySelector("[data-retry]").hidden = look !== "off" || state === "out";
  pulse.querySelector("[data-pause]").hidden = state === "idle" || (look !== "on" && !paused);
  if (shown === look + state) return;
  shown = look + state;
  pulse.querySelector(".live").dataset.state = look;
  write(pulse.querySelector("[data-word]"), words(look));
  const button = pulse.querySelector("[data-pause]");
  button.setAttribute("aria-pressed", String(paused));
  write(button, paused ? "Go on" : "Pause");
}

function looks(age) {
  if (state === "idle") return "still";
  if (state === "on") return age > QUIET_MS ? "slow" : "on";
  if (state === "out") return "off";
  return lostAt && Date.now() - lostAt < DIM_MS ? (age > QUIET_MS ? "slow" : "on") : age > DIM_MS ? "off" : "still";
}

function words(look) {
  if (paused) return "Paused. Figures from";
  if (state === "out") return "Signed out. Figures from";
  return { on: "Live", slow: "Slow. Figures from", off: "Not connected. Figures from", still: "Figures from" }[look];
}

function said(age) {
  const seconds = Math.round(age / 1000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

setInterval(show, 1000);
