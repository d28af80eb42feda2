/** The attributes of the element, read when they are needed, so that a page may change them. */

export const PLACEMENTS = ["bubble", "panel", "inline", "page"];

export class Options {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {string} name */
  #text(name) {
    return this.host.getAttribute(name)?.trim() ?? "";
  }

  get placement() {
    const given = this.#text("placement");
    return PLACEMENTS.includes(given) ? given : PLACEMENTS[0];
  }

  /** Whether it can be closed: then it begins closed. */
  get floats() {
    return this.placement === "bubble" || this.placement === "panel";
  }

  /** CSS selector of the site's own buttons that open it; the launcher is then not shown. */
  get trigger() {
    return this.#text("trigger");
  }

  /** A key with its modifiers, such as `mod+i`: Ctrl, or Command on a Mac. */
  get shortcut() {
    return (this.host.getAttribute("shortcut") ?? "mod+i").trim().toLowerCase();
  }

  get theme() {
    return this.#text("theme");
  }

  get privacyUrl() {
    return this.#text("privacy-url");
  }

  /** Who runs the language model; `none` where nobody does. */
  get provider() {
    return this.#text("provider");
  }

  /** Questions go to the provider only from readers who have said so: `each` time, or once. */
  get consent() {
    return this.host.hasAttribute("consent") && (this.#text("consent") || "once");
  }

  get heading() {
    return this.#text("heading");
  }

  get version() {
    return this.#text("version");
  }

  /** Example questions, with `|` between them. */
  get questions() {
    return this.#text("questions").split("|").map((each) => each.trim()).filter(Boolean);
  }

  /** Where answers are streamed, if that is another address than the API's. */
  get stream() {
    const given = this.#text("stream");
    return given && new URL(given, location.href).href.replace(/\/$/, "");
  }

  get selection() {
    return this.#text("selection") !== "off";
  }

  /** Tokens outlive the tab, where cookies do not stick. */
  get remember() {
    return this.host.hasAttribute("remember");
  }

  /** Sources open in this tab, unless the chat is the whole page, which would be gone. */
  get inPlace() {
    const given = this.#text("links");
    return given ? given !== "new" : this.placement !== "page";
  }

  get language() {
    return (this.#text("lang") || document.documentElement.lang || navigator.language || "en").toLowerCase().replace("_", "-");
  }
}
