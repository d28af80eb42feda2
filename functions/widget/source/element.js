/** `<docs-chat>`: the custom element. A page that has it twice has two chats with the same reader. */

import { address, Chat } from "./chat.js";
import { addStyles } from "./dom.js";
import { siteScheme, watchScheme } from "./site.js";
import styles from "./style.css";

/** Where this script came from: the API is there, and so are the parts that are loaded later. */
const own = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[src*="docs-chat"]'));
const OWN_ADDRESS = own?.src || new URL("docs-chat.js", location.href).href;
const OWN_BASE = OWN_ADDRESS.replace(/\/docs-chat(\.js|\/[^/]*)([?#].*)?$/, "");

/** A browser remembers what it could not import: another try needs another address. */
let again = "";
const load = (/** @type {string} */ name) => import(`${OWN_BASE}/docs-chat/${FILES[name]}${again}`).catch((error) => ((again += "?"), Promise.reject(error)));

/** @typedef {import("../docs-chat").DocsChatElement} DocsChatElement */

/** @implements {DocsChatElement} */
class DocsChat extends HTMLElement {
  static observedAttributes = ["placement", "trigger", "theme", "lang", "heading", "questions", "privacy-url", "provider", "consent"];

  /** @type {Chat | null} */
  #chat = null;
  /** @type {(() => void)[]} */
  #ends = [];

  connectedCallback() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if (!shadow.adoptedStyleSheets.length) addStyles(shadow, styles);
    shadow.replaceChildren();
    const base = (this.getAttribute("api") ?? OWN_BASE).replace(/\/$/, "");
    const chat = (this.#chat = new Chat(this, shadow, base, load));
    chat.speech.learn(this.#ownWords());
    chat.draw();
    this.#ends = [watchScheme(() => this.#paint()), this.#listen(chat), () => chat.stop()];
    this.#paint();
    this.#speak();
    if (!chat.options.floats || chat.memory.read().open || address().has("chat")) this.open();
    if (!chat.options.floats) chat.start();
    this.#followAddress(chat);
  }

  disconnectedCallback() {
    this.#ends.forEach((end) => end());
    this.#chat = null;
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    // attributes of the page's own HTML are told before the element is connected, which reads them all
    if (!this.#chat) return;
    this.#chat.draw();
    if (name === "theme") this.#paint();
    if (name === "lang") this.#speak();
  }

  open() {
    this.#chat?.shell.open();
  }

  close() {
    this.#chat?.shell.close();
  }

  /** Ask as if the reader had typed it. @param {string} question */
  ask(question) {
    return this.#chat?.ask(question);
  }

  /** What the site says instead, by our key: `<script type="application/json">` in the element. @returns {Record<string, string>} */
  #ownWords() {
    const given = this.querySelector('script[type="application/json"]')?.textContent;
    return given ? JSON.parse(given) : {};
  }

  #paint() {
    const { root } = /** @type {Chat} */ (this.#chat).shell;
    const given = this.getAttribute("theme");
    root.dataset.scheme = given === "dark" || given === "light" ? given : siteScheme();
  }

  /** The language's file, unless it is English; what the site says itself counts more. */
  async #speak() {
    const chat = /** @type {Chat} */ (this.#chat);
    const language = [chat.options.language, chat.options.language.split("-")[0]].find((each) => FILES[each]);
    if (language) chat.speech.speak(language, { ...(await chat.load(language)).default, ...this.#ownWords() });
    chat.shell.root.lang = chat.speech.language;
    chat.shell.root.dir = chat.speech.direction;
    chat.draw();
  }

  /** The site's own buttons and the shortcut open it. @param {Chat} chat */
  #listen(chat) {
    const clicked = (/** @type {MouseEvent} */ event) => {
      const { trigger } = chat.options;
      if (!trigger || !(event.target instanceof Element) || !event.target.closest(trigger)) return;
      event.preventDefault();
      chat.shell.open();
    };
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      if (!chat.options.floats || !matches(event, chat.options.shortcut) || isEditable(event.target, this)) return;
      event.preventDefault();
      chat.shell.toggle();
    };
    let due = 0;
    const selected = () => {
      clearTimeout(due); // when the reader has done selecting
      due = window.setTimeout(() => chat.options.selection && String(getSelection()) && chat.more().then((more) => more.selected()), 250);
    };
    document.addEventListener("selectionchange", selected);
    document.addEventListener("click", clicked);
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("selectionchange", selected);
      document.removeEventListener("click", clicked);
      document.removeEventListener("keydown", pressed);
    };
  }

  /** `#chat=<id>` opens that conversation; a link for a new password brings its token. @param {Chat} chat */
  #followAddress(chat) {
    const follow = async () => {
      const id = address().get("chat");
      if (!id || !chat.options) return;
      chat.shell.open();
      await chat.start();
      if (chat.session.account === "guest") (await chat.accounts()).credentials("in", chat.speech.say("signInToOpen"));
      else if (id !== chat.conversation) await (await chat.accounts()).open(id);
    };
    window.addEventListener("hashchange", follow);
    this.#ends.push(() => window.removeEventListener("hashchange", follow));
    follow();
    if (!/[?&]docs-chat=reset\b/.test(location.search)) return;
    chat.shell.open();
    chat.accounts().then((accounts) => accounts.reset());
  }
}

/**
 * @param {KeyboardEvent} event
 * @param {string} shortcut
 */
function matches(event, shortcut) {
  if (!shortcut) return false;
  const parts = shortcut.split("+");
  const key = parts.pop();
  const mod = parts.includes("mod") || parts.includes("ctrl") || parts.includes("cmd");
  return event.key.toLowerCase() === key && (event.ctrlKey || event.metaKey) === mod && event.altKey === parts.includes("alt") && event.shiftKey === parts.includes("shift");
}

/** A field of the page keeps its keys; our own field does not mind. @param {EventTarget | null} target @param {Element} host */
function isEditable(target, host) {
  return target !== host && target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}

if (!customElements.get("docs-chat")) customElements.define("docs-chat", DocsChat);
