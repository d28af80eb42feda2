/** What nobody needs before the chat is open or something is selected: a file of its own. */

import { addStyles } from "../dom.js";
import { Consent } from "./consent.js";
import { Countdown } from "./countdown.js";
import { changed, Editing } from "./editing.js";
import { leadToEnd } from "./end.js";
import { finished } from "./finished.js";
import { follow } from "./following.js";
import { keepKeys } from "./keys.js";
import { lengthNote } from "./length.js";
import { told } from "./notices.js";
import { printInPlace } from "./paper.js";
import { AskAbout } from "./selection.js";
import { stopWriting } from "./stopping.js";
import { Temporary } from "./temporary.js";
import { welcome } from "./welcome.js";
import styles from "./more.css";

/** @typedef {import("../chat.js").Chat} Chat */

const ENGLISH = {
  copyCode: "Copy code",
  copyAnswer: "Copy answer",
  copied: "Copied",
  notCopied: "Could not copy",
  again: "Answer again",
  latest: "To the end",
  stopped: "Stopped.",
  partial: "This answer is not complete.",
  deleted: "This conversation was deleted. Your question is kept: ask it in a new one.",
  evicted: "Only your newest conversations are kept: the oldest one made room for this.",
  queued: "Your history is not available right now. This answer will appear in it later.",
  receipt: "Your history is not available right now. This page keeps your answer, and saves it as soon as possible.",
  notSaved: "Accounts and history are not available right now. You still get answers, but this one is not saved to your conversations.",
  noModel: "The answer quotes the documentation, because no text can be written right now.",
  noSearch: "The documentation cannot be searched right now.",
  ended: "Your session has ended. Sign in to go on; your question is kept.",
  endedUnsaved: "Your session has ended: this answer is not saved. Sign in to go on.",
  followUps: "Ask next",
  welcome: "What would you like to know?",
  welcomeMore: "Answers come from this documentation, with the places they come from.",
  privacy: "Without an account, nothing you ask is kept in a history.",
  privacyKept: "What you ask is kept in your history, where you can delete it.",
  privacyModel: "If this site uses a language model, its provider sees your question.",
  privacyProvider: "{provider}, who runs the language model, sees your question.",
  privacyNobody: "No provider of a language model sees your question.",
  privacyLink: "Privacy",
  consent: "{provider} may see what I ask and mark, and write the answer",
  consentMore: "Otherwise the answer only quotes the documentation.",
  examples: "For example",
  good: "Good answer",
  bad: "Bad answer",
  opinion: "Your opinion of this answer",
  why: "What is wrong with it? (optional)",
  sendWhy: "Send",
  skipWhy: "Skip",
  thanks: "Thank you.",
  aboutThis: "Ask about this",
  wait: "That was a lot of questions. You can ask again in {seconds} s.",
  tooLong: "{over} characters too many: at most {most} can be sent.",
  edit: "Edit and ask again",
  edited: "Edited question",
  cancelEdit: "Cancel",
  changed: "This conversation has changed meanwhile. Your question is kept.",
  temporary: "Temporary conversation",
  temporaryMore: "Nothing of it is kept, neither in your history nor in this browser.",
  temporaryOn: "Temporary: nothing of this conversation is kept.",
};

/** @param {Chat} chat @returns {import("../types").More} */
export function attach(chat) {
  chat.speech.learn(ENGLISH);
  addStyles(chat.shadow, styles);
  leadToEnd(chat);
  keepKeys(chat.shell.root);
  chat.composer.form.prepend(lengthNote(chat.composer.field, chat.speech.say));
  const about = new AskAbout(chat);
  const consent = new Consent(chat);
  const countdown = new Countdown(chat);
  const editing = new Editing(chat);
  const temporary = new Temporary(chat);
  const endPrinting = printInPlace(chat.shell.root);
  const draw = () => {
    consent.draw();
    temporary.draw();
    welcome(chat, temporary.choice);
  };
  draw();
  editing.offer();
  return {
    welcome: draw,
    allowed: () => consent.take(),
    told: (reply) => told(chat, reply),
    changed: (question) => changed(chat, question),
    shown: () => {
      temporary.show();
      editing.offer();
    },
    stopWriting: (id, giveUp) => stopWriting(chat, id, giveUp),
    countDown: () => countdown.begin(),
    stop: () => (countdown.stop(), endPrinting()),
    follow: () => follow(chat),
    finished: (node, answer) => finished(chat, node, answer),
    selected: () => about.offer(),
  };
}
