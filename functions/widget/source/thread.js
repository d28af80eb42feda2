/** The conversation as it stands on the page: questions, answers with their sources, opinions, what to ask next. */

import { blockNodes } from "./markdown.js";
import { el, safeAddress } from "./dom.js";

/** @typedef {import("./types").Source} Source */
/** @typedef {import("./types").Opinion} Opinion */
/** @typedef {import("./types").Answer} Answer */
/** @typedef {import("./words.js").Speech} Speech */

/**
 * @typedef {object} Does
 * @property {(node: HTMLElement, answer: Answer) => void} finished
 * @property {(source: Source, event: MouseEvent) => void} followed
 * @property {() => boolean} inPlace
 */

export class Thread {
  /**
   * @param {Speech} speech
   * @param {Does} does
   */
  constructor({ say }, does) {
    this.say = say;
    this.does = does;
    this.log = el("div", { class: "log", role: "log", "aria-live": "off", part: "messages" });
    this.welcome = el("div", { class: "welcome", part: "welcome" });
    this.earlier = el("div", { class: "earlier" });
    this.scroll = el("div", { class: "scroll", tabindex: "0", role: "group" }, this.welcome, this.earlier, this.log);
    this.box = el("div", { class: "thread" }, this.scroll);
  }

  draw() {
    this.log.setAttribute("aria-label", this.say("title"));
    this.scroll.setAttribute("aria-label", this.say("title"));
  }

  get isEmpty() {
    return !this.log.childElementCount;
  }

  /** An old conversation is not news: it is not read aloud unasked. @param {HTMLElement[]} nodes */
  show(nodes) {
    this.log.setAttribute("aria-live", "off");
    this.log.replaceChildren(...nodes);
    this.welcome.hidden = nodes.length > 0;
    this.earlier.replaceChildren();
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /** @param {...HTMLElement} nodes */
  add(...nodes) {
    this.log.querySelectorAll(".next, .again").forEach((each) => each.remove()); // they belong to the newest answer
    this.log.setAttribute("aria-live", "polite");
    this.log.append(...nodes);
    this.welcome.hidden = true;
    this.scroll.scrollTop = nodes[0].offsetTop - 16; // and not the page, which scrollIntoView would move as well
  }

  /** Of the two newest turns the older one goes. */
  removeTurnBefore() {
    for (const each of [...this.log.children].slice(-4, -2)) each.remove();
  }

  /**
   * @param {string} text
   * @param {string} [about]
   */
  question(text, about) {
    const node = el("article", { class: "message question", "aria-label": this.say("youAsked"), part: "question" });
    if (about) node.append(el("q", { class: "quoted", dir: "auto" }, about));
    node.append(el("p", { dir: "auto" }, text));
    return node;
  }

  /** An answer that is not there yet. */
  waiting() {
    const dots = el("p", { class: "looking" }, this.say("looking"));
    return el("article", { class: "message answer waiting", "aria-label": this.say("answer"), part: "answer" }, dots);
  }

  /**
   * Shows in an answer what there is of it.
   *
   * @param {HTMLElement} node
   * @param {string} text
   * @param {Source[]} sources
   */
  fill(node, text, sources) {
    node.classList.remove("waiting");
    const reading = { sources, link: this.#link, say: this.say };
    node.replaceChildren(el("div", { class: "text" }, ...blockNodes(text, reading)), ...(sources.length ? [this.#sources(sources)] : []));
  }

  /** An answer is whole. @param {HTMLElement} node @param {Answer} answer */
  finish(node, answer) {
    node.append(el("div", { class: "after" }));
    this.does.finished(node, answer);
  }

  /**
   * What was said before, as it stands on the page.
   *
   * @param {import("./types").Said[]} said
   * @param {(id: string) => Opinion | null | undefined} [given] What the reader thinks of an answer, where it is stored.
   */
  nodesOf(said, given) {
    return said.map(({ id, role, content, about, sources = [], token }) => {
      if (role === "user") return this.question(content, about);
      const node = this.waiting();
      this.fill(node, content, sources);
      this.finish(node, { text: content, id: given || token ? id : undefined, token, given: given?.(id) });
      return node;
    });
  }

  /**
   * @param {Source} source
   * @param {string} text
   * @param {Record<string, string>} [attributes]
   */
  #link = (source, text, attributes = {}) => {
    const url = safeAddress(source.url);
    if (!url) return el("span", { ...attributes, "aria-label": null }, text);
    const here = this.does.inPlace() && url.origin === location.origin;
    const where = here ? {} : { target: "_blank", rel: "noopener" };
    const followed = (/** @type {MouseEvent} */ event) => this.does.followed(source, event);
    return el("a", { href: url.href, ...where, ...attributes, click: followed }, text);
  };

  /** @param {Source[]} sources */
  #sources(sources) {
    const items = sources.map((source) => {
      const link = this.#link(source, source.title, { dir: "auto" });
      if (link.hasAttribute("target")) link.append(el("span", { class: "only-read-aloud" }, ` ${this.say("newTab")}`));
      return el("li", { value: String(source.n) }, el("span", { class: "number", "aria-hidden": "true" }, String(source.n)), link);
    });
    return el("div", { class: "sources", role: "group", "aria-label": this.say("sources"), part: "sources" }, el("p", { class: "quiet" }, this.say("sources")), el("ol", {}, ...items));
  }
}
