/** One chat: what was said, who says it, and what becomes of a question. */

import { address } from "./address.js";
import { Api, ORIGIN } from "./api.js";
import { Asking } from "./asking.js";
import { Composer } from "./composer.js";
import { el, newId } from "./dom.js";
import { Memory } from "./memory.js";
import { Options } from "./options.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { Thread } from "./thread.js";
import { Speech } from "./words.js";

/** @typedef {import("./types").Said} Said */
/** @typedef {import("./types").Accounts} Accounts */
/** @typedef {import("./types").More} More */
/** @typedef {import("./types").Source} Source */

export class Chat {
  conversation = newId();
  /** @type {Said[]} */
  said = [];
  /** @type {Promise<Accounts> | null} */
  #accounts = null;
  /** @type {Promise<void> | null} */
  #started = null;
  /** Nothing of this conversation is kept, neither by the server nor by this tab. */
  temporary = false;
  /** Who said what is on the page: an id, null for a guest, undefined while nobody has said anything. @type {string | null | undefined} */
  owner;
  /** An outage was announced, and its end was not. */
  #away = false;
  #ending = false;
  /** @type {Promise<More> | null} */
  #more = null;

  /**
   * @param {HTMLElement} host
   * @param {ShadowRoot} shadow
   * @param {string} base
   * @param {(name: string) => Promise<any>} load Brings a part of the element that is a file of its own.
   * @param {Record<string, string>} words The site's own.
   * @param {number} nth Of the page's chats.
   */
  constructor(host, shadow, base, load, words, nth) {
    this.host = host;
    this.shadow = shadow;
    this.load = load;
    this.options = new Options(host);
    this.speech = new Speech(words);
    this.api = new Api(base);
    this.memory = new Memory(base, nth);
    this.session = new Session(this.api, () => this.options.remember, {
      changed: (before) => this.#accountChanged(before),
      reached: () => this.#reached(),
      failed: (refused) => this.#sessionFailed(refused),
    });
    this.shell = new Shell(shadow, this.options, this.speech, {
      opened: () => this.#opened(),
      closed: () => (this.memory.write({ open: false }), this.emit("close")),
      newChat: () => (this.begin(), this.composer.field.focus()),
      account: () => this.accounts().then((accounts) => (this.session.account === "user" ? accounts.account() : accounts.credentials("in"))),
      history: () => this.accounts().then((accounts) => accounts.history()),
    });
    this.thread = new Thread(this.speech, {
      finished: (...answer) => this.more().then((more) => more.finished(...answer)),
      followed: (source, event) => this.#followed(source, event),
      inPlace: () => this.options.inPlace,
    });
    this.asking = new Asking(this);
    this.composer = new Composer(this.speech, {
      send: () => this.composer.field.ariaInvalid === "true" || this.ask(this.composer.text),
      stop: () => this.asking.stop(),
      typed: (draft) => this.temporary || this.memory.write({ draft }),
    });
    this.shell.main.append(this.thread.box, this.composer.form);
  }

