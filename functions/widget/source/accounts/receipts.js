/** Receipts of turns that could be neither stored nor queued: they are handed in, oldest first, until they are taken. */

import { refusal } from "../api.js";
import { keep, read } from "../memory.js";

/** @typedef {import("../chat.js").Chat} Chat */

const PAUSE_MILLISECONDS = 5000;

/** They outlive the tab, and are sealed: nobody can read them. */
const KEY = "docs-chat receipts";

/** @returns {string[]} */
const kept = () => read(() => localStorage, KEY) ?? [];

/** Whether this browser keeps them. @param {string[]} receipts */
const write = (receipts) => keep(() => localStorage, KEY, receipts);

export class HandingIn {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;

  /**
   * @param {Chat} chat
   * @param {() => Promise<void>} stored Called when some were taken.
   */
  constructor(chat, stored) {
    this.chat = chat;
    this.stored = stored;
  }

  /** Of a turn that could be neither stored nor queued. @param {string} receipt */
  keep(receipt) {
    if (write([...kept(), receipt])) this.start();
    else this.chat.tell("noReceipt");
  }

  /** What is refused for good is let go; in an outage, or while nobody is signed in, all of them stay. */
  async start() {
    clearTimeout(this.#later);
    let stored = 0;
    for (const receipt of kept()) {
      try {
        await this.chat.api.call("POST", "/api/replay", { receipt });
        stored += 1;
      } catch (error) {
        const refused = refusal(error);
        if (refused.later) return void (this.#later = setTimeout(() => this.start(), PAUSE_MILLISECONDS));
        if (refused.status === 401) return;
      }
      write(kept().filter((each) => each !== receipt));
    }
    if (!stored) return;
    await this.stored();
    this.chat.tell("savedLater");
  }

  stop() {
    clearTimeout(this.#later);
  }
}
