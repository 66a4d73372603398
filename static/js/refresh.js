// The whole page once more: one GET of its own address, morphed into place. Used where missed pieces cannot be told.
import { isTyped, morph } from "./morph.js";

let running = null;

// Resolves to true when the page is as the server shows it now. Calls while one runs share it.
export function refresh() {
  running ??= load().catch(() => false).finally(() => (running = null));
  return running;
}

async function load() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-cache" });
  const isPage = answer.headers.get("Content-Type")?.startsWith("text/html");
  if (!answer.ok || !isPage || answer.redirected) return false;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (script(next) !== script(document) && !somethingTyped()) {
    location.reload(); // the server speaks to newer scripts now
    return false;
  }
  const here = document.getElementById("main");
  const there = next.getElementById("main");
  if (!here || !there) return false;
  await new Promise(requestAnimationFrame);
  morph(here, document.adoptNode(there));
  for (const name of ["now", "epoch"]) {
    const value = next.documentElement.dataset[name];
    if (value) document.documentElement.dataset[name] = value;
  }
  globalThis.htmx?.process(here);
  here.dispatchEvent(new CustomEvent("takings:morphed", { bubbles: true }));
  return true;
}

function script(page) {
  return page.querySelector('script[type="module"]')?.getAttribute("src");
}

function somethingTyped() {
  return [...document.querySelectorAll("main :is(input, textarea, select)")].some(isTyped);
}