  /** @param {string} name @param {object} [detail] Nothing secret: any script of the page may listen. */
  emit(name, detail = {}) {
    return this.host.dispatchEvent(new CustomEvent(`docs-chat:${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** In the language, the placement and the account of now. */
  draw() {
    const { account, user } = this.session;
    this.shell.draw({ account, name: user?.name ?? "" });
    this.thread.draw();
    this.composer.draw();
    this.#more?.then((more) => more.welcome());
  }

  /** The file with accounts and history, once. @returns {Promise<Accounts>} */
  accounts() {
    return (this.#accounts ??= this.#part("accounts", () => (this.#accounts = null)));
  }

  /** The file with what is not needed at first, once. @returns {Promise<More>} */
  more() {
    return (this.#more ??= this.#part("more", () => (this.#more = null)));
  }

  /**
   * @param {string} name
   * @param {() => void} failed Next time it is tried again.
   */
  #part(name, failed) {
    const part = this.load(name).then((each) => each.attach(this));
    part.catch(() => (failed(), this.tell("old")));
    return part;
  }

  /** Say what `key` stands for, with a button for what helps; without a key, take it back. @param {string} [key] @param {Record<string, string | number>} [values] @param {...Node} more */
  tell(key, values = {}, ...more) {
    this.shell.tell(key ? this.speech.say(key, values) : "", ...more);
  }

  #opened() {
    this.memory.write({ open: true });
    this.start();
    if (this.shell.mayFocusField) this.composer.field.focus();
    else this.shell.heading.focus();
    this.composer.fit(); // only now it can be measured
    this.emit("open");
  }

  /** Once, when the chat is seen for the first time: nothing is asked for by a page on which nobody opens it. */
  start() {
    this.more();
    return (this.#started ??= this.session.ask());
  }

  /** Take up what this tab remembers, now that it is known who sits here. */
  #restore() {
    const { account } = this.session;
    const { user = null, draft = "", conversation, said = [] } = this.memory.read();
    if (user !== this.#reader()) return account !== "unknown" && user !== null && this.memory.write({ draft: "", said: [] });
    if (draft && !this.composer.text) this.composer.write(draft);
    if (!conversation || this.said.length || this.asking.isRunning || address().has("chat")) return;
    this.conversation = conversation;
    if (this.session.user) this.accounts().then((accounts) => accounts.open(conversation, false));
    else this.show(said);
  }

  /** Whose conversation this is: an id, null for a guest, "unknown" while nobody can tell. */
  #reader() {
    return this.session.account === "unknown" ? "unknown" : (this.session.user?.id ?? null);
  }

  /** @param {{account: string, user: import("./types").User | null}} before */
  #accountChanged(before) {
    const { account, user } = this.session;
    this.draw();
    if (account === "unknown") return;
    const other = this.owner && this.owner !== user?.id;
    if (other && (user || !this.#ending)) this.forget(); // what one reader said, the next does not see
    if (before.account === "unasked" || before.account === "unknown") this.#restore();
    this.#more?.then((more) => more.shown());
    if (before.user && account === "guest") this.#accounts?.then((accounts) => accounts.signedOut());
    if (account === "user") this.accounts().then((accounts) => accounts.signedIn());
  }

  #reached() {
    if (!this.#away) return;
    this.#away = false;
    this.more(); // which may not have come before
    this.tell();
    this.#accounts?.then((accounts) => accounts.signedIn());
  }

  /** Of a reader who has left, or in whose place another one sits, nothing stays: not even what was being typed. */
  forget() {
    this.composer.write("");
    this.composer.setAbout("");
    this.begin();
  }

  /** @param {import("./api.js").Refusal} refused */
  #sessionFailed(refused) {
    this.#away = refused.code !== ORIGIN;
    if (refused.code === ORIGIN) this.tell("origin", { origin: location.origin });
    else this.tell("accountsAway", {}, el("button", { type: "button", click: () => this.session.ask() }, this.speech.say("tryAgain")));
  }

  /** What is on the page belongs to whoever is signed in now. */
  own() {
    this.owner = this.session.user?.id ?? null;
    this.remember();
  }

  /** Begin a new conversation. */
  begin() {
    this.asking.abandon();
    this.conversation = newId();
    this.owner = undefined;
    this.show([]);
    this.shell.title();
    this.tell();
    this.remember();
    this.#accounts?.then((accounts) => accounts.current());
  }

  /** Show what was said. @param {Said[]} said @param {(id: string) => import("./types").Opinion | null | undefined} [given] */
  show(said, given) {
    this.said = said;
    if (said.length) this.owner = this.session.user?.id ?? null;
    this.thread.show(this.thread.nodesOf(said, given));
    const first = said.find((each) => each.role === "user");
    if (first) this.shell.title(first.content.slice(0, 200));
    this.setTemporary(false);
  }

  /** Nothing of this conversation is to be kept. @param {boolean} on */
  setTemporary(on) {
    this.temporary = on;
    this.#more?.then((more) => more.shown());
  }

  /** The last turn leaves: another one takes its place. @param {Said[]} turn */
  replace(turn) {
    this.said = this.said.filter((each) => !turn.includes(each));
    this.thread.removeTurnBefore();
  }

  /** @param {Said} question @param {Said} answer */
  add(question, answer) {
    if (!this.said.length) this.shell.title(question.content.slice(0, 200));
    this.said.push(question, answer);
    this.owner ??= this.session.user?.id ?? null;
    this.remember();
    this.#more?.then((more) => more.shown());
  }

  remember() {
    const user = this.#reader();
    const { conversation, said } = this;
    const draft = this.composer.field.value;
    this.memory.write(this.temporary ? { conversation: "", said: [], draft: "" } : { user, conversation, said: user === null ? said : [], draft });
  }

  /** A guest who leaves before the answer finds the question again; a reader's is stored. @param {string} draft */
  asked(draft) {
    if (!this.session.user && !this.temporary) this.memory.write({ draft });
  }

  /** Whom the reader allows to see this question; nobody where the file that asks for it did not come. */
  async allowed() {
    return this.options.provider && this.more().then((more) => more.allowed(), () => "");
  }

  /** @param {string} question */
  ask(question) {
    return this.asking.ask(question);
  }

  /** The outage that a reply tells of: its end is waited for. */
  outage() {
    this.#away = true;
    this.session.askLater();
  }

  /** The reader who has just been answered keeps seeing it; whoever signs in next does not, unless it is the same one. */
  async askWhetherEnded() {
    this.#ending = true;
    await this.session.ask();
    this.#ending = false;
  }

  /** The session has ended; the question is kept. */
  ended() {
    this.tell("ended");
    this.accounts().then((accounts) => accounts.credentials("in", this.speech.say("ended")));
  }

  /** The conversation was deleted elsewhere; the question is kept. */
  gone() {
    const { text } = this.composer;
    this.begin();
    this.composer.write(text);
    this.tell("deleted");
  }

  /** Whoever takes the event over prevents it: a site that navigates by itself, say. @param {Source} source @param {MouseEvent} event */
  #followed(source, event) {
    if (!this.emit("source", { url: source.url, title: source.title })) event.preventDefault();
    if (this.shell.isSheet && this.options.inPlace) this.shell.close();
  }

  stop() {
    this.#accounts?.then((accounts) => accounts.stop());
    this.asking.abandon();
    this.session.stop();
    this.shell.stop();
    this.#more?.then((more) => more.stop());
  }
}
