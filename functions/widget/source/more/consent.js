/** Whether the provider of the language model may see what a reader asks and marks: asked where that counts, and taken back there. */

import { el } from "../dom.js";

/** @typedef {import("../chat.js").Chat} Chat */

export class Consent {
  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
    this.box = el("input", { type: "checkbox", "aria-describedby": "consent", click: () => this.#turn() });
    this.label = el("span");
    this.more = el("span", { class: "quiet", id: "consent" });
    this.choice = el("div", { class: "choice consent" }, el("label", { class: "check" }, this.box, this.label), this.more);
    const { composer, thread } = chat;
    composer.form.prepend(this.choice);
    const observer = new MutationObserver(() => this.draw());
    for (const node of [composer.chip, thread.welcome]) observer.observe(node, { attributeFilter: ["hidden"] });
  }

  /** Before the first question where the owner asks for it, and with each text that was marked. */
  draw() {
    const { options, speech, composer, thread, memory } = this.chat;
    const { provider } = options;
    const counts = composer.about || (options.consent && !thread.welcome.hidden);
    this.choice.hidden = !counts || !provider || provider === "none";
    this.box.checked = memory.allowed === provider;
    this.label.textContent = speech.say("consent", { provider });
    this.more.textContent = speech.say("consentMore");
  }

  #turn() {
    this.chat.memory.allowed = this.box.checked ? this.chat.options.provider : null;
  }
}
