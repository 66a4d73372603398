// A field with data-instead="period" stands in that one's place: dates empty the named period beside them, and the other way
// about. It runs before the form sends itself.
document.addEventListener("change", ({ target: { form, name, value, dataset } }) => {
  for (const field of (value && form) || []) {
    const replaced = dataset.instead ? field.name === dataset.instead : field.dataset.instead === name;
    if (replaced) field.value = "";
  }
}, true);
