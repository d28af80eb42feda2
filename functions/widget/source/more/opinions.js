/** What a reader thinks of an answer: up or down, why, and taken back by pressing again. */

import { el, iconButton } from "../dom.js";
import { THUMB_DOWN, THUMB_UP } from "../icons.js";
import { refusal } from "../api.js";
import { reveal } from "./revealing.js";
import { lengthNote } from "./length.js";

/** @typedef {import("../chat.js").Chat} Chat */
/** @typedef {import("../types").Opinion} Opinion */

export class Opinions {
  /**
   * @param {Chat} chat
   * @param {HTMLElement} node The answer.
   * @param {string} id
   * @param {string | undefined} token Of an answer that is stored nowhere.
   * @param {Opinion | null} given
   */
  constructor(chat, node, id, token, given) {
    this.chat = chat;
    this.node = node;
    this.id = id;
    this.token = token;
    this.say = chat.speech.say;
    this.buttons = /** @type {const} */ ([["up", "good", THUMB_UP], ["down", "bad", THUMB_DOWN]]).map(([value, name, strokes]) =>
      iconButton(strokes, this.say(name), () => this.#press(value), { "data-value": value }),
    );
    node.querySelector(".after")?.append(el("div", { class: "opinions", role: "group", "aria-label": this.say("opinion") }, ...this.buttons));
    this.#show(given);
  }

  /** @param {Opinion | null} given */
  #show(given) {
    this.given = given;
    for (const each of this.buttons) each.setAttribute("aria-pressed", String(each.dataset.value === given));
  }

  /** @param {Opinion} value */
  async #press(value) {
    if (!(await this.#send(this.given === value ? null : value))) return;
    this.node.querySelector(".why")?.remove();
    if (this.given === "down") this.node.querySelector(".after")?.after(this.#why());
  }

  /** Whether it is stored; if not, the reader is told. @param {Opinion | null} value @param {string} [comment] */
  async #send(value, comment) {
    try {
      const body = { value, comment, feedbackToken: this.token };
      this.#show((await this.chat.api.call("POST", `/api/messages/${this.id}/feedback`, body)).value);
      this.chat.emit("feedback", { value });
      return true;
    } catch (error) {
      const { later, message } = refusal(error);
      this.chat.shell.tell(later ? this.say("notNow") : message);
      return false;
    }
  }

  #why() {
    const { say } = this;
    const field = el("textarea", { id: `why-${this.id}`, rows: "2", dir: "auto" });
    const skip = el("button", { type: "button", click: () => form.remove() }, say("skipWhy"));
    const form = el("form", { class: "why" }, el("label", { for: field.id }, say("why")), field, lengthNote(field, say, 2000), el("p", { class: "buttons" }, el("button", { class: "primary" }, say("sendWhy")), skip));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.#send("down", field.value.trim())) form.replaceChildren(el("p", { role: "status", class: "quiet" }, say("thanks")));
    });
    queueMicrotask(() => reveal(form, field));
    return form;
  }
}
