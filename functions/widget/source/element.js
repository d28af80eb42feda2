/** `<docs-chat>`: the custom element. A page that has it twice has two chats with the same reader. */

import { address } from "./address.js";
import { Chat } from "./chat.js";
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
    shadow.replaceChildren();
    shadow.adoptedStyleSheets = []; // what is loaded later brings its own each time
    addStyles(shadow, styles);
    const base = (this.getAttribute("api") ?? OWN_BASE).replace(/\/$/, "");
    const chat = (this.#chat = new Chat(this, shadow, base, load, this.#ownWords(), all().indexOf(this)));
    chat.draw();
    this.#ends = [watchScheme(() => this.#paint()), this.#listen(chat), () => chat.stop()];
    this.#paint();
    this.#speak();
    if (!chat.options.floats || chat.memory.read().open) this.open();
    if (!chat.options.floats) chat.start();
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
    try {
      return JSON.parse(this.querySelector('script[type="application/json"]')?.textContent || "{}");
    } catch (error) {
      console.error("<docs-chat>: its own words are not JSON:", error);
      return {};
    }
  }

  #paint() {
    const { root } = /** @type {Chat} */ (this.#chat).shell;
    const given = this.getAttribute("theme");
    root.dataset.scheme = given === "dark" || given === "light" ? given : siteScheme();
  }

  /** The language's file, unless it is English; what the site says itself counts more. */
  async #speak() {
    const chat = /** @type {Chat} */ (this.#chat);
    const wanted = chat.options.language;
    const language = [wanted, wanted.split("-")[0]].find((each) => FILES[each]);
    const words = language ? (await chat.load(language)).default : {};
    if (wanted !== chat.options.language) return; // it has changed meanwhile
    chat.speech.speak(language ?? "en", words);
    chat.shell.root.lang = chat.speech.language;
    chat.shell.root.dir = chat.speech.direction;
    chat.draw();
  }

  /** The site's own buttons, the shortcut and the address open it. @param {Chat} chat */
  #listen(chat) {
    const ends = new AbortController();
    const how = { signal: ends.signal, capture: true }; // what is typed here goes no further
    /** Of several on a page only the first one hears what is meant for none of them. */
    const isFirst = () => (all()[0] ?? this) === this;
    /** @type {(target: EventTarget, name: string, heard: (event: any) => void) => void} */
    const listen = (target, name, heard) => target.addEventListener(name, (event) => isFirst() && heard(event), how);
    const follow = () => (address().has("chat") || /[?&]docs-chat=reset\b/.test(location.search)) && chat.more().then((more) => more.follow());
    let due = 0;
    document.addEventListener("click", (event) => this.#clicked(chat, event), how);
    listen(document, "keydown", (event) => {
      if (!chat.options.floats || !matches(event, chat.options.shortcut) || isEditable(event, this)) return;
      event.preventDefault();
      chat.shell.toggle();
    });
    listen(document, "selectionchange", () => {
      clearTimeout(due); // when the reader has done selecting
      due = window.setTimeout(() => chat.options.selection && String(getSelection()) && chat.more().then((more) => more.selected()), 250);
    });
    listen(window, "hashchange", follow);
    if (isFirst()) follow();
    return () => ends.abort();
  }

  /** @param {Chat} chat @param {MouseEvent} event */
  #clicked(chat, event) {
    const { trigger } = chat.options;
    if (!trigger || !(event.target instanceof Element) || !event.target.closest(trigger)) return;
    event.preventDefault();
    chat.shell.open();
  }
}

/** @returns {Element[]} */
const all = () => [...document.querySelectorAll("docs-chat")];

/**
 * By the letter, or where the keyboard writes no Latin ones, by where it stands. Browsers that fill in a form tell of keys
 * without a name.
 *
 * @param {KeyboardEvent} event
 * @param {string} shortcut
 */
function matches(event, shortcut) {
  if (!shortcut) return false;
  const parts = shortcut.split("+");
  const key = parts.pop();
  const mod = parts.includes("mod") || parts.includes("ctrl") || parts.includes("cmd");
  const pressed = /^[ -~]/.test(event.key ?? "") ? event.key : (event.code ?? "").replace("Key", "");
  return pressed.toLowerCase() === key && (event.ctrlKey || event.metaKey) === mod && event.altKey === parts.includes("alt") && event.shiftKey === parts.includes("shift");
}

/** A field of the page keeps its keys; our own field does not mind. @param {KeyboardEvent} event @param {Element} host */
function isEditable(event, host) {
  const [field] = event.composedPath(); // which may stand in a shadow root
  return event.target !== host && field instanceof HTMLElement && (field.isContentEditable || field.matches("input, textarea, select"));
}

if (!customElements.get("docs-chat")) customElements.define("docs-chat", DocsChat);
