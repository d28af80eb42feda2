/** What a tab remembers over a reload. Of a reader who is signed in only which conversation was open, never its text. */

/** @typedef {import("./types").Said} Said */

/**
 * @typedef {object} Remembered
 * @property {boolean} [open]
 * @property {string} [draft]
 * @property {string | null} [user] Whose conversation it is; null is a guest.
 * @property {string} [conversation]
 * @property {{conversation: string, message: string} | null} [waits] The answer of an outage that is not stored yet.
 * @property {Said[]} [said] A guest's conversation, which is stored nowhere else.
 */

export class Memory {
  /** @param {string} api @param {number} nth Of several chats on a page each remembers its own. */
  constructor(api, nth) {
    this.key = `docs-chat ${api}${nth > 0 ? ` ${nth}` : ""}`;
  }

  /** @returns {Remembered} */
  read() {
    return read(() => sessionStorage, this.key) ?? {};
  }

  /** @param {Remembered} changes */
  write(changes) {
    keep(() => sessionStorage, this.key, { ...this.read(), ...changes });
  }
}

/**
 * Storage may be missing or forbidden, and somebody else may have written there.
 *
 * @param {() => Storage} storage
 * @param {string} key
 */
export function read(storage, key) {
  try {
    return JSON.parse(storage().getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {() => Storage} storage
 * @param {string} key
 * @param {unknown} value
 */
export function keep(storage, key, value) {
  try {
    if (value == null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
