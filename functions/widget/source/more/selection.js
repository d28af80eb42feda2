/** "Ask about this": a button beside what a reader has selected on the page. */

import { el } from "../dom.js";

/** @typedef {import("../chat.js").Chat} Chat */

const ROOM = 48;
const LONGEST = 4000;
const SHORTEST = 3;

export class AskAbout {
  #text = "";

  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
    this.button = el("button", { type: "button", class: "ask-about", part: "ask-about", hidden: true, click: () => this.#take() });
    // pressing it must not take the selection away
    this.button.addEventListener("pointerdown", (event) => event.preventDefault());
    chat.shell.root.append(this.button);
  }

  /** Shows the button where something is selected, and hides it where nothing is any more. */
  offer() {
    const passage = selectedPassage();
    this.button.hidden = !passage;
    if (!passage) return;
    const { left, bottom, top, width } = passage.box;
    const y = bottom + ROOM < innerHeight ? bottom + 8 : Math.max(8, top - ROOM);
    this.#text = passage.text;
    this.button.textContent = this.chat.speech.say("aboutThis");
    this.button.style.setProperty("--x", `${Math.min(Math.max(left + width / 2, 80), innerWidth - 80)}px`);
    this.button.style.setProperty("--y", `${y}px`);
  }

  #take() {
    const { composer, shell } = this.chat;
    composer.setAbout(this.#text);
    this.button.hidden = true;
    shell.open();
    composer.field.focus();
  }
}

/** What is selected on the page, outside of fields and of the element itself; and where. */
function selectedPassage() {
  const selection = document.getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const text = selection.toString().trim();
  const around = selection.anchorNode?.parentElement;
  if (text.length < SHORTEST || !around || around.closest("docs-chat, input, textarea, [contenteditable]")) return null;
  return { text: text.slice(0, LONGEST), box: selection.getRangeAt(0).getBoundingClientRect() };
}
