/** Accounts and the history: a file of its own, for whoever has an account or wants one. */

import { addStyles } from "../dom.js";
import { followBack, showInAddress } from "./addresses.js";
import { Calls } from "./calls.js";
import { Credentials } from "./credentials.js";
import { Dialogs } from "./dialogs.js";
import { History } from "./history.js";
import { Profile } from "./profile.js";
import { HandingIn } from "./receipts.js";
import { ENGLISH } from "./words.js";
import styles from "./accounts.css";

/** @typedef {import("../chat.js").Chat} Chat */

/** @param {Chat} chat @returns {import("../types").Accounts} */
export function attach(chat) {
  chat.speech.learn(ENGLISH);
  addStyles(chat.shadow, styles);
  const calls = new Calls(chat.api);
  const dialogs = new Dialogs(chat.shell.root, chat.speech.say);
  const conversations = new History(chat, calls, dialogs);
  const credentials = new Credentials(chat, calls, dialogs, () => conversations.load());
  const profile = new Profile(chat, calls, dialogs, {
    left: () => {
      chat.session.keepToken(null);
      chat.session.become("guest", null);
      chat.session.tabs?.postMessage("changed");
      chat.forget();
    },
    emptied: () => {
      chat.begin();
      conversations.load();
    },
  });
  const handing = new HandingIn(chat, async () => {
    await chat.session.ask();
    if (chat.session.account === "user") await conversations.load();
  });
  const stopFollowing = followBack(chat);
  return {
    credentials: (how, reason) => credentials.open(how, reason),
    account: () => profile.open(),
    history: () => conversations.toggle(),
    signedIn: async () => {
      conversations.show();
      await Promise.all([conversations.load(), handing.start()]);
    },
    signedOut: () => {
      dialogs.close();
      conversations.hide();
    },
    answered: async (reply) => {
      const { evictedId, saved } = reply;
      conversations.awaited.note(reply);
      if (evictedId) conversations.forget(evictedId);
      conversations.endSearch();
      if (saved !== "stored") return;
      showInAddress(chat, chat.conversation);
      await conversations.load();
    },
    open: (id, wanted) => conversations.open(id, wanted),
    current: () => {
      showInAddress(chat);
      conversations.mark();
    },
    handIn: (receipt) => handing.keep(receipt),
    stop: () => {
      handing.stop();
      conversations.stop();
      stopFollowing();
    },
    reset: () => credentials.reset(tokenOfAddress()),
  };
}

/** The token that a link for a new password brings, taken out of the address; null where the link was not valid. */
function tokenOfAddress() {
  const query = new URLSearchParams(location.search);
  const token = query.get("token");
  for (const name of ["docs-chat", "token", "error"]) query.delete(name);
  history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  return token;
}
