/** One question at a time: sent, answered piece by piece or at once, stopped, or refused without losing what was typed. */

import { ORIGIN, refusal } from "./api.js";
import { el, newId } from "./dom.js";
import { pageFacts } from "./site.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./types").Reply} Reply */
/** @typedef {import("./types").Source} Source */

/** What a question may bring along of what was said before. */
const MOST_TURNS = 12;
const MOST_CHARACTERS = 8000;

/** Seconds to wait where a server that is asked too much does not say for how long. */
const PAUSE = 10;

/** @type {{message: string, id: string, replaced: import("./types").Said[]}} */
const NOTHING = { message: "", id: "", replaced: [] };

/** @typedef {{message: string, about: string, conversation: string, replaced: import("./types").Said[], node: HTMLElement, question: HTMLElement}} Turn */

export class Asking {
  /** The question that was sent last: sent again unchanged, it keeps its id and its place, and is asked only once. */
  #sent = NOTHING;
  /** @type {AbortController | null} */
  #running = null;
  /** Whether the server can be told to stop, as far as it has said. */
  #stoppable = true;

  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
  }

  get isRunning() {
    return this.#running !== null;
  }

  /** Nobody waits for the answer any more: another conversation is shown. */
  abandon() {
    this.#running?.abort();
    this.#sent = { ...this.#sent, replaced: [] };
  }

  /** The reader has read enough; what was written stays. */
  stop() {
    const running = this.#running;
    if (!running) return;
    const leave = () => running.abort();
    if (this.#stoppable) this.chat.more().then((more) => more.stopWriting(this.#sent.id, leave), leave);
    else leave();
  }

  /** @param {string} message @param {import("./types").Said[]} [replaced] The last turn, in whose place this one comes. */
  async ask(message, replaced = []) {
    const { chat } = this;
    const { composer, shell, thread } = chat;
    if (this.#running || !message || composer.waits) return;
    shell.open();
    if (message !== this.#sent.message || (replaced.length && replaced[0] !== this.#sent.replaced[0])) this.#sent = { message, id: newId(), replaced };
    const running = (this.#running = new AbortController());
    const about = composer.about;
    const turn = { message, about, replaced: this.#sent.replaced, conversation: chat.conversation, question: thread.question(message, about), node: thread.waiting() };
    this.#stoppable = true;
    this.#busy(true);
    thread.add(turn.question, turn.node);
    if (composer.text === message) composer.write("");
    chat.asked(message);
    composer.setAbout("");
    chat.emit("ask", { question: message });
    const arriving = this.#arriving(turn.node);
    try {
      const reply = await chat.api.ask(this.#body(turn, await chat.allowed()), arriving, running.signal, chat.options.stream);
      if (chat.conversation === turn.conversation) this.#answered(reply, turn);
    } catch (error) {
      if (chat.conversation !== turn.conversation) return; // another one was begun or opened meanwhile
      if (running.signal.aborted) this.#stopped(turn, arriving);
      else this.#refused(error, turn);
    } finally {
      this.#running = null;
      this.#busy(false);
    }
  }

  /** Answer the last question anew; the new turn takes the place of the old one. */
  again() {
    const last = this.chat.said.slice(-2);
    this.instead(last[0].content, last);
  }

  /** Another question, or the same again, in the place of a turn, and about the same. @param {string} message @param {import("./types").Said[]} turn */
  instead(message, turn) {
    this.chat.composer.setAbout(turn[0].about ?? "");
    return this.ask(message, turn);
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.chat.composer.setBusy(busy);
    this.chat.thread.log.setAttribute("aria-busy", String(busy));
  }

  /** @param {Turn} turn @param {string} allowed The provider that may see it. */
  #body({ message, about, conversation, replaced }, allowed) {
    const { page, version } = pageFacts();
    return {
      message,
      conversationId: conversation,
      messageId: this.#sent.id,
      turns: this.#lastSaid(replaced),
      replaces: replaced.find((each) => !each.unsaved)?.id,
      temporary: this.chat.temporary || undefined,
      mode: this.chat.options.consent && !allowed ? "extractive" : undefined,
      consent: allowed || undefined,
      selectedText: about || undefined,
      page,
      version: this.chat.options.version || version,
      language: this.chat.speech.language,
    };
  }

  /** As much of what was said as a question may bring along. @param {import("./types").Said[]} without */
  #lastSaid(without) {
    const turns = this.chat.said.filter((each) => !without.includes(each)).slice(-MOST_TURNS).map(({ role, content }) => ({ role, content }));
    while (turns.reduce((sum, { content }) => sum + [...content].length, 0) > MOST_CHARACTERS) turns.shift();
    return turns;
  }

  /** What has arrived of an answer is drawn at most once a frame. @param {HTMLElement} node */
  #arriving(node) {
    let text = "";
    let due = false;
    /** @type {Source[]} */
    let sources = [];
    const draw = () => {
      due = false;
      if (text && !node.querySelector(".after, .quiet")) this.chat.thread.fill(node, text, sources);
    };
    const arrived = () => {
      if (!due) requestAnimationFrame(draw);
      due = true;
    };
    return {
      sources: (/** @type {Source[]} */ found, stoppable = true) => ((sources = found), (this.#stoppable = stoppable), arrived()),
      delta: (/** @type {string} */ more) => ((text += more), arrived()),
      text: () => text,
      found: () => sources,
    };
  }

  /** @param {Reply} reply @param {Turn} turn */
  #answered(reply, { message, about, node, replaced }) {
    const { chat } = this;
    const { answer, sources, messageId, feedbackToken, saved, followUps = [] } = reply;
    const rateable = saved === "stored" || feedbackToken;
    if (replaced.length) chat.replace(replaced);
    chat.thread.fill(node, answer, sources);
    if (reply.status) node.append(el("p", { class: "quiet" }, chat.speech.say(/** "stopped" or "partial" */ reply.status)));
    chat.thread.finish(node, { text: answer, id: rateable ? messageId : undefined, token: feedbackToken, again: reply.mode === "generated" && saved !== "queued", followUps });
    const unsaved = saved !== "stored";
    chat.add({ id: this.#sent.id, role: "user", content: message, about, unsaved }, { id: messageId, role: "assistant", content: answer, sources, token: feedbackToken, unsaved });
    this.#sent = NOTHING;
    chat.emit("answer", { mode: reply.mode, sources: sources.length });
    this.#tell(reply);
  }

  /** What the reply says of itself, and what follows from it; the next question does not wait for that. @param {Reply} reply */
  async #tell(reply) {
    const { chat } = this;
    const { receipt } = reply;
    try {
      await (await chat.more()).told(reply);
    } finally {
      if (receipt) (await chat.accounts()).handIn(receipt);
    }
    if (chat.session.account !== "guest") (await chat.accounts()).answered(reply);
  }

  /** What was written until then stays. @param {Turn} turn @param {{text: () => string, found: () => Source[]}} arriving */
  #stopped(turn, arriving) {
    const { chat } = this;
    const { message, about, node, replaced } = turn;
    const content = arriving.text();
    if (!content) return this.#takeBack(turn);
    if (replaced.length) chat.replace(replaced);
    chat.thread.fill(node, content, arriving.found());
    node.append(el("p", { class: "quiet" }, chat.speech.say("stopped")));
    chat.add({ id: this.#sent.id, role: "user", content: message, about, unsaved: true }, { id: newId(), role: "assistant", content, sources: arriving.found(), unsaved: true });
    this.#sent = NOTHING;
  }

  /** Nothing that was typed is lost. @param {Turn} turn */
  #takeBack({ message, about, node, question, replaced }) {
    const { chat } = this;
    for (const each of [node, question]) each.remove();
    chat.thread.welcome.hidden = !chat.thread.isEmpty;
    if (replaced.length) return; // it is still where it was edited
    if (!chat.composer.text) chat.composer.write(message);
    chat.composer.setAbout(about);
  }

  /** @param {unknown} error @param {Turn} turn */
  #refused(error, turn) {
    const { chat } = this;
    this.#takeBack(turn);
    const { status, code, later, wait, message: complaint } = refusal(error);
    chat.emit("error", { status, code });
    if (code === ORIGIN) return chat.tell("origin", { origin: location.origin });
    if (status === 429) {
      chat.composer.until = Date.now() + (wait || PAUSE) * 1000;
      return chat.more().then((more) => more.countDown());
    }
    if (later) return chat.tell("notNow");
    if (status === 401) return chat.ended();
    if (turn.replaced.length && (status === 404 || status === 409)) return chat.more().then((more) => more.changed(turn.message));
    if (status === 404 || status === 410) return chat.gone();
    chat.shell.tell(complaint);
  }
}
