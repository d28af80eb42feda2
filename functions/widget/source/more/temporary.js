/** A conversation of which nothing is kept: a switch before its first question, and a line as long as it goes on. */

import { el } from "../dom.js";

/** @typedef {import("../chat.js").Chat} Chat */

export class Temporary {
  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
    this.note = el("p", { class: "quiet temporary", role: "status" });
    this.box = el("input", { type: "checkbox", role: "switch", "aria-describedby": "temporary", click: () => this.#turn() });
    this.label = el("span");
    this.more = el("span", { class: "quiet", id: "temporary" });
    this.choice = el("div", { class: "choice" }, el("label", { class: "check" }, this.box, this.label), this.more);
    chat.composer.form.prepend(this.note);
  }

  /** Who has no account has no history that a conversation could be kept out of. */
  draw() {
    const { session, speech } = this.chat;
    this.choice.hidden = !session.user;
    this.label.textContent = speech.say("temporary");
    this.more.textContent = speech.say("temporaryMore");
    this.show();
  }

  show() {
    const { temporary, speech } = this.chat;
    this.box.checked = temporary;
    this.note.textContent = temporary ? speech.say("temporaryOn") : "";
  }

  #turn() {
    this.chat.setTemporary(this.box.checked);
    this.chat.remember();
  }
}
