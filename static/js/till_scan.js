// A scanner is a keyboard that types very fast and ends with Enter. A burst is a scan and nothing else: what it typed on the
// way into the search field or the keypad is taken back, and its Enter pays for nothing.

const MOST_GAP_MS = 35;
const LEAST_KEYS = 6;

/** True where a person is typing a text that no scan may take away: any field but the search. */
export function inOtherField(target) {
  if (!(target instanceof Element) || target.matches("[data-till-search]")) return false;
  return target.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit], [type=button])");
}

/**
 * Call `scanned(code)` for each burst. `remember()` is called at a burst's first key, before that key does anything, and
 * gives a function that puts things back as they were then.
 */
export function listenForScans(root, scanned, remember) {
  let keys = "";
  let last = -Infinity;
  let restore = null;
  root.addEventListener("keydown", (event) => {
    if (inOtherField(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const gap = event.timeStamp - last;
    if (event.key === "Enter" || event.key === "Tab") {
      const burst = gap < MOST_GAP_MS && keys.length >= LEAST_KEYS ? keys : "";
      keys = "";
      if (burst) {
        event.preventDefault();
        event.stopImmediatePropagation();
        restore?.();
        scanned(burst);
      }
      return;
    }
    if (event.key.length !== 1) return;
    if (gap >= MOST_GAP_MS || !keys) {
      keys = "";
      restore = remember();
    }
    keys += event.key;
    last = event.timeStamp;
  }, true);
}
