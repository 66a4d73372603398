// Forms: a filter form sends itself when it changes, a form is sent once, and what
// is only needed without script goes.

function tidy(scope) {
  for (const node of scope.querySelectorAll("[data-hide-with-script]")) node.hidden = true;
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-autosend") && event.target.type !== "search") form.requestSubmit();
});

// Empty fields stay out of the address.
document.addEventListener("formdata", (event) => {
  if (event.target.method !== "get") return;
  const { formData } = event;
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter(Boolean);
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
});

// The second press of the same button, while the first is under way, is not a second sale.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());
document.addEventListener("takings:morphed", (event) => tidy(event.target));
document.addEventListener("htmx:after:swap", () => tidy(document));
tidy(document);
