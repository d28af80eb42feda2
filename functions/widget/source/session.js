/** Who is signed in, as far as anybody can tell: an outage is not a sign-out, and heals by itself. */

import { keep, read } from "./memory.js";
import { refusal } from "./api.js";

/** @typedef {import("./types").User} User */
/** @typedef {import("./api.js").Api} Api */

const FIRST_PAUSE = 4;
const LONGEST_PAUSE = 60;
/** Seconds after which a page that comes back into view asks again who is signed in. */
const STALE = 60;

/**
 * @typedef {object} Does
 * @property {(before: {account: string, user: User | null}) => void} changed
 * @property {() => void} reached Somebody could tell.
 * @property {(refused: import("./api.js").Refusal) => void} failed
 */

export class Session {
  /** "unasked", "guest", "user", or "unknown" while nobody can tell. */
  account = "unasked";
  /** @type {User | null} */
  user = null;
  #asked = 0;
  #pause = FIRST_PAUSE;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retrying;

  /**
   * @param {Api} api
   * @param {() => boolean} remember Whether a token may outlive the tab.
   * @param {Does} does
   */
  constructor(api, remember, does) {
    this.api = api;
    this.remember = remember;
    this.does = does;
    this.key = `docs-chat token ${api.base}`;
    api.token = read(() => localStorage, this.key) ?? read(() => sessionStorage, this.key);
    this.tabs = "BroadcastChannel" in window ? new BroadcastChannel(`docs-chat ${api.base}`) : null;
    this.tabs?.addEventListener("message", () => this.ask());
    document.addEventListener("visibilitychange", this.#seen);
    window.addEventListener("pageshow", this.#seen);
  }

  /** A page that the way back brought as it was left may be older than a sign-out. @param {Event} event */
  #seen = (event) => {
    const isOld = /** @type {PageTransitionEvent} */ (event).persisted || Date.now() - this.#asked > STALE * 1000;
    if (document.visibilityState === "visible" && this.#asked && isOld) this.ask();
  };

  /** Ask who is signed in; whoever listens is told when that is somebody else than before. */
  async ask() {
    clearTimeout(this.#retrying);
    this.#asked = Date.now();
    try {
      const found = await this.api.call("GET", "/api/auth/get-session");
      this.#pause = FIRST_PAUSE;
      const user = found?.user ?? null;
      if (!user) this.keepToken(null);
      this.become(user ? "user" : "guest", user);
      this.does.reached();
    } catch (error) {
      const refused = refusal(error);
      this.does.failed(refused);
      if (!refused.later) return;
      this.become("unknown", this.user);
      this.askLater(refused.wait);
    }
  }

  /** Until the outage is over, ever more rarely. @param {number} [wait] Seconds, as the server asks for. */
  askLater(wait = 0) {
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(() => this.ask(), Math.max(wait, this.#pause) * 1000);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  /** @param {string | null} token */
  keepToken(token) {
    this.api.token = token;
    keep(() => sessionStorage, this.key, this.remember() ? null : token);
    keep(() => localStorage, this.key, this.remember() ? token : null);
  }

  /**
   * @param {string} account
   * @param {User | null} user
   */
  become(account, user) {
    const before = { account: this.account, user: this.user };
    this.account = account;
    this.user = user;
    if (before.account !== account || before.user?.id !== user?.id) this.does.changed(before);
  }

  stop() {
    clearTimeout(this.#retrying);
    this.tabs?.close();
    document.removeEventListener("visibilitychange", this.#seen);
    window.removeEventListener("pageshow", this.#seen);
  }
}
