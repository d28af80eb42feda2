/** Where a question is written: it grows with its text, keeps it over a reload, and knows when Enter means something else. */

import { el, icon, iconButton, isSending } from "./dom.js";
import { CLOSE, SEND, STOP } from "./icons.js";

/** @typedef {import("./words.js").Speech} Speech */

/**
 * @typedef {object} Does
 * @property {() => void} send
 * @property {() => void} stop
 * @property {(text: string) => void} typed
 */

export class Composer {
  /** What is asked about, where something was selected on the page. */
  about = "";
  busy = false;
  /** When questions are taken again; seconds are counted down by a file that is loaded later. */
  until = 0;

  /**
   * @param {Speech} speech
   * @param {Does} does
   */
  constructor({ say }, does) {
    this.say = say;
    this.does = does;
    this.field = el("textarea", { id: "question", rows: "1", dir: "auto", part: "input", "aria-describedby": "keys", enterkeyhint: "send" });
    this.button = el("button", { class: "send", part: "send" });
    this.chip = el("div", { class: "about", hidden: true });
    this.label = el("label", { for: "question", class: "only-read-aloud" });
    this.keys = el("span", { id: "keys", class: "only-read-aloud" });
    const row = el("div", { class: "field" }, this.label, this.field, this.button, this.keys);
    this.form = el("form", { class: "composer", part: "composer", autocomplete: "off", novalidate: true, submit: (event) => this.#submit(event) }, this.chip, row);
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#typed());
  }

  /** In the language of now. */
  draw() {
    const { say } = this;
    this.label.textContent = say("question");
    this.keys.textContent = say("keys");
    this.field.placeholder = say("placeholder");
    this.setBusy(this.busy);
    this.setAbout(this.about);
  }

  get text() {
    return this.field.value.trim();
  }

  /** @param {string} text */
  write(text) {
    this.field.value = text;
    this.field.dispatchEvent(new Event("input"));
  }

  /** As high as its text. */
  fit() {
    this.field.style.height = "auto";
    // not while it is not laid out, where it has no height
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }

  #typed() {
    this.fit();
    this.does.typed(this.field.value);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!isSending(event)) return;
    event.preventDefault();
    if (!this.busy) this.does.send(); // Enter does not stop an answer: too easily pressed twice
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    if (this.busy) this.does.stop();
    else this.does.send();
  }

  /** While an answer comes, the button stops it; it keeps the focus. @param {boolean} busy */
  setBusy(busy) {
    this.busy = busy;
    const name = this.say(busy ? "stop" : "send");
    this.button.replaceChildren(icon(busy ? STOP : SEND));
    this.button.setAttribute("aria-label", name);
    this.button.title = name;
    this.button.classList.toggle("busy", busy);
  }

  /** @param {string} text */
  setAbout(text) {
    this.about = text;
    this.chip.hidden = !text;
    const remove = iconButton(CLOSE, this.say("removeAbout"), () => (this.setAbout(""), this.field.focus()));
    this.chip.replaceChildren(el("span", { class: "quiet" }, this.say("about")), el("q", { dir: "auto" }, text), remove);
  }

  /** Seconds until a question may be sent. */
  get waits() {
    return Math.max(0, Math.ceil((this.until - Date.now()) / 1000));
  }
}
