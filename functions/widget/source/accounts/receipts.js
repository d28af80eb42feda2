/** Receipts of turns that could be neither stored nor queued: they are handed in, oldest first, until they are taken. */

import { refusal } from "../api.js";

/** @typedef {import("../chat.js").Chat} Chat */

const PAUSE_MILLISECONDS = 5000;

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

  /** What is refused for good is let go; in an outage, or while nobody is signed in, all of them stay. */
  async start() {
    clearTimeout(this.#later);
    const { api, receipts } = this.chat;
    let stored = 0;
    for (const receipt of receipts.read()) {
      try {
        await api.call("POST", "/api/replay", { receipt });
        stored += 1;
      } catch (error) {
        const refused = refusal(error);
        if (refused.later) return void (this.#later = setTimeout(() => this.start(), PAUSE_MILLISECONDS));
        if (refused.status === 401) return;
      }
      receipts.write(receipts.read().filter((each) => each !== receipt));
    }
    if (!stored) return;
    await this.stored();
    this.chat.tell("savedLater");
  }

  stop() {
    clearTimeout(this.#later);
  }
}
