/** What the element says: English here, other languages from files of their own. `{name}` stands for a value. */

export const ENGLISH = {
  title: "Ask the documentation",
  launch: "Ask",
  close: "Close",
  newChat: "New conversation",
  history: "Your conversations",
  signIn: "Sign in",
  accountOf: "Account of {name}",
  question: "Your question",
  placeholder: "Ask a question…",
  send: "Ask",
  stop: "Stop",
  keys: "Enter sends, Shift and Enter starts a new line.",
  youAsked: "You asked",
  answer: "Answer",
  looking: "Looking it up…",
  sources: "Sources",
  source: "Source {number}: {title}",
  newTab: "(opens in a new tab)",
  code: "Code",
  table: "Table",
  about: "About",
  removeAbout: "Ask without the selected text",
  notNow: "This is not available right now. Nothing is lost: please try again in a moment.",
  accountsAway: "Accounts and conversations cannot be reached right now. You can go on asking.",
  origin: "This chat does not answer pages of {origin}. Whoever runs it adds that origin to SITE_ORIGIN (siteOrigins in serverless.yml).",
  old: "A part of the chat could not be loaded. Please try again, or reload the page.",
  tryAgain: "Try again",
};

/** @typedef {typeof ENGLISH & Record<string, string>} Words */

/** The languages that have a file; the value is how they are written. */
export const RIGHT_TO_LEFT = ["ar", "ur", "he", "fa"];

export class Speech {
  /** In English, what each part of the element says. @type {Record<string, string>} */
  #english = { ...ENGLISH };
  /** @type {Record<string, string>} */
  #spoken = {};
  language = "en";

  /** @param {Record<string, string>} own What the site says instead, in any language. */
  constructor(own) {
    this.own = own;
  }

  /**
   * A sentence, with its values put in as they are.
   *
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say = (key, values = {}) => (this.own[key] ?? this.#spoken[key] ?? this.#english[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

  /** Adds what one more part of the element says. @param {Record<string, string>} words */
  learn(words) {
    Object.assign(this.#english, words);
  }

  /**
   * @param {string} language
   * @param {Record<string, string>} words
   */
  speak(language, words) {
    this.language = language;
    this.#spoken = words;
  }

  get direction() {
    return RIGHT_TO_LEFT.includes(this.language) ? "rtl" : "ltr";
  }
}
