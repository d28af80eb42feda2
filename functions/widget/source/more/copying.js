/** Buttons that copy: an answer, each block of code in it, the address of a conversation. */

import { el, iconButton } from "../dom.js";
import { COPY } from "../icons.js";

/** @typedef {(key: string) => string} Say */

/** For so long a button says that it has copied. */
const TOLD_MILLISECONDS = 2000;

/** An answer that is whole gets its buttons. @param {HTMLElement} node @param {string} text @param {Say} say */
export function copyable(node, text, say) {
  node.querySelector(".after")?.prepend(copyButton(text, say("copyAnswer"), say));
  for (const code of node.querySelectorAll(".code")) code.append(copyButton(code.textContent ?? "", say("copyCode"), say));
}

/** @param {string} text @param {string} name @param {Say} say */
function copyButton(text, name, say) {
  const note = el("span", { class: "done", role: "status" });
  const button = iconButton(COPY, name, async () => {
    note.textContent = say((await copy(text, button)) ? "copied" : "notCopied");
    setTimeout(() => note.replaceChildren(), TOLD_MILLISECONDS);
  });
  button.classList.add("copy");
  button.append(note);
  return button;
}

/**
 * Whether it could be. Browsers have no clipboard for a page that came over plain HTTP, and a page's policy may forbid it;
 * what is selected in a field can be copied even then.
 *
 * @param {string} text
 * @param {HTMLElement} near Has the focus, and keeps it.
 */
export async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = el("textarea", { class: "only-read-aloud", "aria-hidden": "true", tabindex: "-1" }, text);
    near.after(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    near.focus();
    return copied;
  }
}
