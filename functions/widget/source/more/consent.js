/** Whether the provider of the language model may see what a reader asks and marks: asked where that counts, and taken back there. */

import { el } from "../dom.js";
import { keep, read } from "../memory.js";

/** @typedef {import("../chat.js").Chat} Chat */

export class Consent {
  /** The provider that the next question may be shown to, where each is asked for. @type {string | null} */
  #once = null;

  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
    this.key = `docs-chat ${chat.api.base} allowed`;
    /** The provider that readers of this browser allow to see what they ask and mark. @type {string | null} */
    this.always = read(() => localStorage, this.key);
    this.box = el("input", { type: "checkbox", "aria-describedby": "consent", click: () => this.#turn() });
    this.label = el("span");
    this.more = el("span", { class: "quiet", id: "consent" });
    this.choice = el("div", { class: "choice consent" }, el("label", { class: "check" }, this.box, this.label), this.more);
    const { composer, thread } = chat;
    composer.form.prepend(this.choice);
    const observer = new MutationObserver(() => this.draw());
    for (const node of [composer.chip, thread.welcome]) observer.observe(node, { attributeFilter: ["hidden"] });
  }

  get #isForEach() {
    return this.chat.options.consent === "each";
  }

  get #isGiven() {
    return (this.#isForEach ? this.#once : this.always) === this.chat.options.provider;
  }

  /** Before each question or the first one, as the owner asks for it, and with each text that was marked. */
  draw() {
    const { options, speech, composer, thread } = this.chat;
    const { provider, consent } = options;
    const counts = composer.about || this.#isForEach || (consent && !thread.welcome.hidden);
    this.choice.hidden = !counts || !provider || provider === "none";
    this.box.checked = this.#isGiven;
    this.label.textContent = speech.say("consent", { provider });
    this.more.textContent = speech.say("consentMore");
  }

  /** Whom the question that is sent now may be shown to; the next one is asked for anew, where each is. */
  take() {
    const taken = this.#isGiven ? this.chat.options.provider : "";
    this.#once = null;
    this.draw();
    return taken;
  }

  #turn() {
    const allowed = this.box.checked ? this.chat.options.provider : null;
    if (this.#isForEach) this.#once = allowed;
    else keep(() => localStorage, this.key, (this.always = allowed));
  }
}
