/** The reader's conversations: found, opened, renamed, pinned, deleted. */

import { Awaited } from "./awaited.js";
import { showInAddress } from "./addresses.js";
import { el, iconButton } from "../dom.js";
import { DOTS, SEARCH } from "../icons.js";
import { refusal } from "../api.js";
import { copy } from "../more/copying.js";

/** @typedef {import("../chat.js").Chat} Chat */
/** @typedef {import("../types").Conversation} Conversation */
/** @typedef {import("../types").Message} Message */
/** @typedef {import("../types").Piece} Piece */
/** @typedef {import("./calls.js").Calls} Calls */
/** @typedef {import("./dialogs.js").Dialogs} Dialogs */

/** After so long a list that could not be read is read again: it heals by itself. */
const RETRY_SECONDS = 4;

export class History {
  #search = "";
  #asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retrying;

  /**
   * @param {Chat} chat
   * @param {Calls} calls
   * @param {Dialogs} dialogs
   */
  constructor(chat, calls, dialogs) {
    this.chat = chat;
    this.calls = calls;
    this.dialogs = dialogs;
    this.say = chat.speech.say;
    this.note = el("p", { class: "quiet", role: "status" });
    this.list = el("ul", { class: "conversations" });
    this.older = el("button", { type: "button", hidden: true }, this.say("older"));
    this.field = el("input", { id: "words", type: "search", maxlength: "200", dir: "auto" });
    this.aside = el("nav", { class: "history", part: "history" });
    this.awaited = new Awaited(chat, (id) => this.open(id, false));
  }

