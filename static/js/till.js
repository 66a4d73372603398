// The till's hands: taps, keys and scans, each turned into one deed of the desk.
import { Desk } from "./till_desk.js";
import { inOtherField, listenForScans } from "./till_scan.js";

function onClick(till, event) {
  const target = event.target.closest("button, a");
  if (!target || !till.root.contains(target)) return;
  const line = Number(target.closest("[data-line]")?.dataset.line);
  const { add, key, pay, category } = target.dataset;
  const deeds = [
    [add !== undefined, () => till.add(Number(add))],
    ["less" in target.dataset, () => till.less(line)],
    ["more" in target.dataset, () => till.add(line)],
    ["select" in target.dataset, () => { till.basket.selected = line; till.show(); }],
    [key !== undefined, () => till.press(key)],
    [pay !== undefined, () => till.pay(pay)],
    [category !== undefined, () => till.category(category)],
    ["clear" in target.dataset, () => till.clear()],
    ["hold" in target.dataset, () => till.hold()],
    ["takeBack" in target.dataset, () => till.dropRefused(true)],
    ["forget" in target.dataset, () => till.dropRefused(false)],
  ];
  const deed = deeds.find(([meant]) => meant);
  if (!deed) return;
  event.preventDefault();
  deed[1]();
  if (event.detail > 0) target.blur(); // after a tap, Enter pays; reached by Tab, Enter presses the button
}

const KEYS = { "*": "quantity", "×": "quantity", x: "quantity", "%": "percent" };

function onKey(till, event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inOtherField(event.target)) return;
  const searching = event.target === till.search;
  const onControl = event.target.closest("a, button, summary, dialog");
  if (event.key === "Escape") {
    if (till.pad.digits) till.pad.set("");
    else till.category("");
    till.search.blur();
  } else if (event.key === "F2") till.hold();
  else if (event.key === "F4") till.pay("cash");
  else if (event.key === "Enter" && searching) till.choose();
  else if (event.key === "Enter" && !onControl) enter(till);
  else if (searching || event.key === " " || event.key === "Tab") return;
  else if (/^\d$/.test(event.key)) till.pad.press(event.key);
  else if (event.key === "Backspace") till.pad.back();
  else if (KEYS[event.key]) till.press(KEYS[event.key]);
  else if (event.key === "+") till.more();
  else if (event.key === "-") till.less();
  else {
    // A letter may be the first of a scanned code; the page's own shortcuts must not take it.
    if (/^[a-z]$/i.test(event.key)) event.stopPropagation();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Enter pays, but never with digits typed: a slow scanner's are looked up, a person's wait for their meaning. */
function enter(till) {
  const typed = till.pad.digits;
  if (!typed) return till.pay("card");
  if (typed.length < 6) return till.view.say("Digits are typed: press × for a quantity, or Esc");
  till.pad.set("");
  till.scan(typed);
}

function wire(till) {
  till.root.addEventListener("click", (event) => onClick(till, event));
  document.getElementById("sale").addEventListener("submit", (event) => {
    event.preventDefault();
    till.choose();
  });
  till.search.addEventListener("input", () => till.find(till.search.value));
  // Both listen on the way down: first the scanner, then the keys, and only what neither means goes on to the page.
  listenForScans(document, (code) => till.scan(code), () => till.remember());
  document.addEventListener("keydown", (event) => onKey(till, event), true);
  for (const name of ["online", "offline"]) {
    window.addEventListener(name, () => {
      till.showQueue();
      if (navigator.onLine) till.queue.flush();
    });
  }
  window.addEventListener("storage", () => till.showQueue());
}

const root = document.querySelector("[data-till]");
if (root) {
  const till = new Desk(root);
  wire(till);
  till.start();
}
