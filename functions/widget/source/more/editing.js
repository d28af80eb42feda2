/** The last question is edited where it stands; the new turn takes the place of the old one. */

import { el, iconButton, isSending } from "../dom.js";
import { PENCIL } from "../icons.js";
import { lengthNote } from "./length.js";
import { reveal } from "./revealing.js";

/** @typedef {import("../chat.js").Chat} Chat */

export class Editing {
  /** @type {HTMLElement | undefined} */
  #node;
  /** Ends what is being edited. @type {(() => void) | undefined} */
  #end;
  #turn = /** @type {import("../types").Said[]} */ ([]);

  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
    this.say = chat.speech.say;
    this.button = iconButton(PENCIL, this.say("edit"), () => this.#begin(), { class: "icon edit" });
  }

  /** The question of the newest turn has the button. */
  offer() {
    const { said, thread } = this.chat;
    if (this.#turn[1] && this.#turn[1] === said.at(-1) && this.#node?.matches(".edited")) return; // as it is being edited
    this.#end?.(); // of a turn that is the last one no more
    this.button.remove();
    this.#turn = said.slice(-2);
    this.#node = [.../** @type {NodeListOf<HTMLElement>} */ (thread.log.querySelectorAll(".question"))].at(-1);
    if (this.#node && this.#isReplaceable) this.#node.append(this.button);
  }

  /** What waits to be stored cannot be replaced yet, and what only this page knows always can. */
  get #isReplaceable() {
    const { session, temporary } = this.chat;
    const [question, answer] = this.#turn;
    if (question?.role !== "user" || answer?.role !== "assistant") return false;
    return !question.unsaved || temporary || session.account === "guest";
  }

  #begin() {
    const node = /** @type {HTMLElement} */ (this.#node);
    const turn = this.#turn;
    const text = /** @type {HTMLElement} */ (node.querySelector("p"));
    const field = el("textarea", { rows: "3", dir: "auto", "aria-label": this.say("edited") });
    const show = (/** @type {boolean} */ editing) => {
      form.hidden = !editing;
      text.hidden = this.button.hidden = editing;
      node.classList.toggle("edited", editing);
    };
    this.#end = () => {
      show(false);
      form.remove();
    };
    const cancel = () => {
      this.#end?.();
      this.button.focus();
    };
    const send = async () => {
      const message = field.value.trim();
      if (!message || this.chat.asking.isRunning || this.chat.composer.waits) return;
      show(false);
      this.chat.composer.field.focus();
      await this.chat.asking.instead(message, turn);
      if (!node.isConnected) return;
      show(true); // it was not answered: what was typed is still there
      field.focus();
    };
    const form = el(
      "form",
      { class: "editing" },
      field,
      lengthNote(field, this.say),
      el("p", { class: "buttons" }, el("button", { class: "primary" }, this.say("send")), el("button", { type: "button", click: cancel }, this.say("cancelEdit"))),
    );
    form.addEventListener("submit", (event) => (event.preventDefault(), send()));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) {
        event.preventDefault(); // or the chat would close
        cancel();
      } else if (isSending(event)) {
        event.preventDefault();
        send();
      }
    });
    field.value = this.#turn[0].content;
    node.append(form);
    show(true);
    reveal(form, field);
  }
}

/**
 * Another turn has come since this page read the conversation: it is read again, and the question kept.
 *
 * @param {Chat} chat
 * @param {string} question
 */
export async function changed(chat, question) {
  const { composer } = chat;
  composer.write([composer.text, question].filter(Boolean).join("\n"));
  if (await (await chat.accounts()).open(chat.conversation)) chat.tell("changed");
  else chat.gone();
}
