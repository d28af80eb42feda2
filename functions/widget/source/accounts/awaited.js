/**
 * The turn of an outage that its reader has seen, and that is not stored yet. After a reload the stored conversation is
 * older than what was on the page: that is said, and looked at again until the turn has come.
 */

/** @typedef {import("../chat.js").Chat} Chat */

const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 60;
/** Then it is not told any more: the conversation may have been deleted elsewhere. */
const MOST_LOOKS = 15;

export class Awaited {
  #looks = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #due;

  /**
   * @param {Chat} chat
   * @param {(id: string) => void} read Reads a conversation again.
   */
  constructor(chat, read) {
    this.chat = chat;
    this.read = read;
  }

  /** Of a turn only its ids are kept, and only in this tab. @param {import("../types").Reply} reply */
  note({ saved, receipt, messageId }) {
    if (saved !== "queued" && !receipt) return;
    this.chat.memory.write({ waits: { conversation: this.chat.conversation, message: messageId } });
  }

  /**
   * Whether a conversation, as it is stored, lacks the turn.
   *
   * @param {string} conversation
   * @param {{id: string}[]} messages
   */
  isMissing(conversation, messages) {
    this.stop();
    const { waits } = this.chat.memory.read();
    if (waits?.conversation !== conversation) return false;
    const here = messages.some((each) => each.id === waits.message);
    if (here || this.#looks >= MOST_LOOKS) this.forget();
    else this.#lookAgain(conversation);
    return !here;
  }

  /** @param {string} conversation */
  #lookAgain(conversation) {
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#looks, LONGEST_PAUSE);
    this.#looks += 1;
    this.#due = setTimeout(() => {
      if (this.chat.conversation !== conversation) return;
      const isBusy = this.chat.asking.isRunning || this.chat.thread.log.querySelector("form");
      if (isBusy) this.#lookAgain(conversation);
      else this.read(conversation);
    }, pause * 1000);
  }

  forget() {
    this.#looks = 0;
    this.chat.memory.write({ waits: null });
  }

  stop() {
    clearTimeout(this.#due);
  }
}
