/** Below an answer that is whole: copy it, have it written again, rate it; and what to ask next. */

import { el, iconButton } from "../dom.js";
import { AGAIN } from "../icons.js";
import { copyable } from "./copying.js";
import { Opinions } from "./opinions.js";

/** @typedef {import("../chat.js").Chat} Chat */
/** @typedef {import("../types").Answer} Answer */

/** @param {Chat} chat @param {HTMLElement} node @param {Answer} answer */
export function finished(chat, node, { text, id, token, given = null, again, followUps = [] }) {
  const { say } = chat.speech;
  copyable(node, text, say);
  const isNewest = node === chat.thread.log.lastElementChild; // this file may have come later than the next question
  if (isNewest && again) node.querySelector(".after")?.append(iconButton(AGAIN, say("again"), () => chat.asking.again(), { class: "icon again" }));
  if (id) new Opinions(chat, node, id, token, given);
  if (isNewest && followUps.length) node.append(choices(chat, say("followUps"), followUps));
}

/** Questions to choose from. @param {Chat} chat @param {string} title @param {string[]} questions */
export function choices(chat, title, questions) {
  const items = questions.map((each) => el("li", {}, el("button", { type: "button", dir: "auto", click: () => chat.ask(each) }, each)));
  return el("div", { class: "next", role: "group", "aria-label": title }, el("p", { class: "quiet" }, title), el("ul", {}, ...items));
}
