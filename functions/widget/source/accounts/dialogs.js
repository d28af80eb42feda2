/** Dialogs over the chat: the browser keeps the focus inside, and gives it back. */

import { el } from "../dom.js";
import { refusal } from "../api.js";

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

/**
 * @typedef {object} Content
 * @property {string} title
 * @property {(Node | null)[]} body
 * @property {string} [action] What the main button says; none leaves it out.
 * @property {boolean} [dangerous]
 * @property {string} [cancel] What the other button says.
 * @property {string} [reason] Said first, as a complaint is.
 * @property {(form: FormData) => Promise<void | string>} [act] What it says instead of closing, if anything; a refusal is shown.
 */

export class Dialogs {
  /**
   * @param {HTMLElement} root
   * @param {Say} say
   */
  constructor(root, say) {
    this.root = root;
    this.say = say;
  }

  /** @param {Content} content @returns {HTMLDialogElement} */
  open({ title, body, action, dangerous, cancel, reason = "", act }) {
    this.close();
    const heading = el("h2", { id: "dialog-title" }, title);
    const complaint = el("p", { class: "complaint", role: "alert" }, reason);
    const buttons = el("p", { class: "buttons" });
    if (action) buttons.append(el("button", { class: dangerous ? "danger" : "primary" }, action));
    buttons.append(el("button", { type: "button", click: () => dialog.close() }, cancel ?? this.say("cancel")));
    const form = el("form", { novalidate: false }, heading, complaint, ...body, buttons);
    const dialog = el("dialog", { "aria-labelledby": "dialog-title", part: "dialog", close: () => dialog.remove() }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#act(form, dialog, complaint, act);
    });
    this.root.append(dialog);
    dialog.showModal();
    return dialog;
  }

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLDialogElement} dialog
   * @param {HTMLElement} complaint
   * @param {Content["act"]} act
   */
  async #act(form, dialog, complaint, act) {
    if (form.ariaBusy === "true") return; // pressed twice
    form.ariaBusy = "true";
    complaint.textContent = "";
    try {
      const told = await act?.(new FormData(form));
      if (told) complaint.textContent = told;
      else dialog.close();
    } catch (error) {
      complaint.textContent = this.complaint(error);
    } finally {
      form.ariaBusy = "false";
    }
  }

  /** What to tell somebody whose request was refused. @param {unknown} error */
  complaint(error) {
    const { status, later, wait, message } = refusal(error);
    if (status === 429) return this.say("tooMany", { seconds: wait || 10 });
    if (later) return this.say("tryLater");
    return message.replace(/^\[body\.\w+\] /, ""); // Better Auth names the field for programs
  }

  close() {
    this.root.querySelector("dialog")?.close();
  }

  /** @param {{title: string, text: string, action: string, act: () => Promise<void>}} question */
  confirm({ title, text, action, act }) {
    const dialog = this.open({ title, body: [el("p", { dir: "auto" }, text)], action, dangerous: true, cancel: this.say("keep"), act });
    /** @type {HTMLElement | null} */ (dialog.querySelector(".buttons button:last-child"))?.focus();
  }

  /**
   * A field under its name.
   *
   * @param {string} name
   * @param {string} label
   * @param {Record<string, string | boolean | null>} attributes
   * @param {string} [hint]
   */
  field(name, label, attributes, hint) {
    const input = el("input", { id: `field-${name}`, name, required: true, dir: "auto", "aria-describedby": hint ? `hint-${name}` : null, ...attributes });
    const note = hint ? el("span", { id: `hint-${name}`, class: "quiet" }, hint) : null;
    return el("p", { class: "labelled" }, el("label", { for: input.id }, label), input, note, attributes.type === "password" ? this.#reveal(input) : null);
  }

  /** @param {HTMLInputElement} input */
  #reveal(input) {
    const box = el("input", { type: "checkbox", change: () => (input.type = box.checked ? "text" : "password") });
    return el("label", { class: "check" }, box, this.say("showPassword"));
  }
}