  /** Puts it beside the chat, or above it where there is no room. */
  show() {
    const { say, field } = this;
    this.aside.setAttribute("aria-label", say("history"));
    field.placeholder = say("find");
    const form = el("form", { role: "search", submit: (event) => (event.preventDefault(), this.#find()) }, el("label", { for: "words", class: "only-read-aloud" }, say("search")), field, iconButton(SEARCH, say("find"), () => {}, { type: "submit" }));
    field.addEventListener("input", () => field.value || !this.#search || this.#find());
    this.older.addEventListener("click", () => this.load(this.older.dataset.cursor));
    this.aside.replaceChildren(form, this.note, this.list, this.older);
    this.chat.shell.side.replaceChildren(this.aside);
  }

  hide() {
    this.stop();
    this.awaited.forget();
    this.list.replaceChildren();
    this.#search = this.field.value = this.note.textContent = "";
    this.chat.shell.side.replaceChildren();
    this.fold();
  }

  stop() {
    clearTimeout(this.#retrying);
    this.awaited.stop();
  }

  /** Where there is no room beside the chat, it stands in its place while it is wanted. */
  toggle() {
    const open = this.chat.shell.side.toggleAttribute("data-open");
    this.#button?.setAttribute("aria-expanded", String(open));
    if (open) this.field.focus();
  }

  fold() {
    this.chat.shell.side.removeAttribute("data-open");
    this.#button?.setAttribute("aria-expanded", "false");
  }

  get #button() {
    return this.chat.shell.tools.querySelector(".to-history");
  }

  async #find() {
    this.#search = this.field.value.trim();
    await this.load();
  }

  endSearch() {
    this.#search = this.field.value = "";
  }

  /** @param {string} [cursor] */
  async load(cursor) {
    const nth = (this.#asked += 1);
    clearTimeout(this.#retrying);
    try {
      const { conversations, nextCursor } = await (this.#search ? this.calls.search(this.#search) : this.calls.conversations(cursor));
      if (nth !== this.#asked || this.chat.session.account !== "user") return; // a later one was asked for, or the reader left
      const items = conversations.map((each) => this.#item(each));
      this.list.replaceChildren(...(cursor ? this.list.children : []), ...items);
      this.older.hidden = !nextCursor;
      this.older.dataset.cursor = nextCursor ?? "";
      this.note.textContent = this.#told(this.list.childElementCount);
      this.mark();
    } catch (error) {
      const { status, later, message, wait } = refusal(error);
      if (status === 401) return void this.chat.session.ask();
      this.note.textContent = later ? this.say("noHistory") : message;
      if (later) this.#retrying = setTimeout(() => this.load(cursor), Math.max(wait, RETRY_SECONDS) * 1000);
    }
  }

  /** @param {number} count */
  #told(count) {
    if (!this.#search) return count ? "" : this.say("nothing");
    return this.say("found", { count });
  }

  /** @param {Conversation} conversation */
  #item(conversation) {
    const { id, title, pinned, updatedAt, match } = conversation;
    const open = el("button", { type: "button", class: "open", "data-id": id, click: () => this.open(id) });
    open.append(el("span", { class: "title", dir: "auto" }, ...(match ? marked(match.title) : [title])), el("small", {}, pinned ? `${this.say("pinned")} · ` : "", this.#when(updatedAt)));
    if (match?.snippet.length) open.append(el("span", { class: "snippet", dir: "auto" }, ...marked(plain(match.snippet))));
    return el("li", {}, open, this.#more(conversation));
  }

  /** @param {string} time */
  #when(time) {
    const then = new Date(time);
    const today = then.toDateString() === new Date().toDateString();
    const format = new Intl.DateTimeFormat(this.chat.speech.language, today ? { timeStyle: "short" } : { dateStyle: "medium" });
    return el("time", { datetime: time }, format.format(then));
  }

  /** What can be done with one, folded away. @param {Conversation} conversation */
  #more(conversation) {
    const { id, title, pinned } = conversation;
    const { say } = this;
    const show = (/** @type {boolean} */ open) => {
      menu.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    };
    const act = (/** @type {string} */ key, /** @type {() => void} */ pressed) => el("button", { type: "button", click: () => (show(false), pressed()) }, say(key));
    const address = `${location.origin}${location.pathname}${location.search}#chat=${id}`;
    const menu = el(
      "div",
      { class: "menu", hidden: true, role: "group", "aria-label": say("more", { title }) },
      act("rename", () => this.#rename(conversation)),
      act(pinned ? "unpin" : "pin", () => this.#change(id, { pinned: !pinned })),
      act("copyLink", async () => (this.note.textContent = say((await copy(address, button)) ? "copied" : "notCopied"))),
      act("delete", () => this.#delete(conversation)),
    );
    const button = iconButton(DOTS, say("more", { title }), () => show(Boolean(menu.hidden)), { "aria-expanded": "false" });
    const box = el("div", { class: "more" }, button, menu);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || menu.hidden) return;
      event.preventDefault(); // or the chat would close
      show(false);
      button.focus();
    });
    box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !box.contains(/** @type {Node} */ (relatedTarget)) && show(false));
    return box;
  }

  mark() {
    for (const button of this.list.querySelectorAll("[data-id]")) {
      const current = /** @type {HTMLElement} */ (button).dataset.id === this.chat.conversation;
      if (current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param {string} id */
  forget(id) {
    this.list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.closest("li")?.remove();
  }

  /** Whether it could be shown. @param {string} id @param {boolean} [wanted] By the reader, and not only read again. */
  async open(id, wanted = true) {
    try {
      const { conversation, messages, nextCursor } = await this.calls.conversation(id);
      if (!wanted && id !== this.chat.conversation) return false;
      this.chat.asking.abandon();
      this.chat.conversation = id;
      this.chat.show(messages, opinionOf(messages));
      this.chat.own();
      this.chat.shell.title(conversation.title);
      this.chat.tell(this.awaited.isMissing(id, messages) ? "awaited" : undefined);
      this.#earlier(id, nextCursor);
      showInAddress(this.chat, id);
      this.mark();
      if (!wanted) return true;
      this.fold();
      this.chat.shell.heading.focus();
      return true;
    } catch (error) {
      const { status, later } = refusal(error);
      if (!later && (status === 404 || status === 410 || status === 400)) this.chat.tell(this.awaited.isMissing(id, []) ? "awaited" : "gone");
      else this.chat.shell.tell(this.dialogs.complaint(error));
      return false;
    }
  }

  /**
   * @param {string} id
   * @param {string | null} cursor
   */
  #earlier(id, cursor) {
    const { thread } = this.chat;
    if (!cursor) return thread.earlier.replaceChildren();
    const show = async () => {
      const { messages, nextCursor } = await this.calls.conversation(id, cursor);
      if (id !== this.chat.conversation) return;
      thread.log.setAttribute("aria-live", "off");
      thread.log.prepend(...thread.nodesOf(messages, opinionOf(messages)));
      this.#earlier(id, nextCursor);
    };
    thread.earlier.replaceChildren(el("button", { type: "button", click: () => show().catch((error) => this.chat.shell.tell(this.dialogs.complaint(error))) }, this.say("earlier")));
  }

  /** @param {Conversation} conversation */
  #rename({ id, title }) {
    const { say, dialogs } = this;
    const dialog = dialogs.open({
      title: say("renameTitle"),
      body: [dialogs.field("title", say("newTitle"), { maxlength: "200", value: title })],
      action: say("rename"),
      act: async (form) => {
        const changed = await this.calls.change(id, { title: String(form.get("title")) });
        if (id === this.chat.conversation) this.chat.shell.title(changed.title);
        this.load();
      },
    });
    dialog.querySelector("input")?.select();
  }

  /** @param {string} id @param {{pinned: boolean}} change */
  async #change(id, change) {
    try {
      await this.calls.change(id, change);
      await this.load();
      /** @type {HTMLElement | null | undefined} */ (this.list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.parentElement?.querySelector(".more button"))?.focus();
    } catch (error) {
      this.note.textContent = this.dialogs.complaint(error);
    }
  }

  /** @param {Conversation} conversation */
  #delete({ id, title }) {
    const { say } = this;
    this.dialogs.confirm({
      title: say("deleteTitle"),
      text: say("deleteText", { title }),
      action: say("delete"),
      act: async () => {
        await this.calls.delete(id);
        if (id === this.chat.conversation) this.chat.begin();
        await this.load();
        this.field.focus();
      },
    });
  }
}

/** @param {Message[]} messages @returns {(id: string) => import("../types").Opinion | null | undefined} */
export function opinionOf(messages) {
  return (id) => messages.find((each) => each.id === id)?.feedback ?? null;
}

/** Text of which pieces are marked, as nodes. @param {Piece[]} pieces */
function marked(pieces) {
  return pieces.map(({ text, match }) => (match ? el("mark", {}, text) : text));
}

/** Without the signs of Markdown, which say nothing in a line of text. @param {Piece[]} pieces @returns {Piece[]} */
function plain(pieces) {
  return pieces.map(({ text, match }) => ({ text: text.replace(/[`*#|]+|\[\d{1,3}\]/g, "").replace(/\s+/g, " "), match }));
}
