/** Signing up and in, and a forgotten password. */

import { el, newId } from "../dom.js";
import { refusal } from "../api.js";

/** @typedef {import("../chat.js").Chat} Chat */
/** @typedef {import("./calls.js").Calls} Calls */
/** @typedef {import("./dialogs.js").Dialogs} Dialogs */

/** Messages of one request, as the API takes them. */
const MOST_APPENDED = 20;

export class Credentials {
  /**
   * @param {Chat} chat
   * @param {Calls} calls
   * @param {Dialogs} dialogs
   * @param {() => Promise<void>} taken Called when a guest's conversation has become the account's.
   */
  constructor(chat, calls, dialogs, taken) {
    this.chat = chat;
    this.taken = taken;
    this.calls = calls;
    this.dialogs = dialogs;
    this.say = chat.speech.say;
  }

  /** What a guest said here may go along into the account. */
  get #guests() {
    return this.chat.session.account === "guest" && this.chat.owner === null && this.chat.said.length > 0;
  }

  /** @param {"up" | "in"} how @param {string} [reason] */
  open(how, reason) {
    const { say, dialogs } = this;
    const up = how === "up";
    const other = el("button", { type: "button", class: "link", click: () => this.open(up ? "in" : "up", reason) }, say(up ? "haveAccount" : "signUp"));
    const forgotten = up ? null : el("button", { type: "button", class: "link", click: () => this.#forgot() }, say("forgotten"));
    const keep = el("input", { type: "checkbox", name: "keep", checked: true });
    dialogs.open({
      title: say(up ? "signUp" : "signIn"),
      reason,
      body: [
        up ? dialogs.field("name", say("name"), { autocomplete: "name", maxlength: "100", pattern: ".*\\S.*" }) : null,
        dialogs.field("email", say("email"), { type: "email", autocomplete: "email", dir: "ltr" }),
        dialogs.field("password", say("password"), password(up ? "new-password" : "current-password"), up ? say("passwordHint") : undefined),
        this.#guests ? el("label", { class: "check" }, keep, say("takeAlong")) : null,
        el("p", { class: "links" }, other, forgotten),
      ],
      action: say(up ? "create" : "signIn"),
      act: (form) => this.#submit(how, form, this.#guests && keep.checked),
    });
  }

  /**
   * @param {"up" | "in"} how
   * @param {FormData} form
   * @param {boolean} keep
   */
  async #submit(how, form, keep) {
    const given = Object.fromEntries(["name", "email", "password"].flatMap((name) => (form.has(name) ? [[name, String(form.get(name)).trim()]] : [])));
    given.password = String(form.get("password"));
    const { user, token } = await this.calls.credentials(how, given);
    if (!user) return this.say("checkMail");
    const said = this.chat.said;
    await this.#begin(user, token);
    if (keep) await this.#take(said);
    else if (said.length && this.chat.owner === null) this.chat.begin();
    this.chat.tell();
    if (how === "in" && !said.length) await this.#follow();
  }

  /** Who came by a link to a conversation was asked to sign in for it. */
  async #follow() {
    const id = new URLSearchParams(location.hash.slice(1)).get("chat");
    if (id && id !== this.chat.conversation) await (await this.chat.accounts()).open(id);
  }

  /** The cookie is tried first, and the token kept only where that did not stick. @param {import("../types").User} user @param {string | null} token */
  async #begin(user, token) {
    const { session } = this.chat;
    if (!(await this.calls.session()) && token) session.keepToken(token);
    session.become("user", user);
    session.tabs?.postMessage("changed");
  }

  /**
   * What was said before there was an account is stored as the account's, under the same ids.
   *
   * @param {import("../types").Said[]} said
   */
  async #take(said) {
    try {
      await this.calls.create(this.chat.conversation);
      for (let at = 0; at < said.length; at += MOST_APPENDED) {
        const messages = said.slice(at, at + MOST_APPENDED).map(({ id, role, content }) => ({ id, role, content }));
        await this.calls.append(this.chat.conversation, messages);
      }
      for (const each of said) each.unsaved = false;
      this.chat.own();
      await this.taken();
    } catch (error) {
      refusal(error);
      this.chat.conversation = newId(); // of it nothing may be stored half
      this.chat.tell("notKept");
    }
  }

  #forgot() {
    const { say, dialogs } = this;
    const back = new URL(location.href);
    back.hash = "";
    back.searchParams.set("docs-chat", "reset");
    dialogs.open({
      title: say("forgotten"),
      body: [dialogs.field("email", say("email"), { type: "email", autocomplete: "email", dir: "ltr" })],
      action: say("sendLink"),
      act: async (form) => {
        await this.calls.forgot(String(form.get("email")).trim(), back.href);
        return say("linkSent");
      },
    });
  }

  /** @param {string | null} token Of the link in the mail; null where it was not valid any more. */
  reset(token) {
    const { say, dialogs } = this;
    if (!token) return this.open("in", say("badLink"));
    dialogs.open({
      title: say("choosePassword"),
      body: [dialogs.field("password", say("newPassword"), password("new-password"), say("passwordHint"))],
      action: say("done"),
      act: async (form) => {
        await this.calls.reset(token, String(form.get("password")));
        this.open("in", say("passwordChanged"));
      },
    });
  }
}

/** @param {string} autocomplete */
function password(autocomplete) {
  return { type: "password", autocomplete, maxlength: "128", minlength: autocomplete === "new-password" ? "8" : null, dir: "ltr" };
}
