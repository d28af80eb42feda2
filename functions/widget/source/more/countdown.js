/** Counts down until questions are taken again; only its end is read aloud, by the button. */

import { el } from "../dom.js";

/** @typedef {import("../chat.js").Chat} Chat */

export class Countdown {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /** @param {Chat} chat */
  constructor({ composer, speech }) {
    this.composer = composer;
    this.speech = speech;
    this.note = el("p", { class: "countdown", hidden: true });
    composer.form.prepend(this.note);
  }

  begin() {
    this.stop();
    this.#ticking = setInterval(() => this.#tick(), 500);
    this.#tick();
  }

  #tick() {
    const left = this.composer.waits;
    this.note.hidden = left === 0;
    this.note.textContent = left ? this.speech.say("wait", { seconds: left }) : "";
    this.composer.button.setAttribute("aria-disabled", String(left > 0));
    if (left === 0) this.stop();
  }

  stop() {
    clearInterval(this.#ticking);
  }
}
