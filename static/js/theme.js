// Light, dark or as the system has it. The form posts a cookie, so that the server draws the next page right; here the
// change is shown at once.

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-appearance]");
  const choice = event.submitter;
  if (!form || choice?.name !== "theme") return;
  event.preventDefault();
  show(choice.value);
  const body = new URLSearchParams(new FormData(form, choice));
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer) form.submit();
});

function show(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll('[data-appearance] button[name="theme"]')) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}
