// A short word about what has just happened, with a way back. It stays eight seconds, and as long as somebody points at
// it or is in it. Other modules call toast(); markup asks for one by an event: takings:toast with {text, undo}.

const STAY_MS = 8_000;

// undo: {label, run} for a step in the page, or {label, action, method} for a form that is posted.
export function toast(text, undo) {
  const place = document.getElementById("toast");
  if (!place) return;
  const box = document.createElement("p");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) box.append(undoButton(undo, box));
  place.append(box);
  while (place.children.length > 3) place.firstElementChild.remove();
  leave(box);
}

function undoButton({ label = "Undo", run, action, method }, box) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", () => {
    box.remove();
    if (run) run();
    else post(action, method);
  });
  return button;
}

function post(action, method) {
  const form = Object.assign(document.createElement("form"), { action, method: "post", hidden: true });
  const fields = { idempotency_key: crypto.randomUUID(), ...(method && { _method: method }) };
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

function leave(box) {
  setTimeout(() => (box.matches(":hover, :focus-within") ? leave(box) : box.remove()), STAY_MS);
}

document.addEventListener("takings:toast", ({ detail }) => toast(detail.text, detail.undo));
