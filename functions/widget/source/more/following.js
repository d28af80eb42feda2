/** `#chat=<id>` opens that conversation; a link for a new password brings its token. */

import { address } from "../address.js";

/** @typedef {import("../chat.js").Chat} Chat */

/** @param {Chat} chat */
export async function follow(chat) {
  const id = address().get("chat");
  chat.shell.open();
  if (!id) return (await chat.accounts()).reset();
  await chat.start();
  if (chat.session.account === "guest") (await chat.accounts()).credentials("in", chat.speech.say("signInToOpen"));
  else if (id !== chat.conversation) await (await chat.accounts()).open(id);
}
