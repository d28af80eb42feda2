/** The frame of the chat: what opens it, its head, the banner, and how it stands on a desk and on a phone. */

import { el, icon, iconButton } from "./dom.js";
import { ADD, CHAT, CLOSE, HISTORY, PERSON } from "./icons.js";

/** @typedef {import("./options.js").Options} Options */
/** @typedef {import("./words.js").Speech} Speech */

/** Below this width a chat that floats is a sheet at the bottom of the screen. */
const PHONE = matchMedia("(max-width: 40rem)");
const COARSE = matchMedia("(pointer: coarse)");
/** Null only for a document that is nowhere shown, which runs no script. */
const SEEN = /** @type {VisualViewport} */ (window.visualViewport);

/**
 * @typedef {object} Does
 * @property {() => void} opened
 * @property {() => void} closed
 * @property {() => void} newChat
 * @property {() => void} account
 * @property {() => void} history
 */

export class Shell {
  /** Where the focus goes back to. @type {HTMLElement | null} */
  #opener = null;

  /**
   * @param {ShadowRoot} shadow
   * @param {Options} options
   * @param {Speech} speech
   * @param {Does} does
   */
  constructor(shadow, options, speech, does) {
    this.options = options;
    this.does = does;
    this.say = speech.say;
    this.root = el("div", { class: "root" });
    this.launcher = el("button", { type: "button", class: "launcher", part: "launcher", "aria-expanded": "false", click: () => this.toggle() });
    this.heading = el("h2", { tabindex: "-1", part: "title", dir: "auto" });
    this.tools = el("div", { class: "tools" });
    this.banner = el("div", { class: "banner", role: "status", part: "banner" });
    this.side = el("div", { class: "side" });
    this.main = el("div", { class: "main" });
    const head = el("header", { part: "header" }, this.heading, this.tools);
    this.panel = el("section", { class: "panel", part: "panel" }, head, this.banner, el("div", { class: "columns" }, this.side, this.main));
    this.root.append(this.launcher, this.panel);
    this.root.addEventListener("keydown", (event) => this.#escape(event));
    shadow.append(this.root);
  }

  /** Everything that depends on the language, the placement or who is signed in. @param {{account: string, name: string}} who */
  draw({ account, name }) {
    const { options, say } = this;
    this.root.dataset.placement = options.placement;
    this.root.classList.toggle("floats", options.floats);
    this.panel.setAttribute("role", options.floats ? "dialog" : "region");
    const title = options.heading || say("title");
    this.panel.setAttribute("aria-label", title);
    if (!this.titled) this.heading.textContent = title;
    this.launcher.replaceChildren(icon(CHAT), el("span", {}, say("launch")));
    this.launcher.setAttribute("aria-label", title);
    this.launcher.hidden = !options.floats || Boolean(options.trigger);
    if (!options.floats) this.root.dataset.open = "";
    this.#lift();
    const focused = this.tools.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement);
    this.tools.replaceChildren(...this.#tools(account, name));
    if (focused) this.heading.focus();
  }

  /** Above whatever the page has lifted and out of whatever it cuts off, where the browser can and the site names no place. */
  #lift() {
    const how = this.options.floats && !getComputedStyle(this.options.host).getPropertyValue("--docs-chat-z") ? "manual" : null;
    if (this.root.popover === how) return;
    this.root.popover = how;
    if (how) this.root.showPopover?.();
  }

  /**
   * @param {string} account
   * @param {string} name
   */
  #tools(account, name) {
    const { say, does } = this;
    const tools = [iconButton(ADD, say("newChat"), does.newChat)];
    if (account === "user") {
      tools.push(iconButton(HISTORY, say("history"), does.history, { class: "icon to-history", "aria-expanded": "false" }));
      tools.push(iconButton(PERSON, say("accountOf", { name }), does.account));
    }
    if (account === "guest") tools.push(el("button", { type: "button", class: "sign-in", click: does.account }, say("signIn")));
    if (this.options.floats) tools.push(iconButton(CLOSE, say("close"), () => this.close()));
    return tools;
  }

  /** The title of a conversation; none gives the element's own. @param {string} [text] */
  title(text) {
    this.titled = Boolean(text);
    this.heading.textContent = text || this.options.heading || this.say("title");
  }

  /** One line that everybody hears of; none takes it away. @param {string} text @param {...Node} more */
  tell(text, ...more) {
    this.banner.replaceChildren(...(text ? [el("p", { dir: "auto" }, text), ...more] : []));
  }

  get isOpen() {
    return "open" in this.root.dataset;
  }

  /** On a phone a chat that floats covers the page. */
  get isSheet() {
    return this.options.floats && PHONE.matches;
  }

  /** Where nobody would be surprised by a keyboard that comes up. */
  get mayFocusField() {
    return !COARSE.matches;
  }

  open() {
    if (this.isOpen) return;
    this.#opener = /** @type {HTMLElement | null} */ (document.activeElement);
    this.root.dataset.open = "";
    this.launcher.setAttribute("aria-expanded", "true");
    this.#followKeyboard(true);
    this.does.opened();
  }

  close() {
    if (!this.isOpen || !this.options.floats) return;
    delete this.root.dataset.open;
    this.launcher.setAttribute("aria-expanded", "false");
    this.#followKeyboard(false);
    this.does.closed();
    const back = this.#opener?.isConnected && this.#opener !== this.options.host ? this.#opener : this.launcher;
    back.focus({ preventScroll: true });
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || this.root.querySelector("dialog[open]")) return;
    this.close();
  }

  /** The keyboard of a phone covers the page without telling its layout: the sheet stays above it. @param {boolean} on */
  #followKeyboard(on) {
    if (on) this.#fit();
    for (const name of ["resize", "scroll"]) SEEN[on ? "addEventListener" : "removeEventListener"](name, this.#fit);
  }

  #fit = () => {
    const covered = Math.max(0, innerHeight - SEEN.height - SEEN.offsetTop);
    this.root.style.setProperty("--covered", `${covered}px`);
    this.root.style.setProperty("--seen", `${SEEN.height}px`);
  };

  /** Ends what listens outside of the element. */
  stop() {
    this.#followKeyboard(false);
  }
}
