/** What stands where nothing was asked yet: what this is, questions to begin with, and what becomes of them. */

import { el, safeAddress } from "../dom.js";
import { choices } from "./finished.js";

/** @typedef {import("../chat.js").Chat} Chat */

/** @param {Chat} chat @param {Node} choice What the reader may choose before the first question. */
export function welcome(chat, choice) {
  const { thread, speech, options } = chat;
  const { say } = speech;
  const examples = el("div", { class: "examples" });
  thread.welcome.replaceChildren(el("p", { class: "greeting" }, say("welcome")), el("p", { class: "quiet" }, say("welcomeMore")), examples, privacy(chat), choice);
  if (options.questions.length) examples.append(choices(chat, say("examples"), options.questions));
  else if (chat.session.account !== "unasked") suggestions(chat).then((found) => found.length && examples.append(choices(chat, say("examples"), found)));
}

/** @type {WeakMap<Chat, Promise<string[]>>} */
const asked = new WeakMap();

/** Questions that the documentation answers; none where the server knows none. @param {Chat} chat */
function suggestions(chat) {
  const found =
    asked.get(chat) ??
    chat.api.call("GET", `/api/suggestions?page=${encodeURIComponent(location.origin + location.pathname)}`).then(
      (known) => (known?.suggestions ?? []).slice(0, 3).map((/** @type {any} */ each) => each.question ?? each),
      () => [],
    );
  asked.set(chat, found);
  return found;
}

/** What is kept, and who else sees it; where readers are asked for that, the question for it says so. @param {Chat} chat */
function privacy({ speech: { say }, session, options: { privacyUrl, provider, consent } }) {
  const kept = say(session.user ? "privacyKept" : "privacy");
  const who = consent ? "" : provider === "none" ? say("privacyNobody") : provider ? say("privacyProvider", { provider }) : say("privacyModel");
  const url = privacyUrl && safeAddress(privacyUrl);
  const link = url ? el("a", { href: url.href, target: "_blank", rel: "noopener" }, say("privacyLink")) : null;
  return el("p", { class: "privacy", part: "privacy" }, `${kept} ${who}`, link && " ", link);
}
