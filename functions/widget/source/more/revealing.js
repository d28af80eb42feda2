/** What opens below an answer is seen whole: a field that gets the focus is scrolled to no further than its first line. */

/** @param {HTMLElement} form @param {HTMLElement} field In it. */
export function reveal(form, field) {
  form.scrollIntoView({ block: "nearest" });
  field.focus();
}
