// Searching: arrows go through what was found, Esc closes it. The results themselves come by htmx as somebody types.

const FINDER = "[data-finder]";

// What was typed before htmx listened is looked for as soon as it does.
addEventListener("load", () => {
  const field = document.activeElement;
  if (field.matches(FINDER) && field.value !== field.defaultValue) field.dispatchEvent(new CustomEvent("typed"));
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.(FINDER);
  const box = document.querySelector(field ? field.getAttribute("hx-target") : ".results:focus-within");
  if (!box) return;
  if (event.key === "Escape") return close(event, box);
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...box.querySelectorAll("a")];
  const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (!links.length) return;
  event.preventDefault();
  if (next < 0) fieldOf(box)?.focus();
  else links[Math.min(next, links.length - 1)].focus();
});

// What floats goes; on the page of the search it stays.
function close(event, box) {
  if (!box.matches(".floats")) return;
  event.preventDefault();
  box.replaceChildren();
  const field = fieldOf(box);
  field.value = "";
  field.blur();
}

function fieldOf(box) {
  return document.querySelector(`${FINDER}[hx-target="#${box.id}"]`);
}
