/** A field takes what is pasted into it whole, and says when that is more than can be sent: nothing is cut off unseen. */

import { el } from "../dom.js";

/** Characters of a question. */
const MOST = 4000;

/**
 * Where it is said, as long as it is true.
 *
 * @param {HTMLTextAreaElement} field
 * @param {import("../words.js").Speech["say"]} say
 * @param {number} [most]
 */
export function lengthNote(field, say, most = MOST) {
  const note = el("p", { class: "too-long", role: "status" });
  const look = () => {
    const over = [...field.value.trim()].length - most;
    note.textContent = over > 0 ? say("tooLong", { most, over }) : "";
    field.setAttribute("aria-invalid", String(over > 0));
  };
  field.addEventListener("input", look);
  look();
  return note;
}
