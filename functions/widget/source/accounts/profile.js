/** The reader's account: where it is signed in, what can be taken out of it, and its end. */

import { el } from "../dom.js";

/** @typedef {import("../chat.js").Chat} Chat */
/** @typedef {import("./calls.js").Calls} Calls */
/** @typedef {import("./calls.js").Login} Login */
/** @typedef {import("./dialogs.js").Dialogs} Dialogs */

/** For so long a browser may still be asking where to put a file. */
const DOWNLOAD_MILLISECONDS = 60_000;

export class Profile {
  /**
   * @param {Chat} chat
   * @param {Calls} calls
   * @param {Dialogs} dialogs
   * @param {{left: () => void, emptied: () => void}} does
   */
  constructor(chat, calls, dialogs, does) {
    this.chat = chat;
    this.calls = calls;
    this.dialogs = dialogs;
    this.does = does;
    this.say = chat.speech.say;
  }

  open() {
    const { say, dialogs } = this;
    const { user } = this.chat.session;
    const logins = el("ul", { class: "logins" });
    const button = (/** @type {string} */ key, /** @type {() => void} */ pressed, name = "") => el("button", { type: "button", class: name, click: pressed }, say(key));
    dialogs.open({
      title: say("account"),
      cancel: say("close"),
      body: [
        el("p", { dir: "auto" }, say("signedInAs", { name: user?.name || user?.email || "" })),
        el("p", { class: "quiet", dir: "ltr" }, user?.email ?? ""),
        el("p", { class: "stack" }, button("signOut", () => this.#try(() => this.#leave())), button("export", () => this.#try(() => this.#export()))),
        el("h3", {}, say("devices")),
        logins,
        el("p", { class: "stack" }, button("endOthers", () => this.#try(() => this.#endOthers(logins)))),
        el("p", { class: "stack" }, button("deleteAll", () => this.#deleteAll(), "danger"), button("deleteAccount", () => this.#delete(), "danger")),
      ],
    });
    this.#try(() => this.#list(logins));
  }

  /** What does not work is said in the dialog that is open. @param {() => Promise<void>} act */
  async #try(act) {
    try {
      await act();
    } catch (error) {
      this.#complain(this.dialogs.complaint(error));
    }
  }

  /** @param {string} text */
  #complain(text) {
    const complaint = this.chat.shell.root.querySelector("dialog .complaint");
    if (complaint) complaint.textContent = text;
  }

  /** @param {HTMLElement} logins */
  async #list(logins) {
    const [all, { session }] = await Promise.all([this.calls.logins(), this.calls.session()]);
    const when = new Intl.DateTimeFormat(this.chat.speech.language, { dateStyle: "medium", timeStyle: "short" });
    logins.replaceChildren(
      ...all.map((each) => {
        const own = each.token === session.token;
        const end = () => this.#try(async () => (await this.calls.endLogin(each.token), this.#list(logins)));
        const told = el("span", {}, deviceOf(each), el("small", {}, own ? this.say("thisDevice") : when.format(new Date(each.updatedAt))));
        return el("li", {}, told, own ? null : el("button", { type: "button", "aria-label": `${this.say("endSession")}: ${deviceOf(each)}`, click: end }, this.say("endSession")));
      }),
    );
  }

  /** @param {HTMLElement} logins */
  async #endOthers(logins) {
    await this.calls.endOtherLogins();
    await this.#list(logins);
    this.#complain(this.say("othersEnded"));
  }

  async #leave() {
    await this.calls.signOut();
    this.dialogs.close();
    this.does.left();
  }

  async #export() {
    const content = new Blob([JSON.stringify(await this.calls.export(), null, 2)], { type: "application/json" });
    const link = el("a", { href: URL.createObjectURL(content), download: "conversations.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MILLISECONDS);
  }

  #deleteAll() {
    const { say } = this;
    this.dialogs.confirm({
      title: say("deleteAllTitle"),
      text: say("deleteAllText"),
      action: say("delete"),
      act: async () => {
        await this.calls.deleteAll();
        this.does.emptied();
      },
    });
  }

  #delete() {
    const { say, dialogs } = this;
    dialogs.open({
      title: say("deleteAccountTitle"),
      body: [
        el("p", {}, say("deleteAccountText")),
        dialogs.field("password", say("password"), { type: "password", autocomplete: "current-password", dir: "ltr" }),
      ],
      action: say("deleteAccount"),
      dangerous: true,
      cancel: say("keep"),
      act: async (form) => {
        const { message } = await this.calls.deleteUser(String(form.get("password")), location.href);
        if (/sent/i.test(message ?? "")) return say("deleteMail"); // a stage may want the address confirmed first
        this.does.left();
      },
    });
  }
}

/** A browser and a system, as a person would name them. @param {Login} login */
export function deviceOf({ userAgent }) {
  const text = userAgent ?? "";
  const browser = text.match(/(Edg|OPR|Firefox|Chrome|Safari)\w*\//)?.[1] ?? "?";
  const system = text.match(/(Windows|Android|iPhone|iPad|Mac OS X|Linux)/)?.[1];
  const named = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return system ? `${named}, ${system.replace(" OS X", "")}` : named;
}
