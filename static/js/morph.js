// Make one element equal to another by changing only what differs, so that focus, selection, scroll place, open
// menus, running transitions and what somebody has typed stay. Children are matched by id or data-key where they have
// one, the others by their order and kind.
//
// What the browser or a person owns is left alone: `open` of details and dialogs, fields that were changed, everything
// under [data-keep], the attributes named in data-keep-attrs="data-i hidden", and classes in PASSING.

const PASSING = ["fresh", "htmx-request"];
const STEADY = ["open", "aria-expanded"];

// Morph `from` into `to` and return the element that now stands there. `to` is used up.
// options.typed: false takes the new values into changed fields too (the answer to a person's own submit).
// options.added: called with each element that is new.
export function morph(from, to, options = {}) {
  if (!alike(from, to)) {
    from.replaceWith(to);
    options.added?.(to);
    return to;
  }
  morphNode(from, to, options);
  return from;
}

export function keyOf(node) {
  return node.nodeType === 1 ? node.id || node.getAttribute("data-key") || "" : "";
}

// Whether a person has changed the field since the server sent it.
export function isTyped(field) {
  if (field.localName === "select") {
    const chosen = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some((option, i) => option.selected !== (chosen ? option.defaultSelected : i === 0));
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  return "defaultValue" in field && field.value !== field.defaultValue;
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

function morphNode(from, to, options) {
  if (from.nodeType !== 1) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  if (from.hasAttribute("data-keep")) return;
  const careful = options.typed !== false;
  if (careful && !isField(from) && from.isEqualNode(to)) return;
  const kept = careful && isField(from) && isTyped(from);
  morphAttributes(from, to);
  if (from.localName === "select") {
    if (kept) return;
    morphChildren(from, to, options);
    settleSelect(from);
  } else {
    morphChildren(from, to, options);
    if (isField(from) && !kept) settleField(from);
  }
}

function isField(node) {
  return node.localName === "input" || node.localName === "textarea" || node.localName === "select";
}

// A field shows what its attributes say.
function settleField(field) {
  if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked;
  else if (field.type !== "file" && field.value !== field.defaultValue) field.value = field.defaultValue;
}

function settleSelect(field) {
  for (const option of field.options) option.selected = option.defaultSelected;
  if (field.selectedIndex < 0 && !field.multiple) field.selectedIndex = 0;
}

function morphAttributes(from, to) {
  const kept = (from.getAttribute("data-keep-attrs") ?? "").split(" ").concat(STEADY);
  const passing = PASSING.filter((name) => from.classList.contains(name));
  for (const { name, value } of [...to.attributes]) {
    if (!kept.includes(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!kept.includes(name) && !to.hasAttribute(name)) from.removeAttribute(name);
  }
  if (passing.length) from.classList.add(...passing);
}

function morphChildren(parent, next, options) {
  const wanted = new Set([...next.children].map(keyOf));
  const byKey = new Map();
  for (const child of [...parent.childNodes]) {
    const key = keyOf(child);
    if (!key) continue;
    if (wanted.has(key) && !byKey.has(key)) byKey.set(key, child);
    else if (!child.hasAttribute("data-keep")) child.remove();
  }
  let here = parent.firstChild;
  for (const child of [...next.childNodes]) {
    const match = matchFor(child, here, byKey);
    if (match) {
      if (match === here) here = here.nextSibling;
      else place(parent, match, here);
      morphNode(match, child, options);
    } else {
      parent.insertBefore(child, here);
      if (child.nodeType === 1) options.added?.(child);
    }
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    if (!(gone.nodeType === 1 && gone.hasAttribute("data-keep"))) gone.remove();
  }
}

// The old node that becomes the new one: of the same key, or the next without a key and of the same kind.
function matchFor(child, here, byKey) {
  const key = keyOf(child);
  if (key) {
    const found = byKey.get(key);
    byKey.delete(key);
    return found?.nodeName === child.nodeName ? found : undefined;
  }
  for (let node = here, looked = 0; node && looked < 12; node = node.nextSibling) {
    if (keyOf(node)) continue;
    if (node.nodeName === child.nodeName) return node;
    looked += 1;
  }
  return undefined;
}

// Move a node; where the browser can, without taking focus, animation and scroll from it.
function place(parent, node, before) {
  if (parent.moveBefore) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
}
