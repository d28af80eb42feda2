/*
 * A chat with the documentation, in plain JavaScript: copy what you need.
 *
 * 1. api       all that the backend can be asked; this part stands alone
 * 2. answers   an answer's text and sources as DOM nodes; never as HTML, whatever a page of the documentation says
 * 3. the page  who is signed in, the conversations, the chat
 */

// ---------------------------------------------------------------------------------------------------------------- api

class ApiError extends Error {
  /** @param {number} status the HTTP status; 0 when there was no answer at all */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Nothing is wrong with the request: the same one will work later. */
  get later() {
    return this.status === 0 || this.status >= 500;
  }
}

const api = {
  base: document.querySelector('meta[name="api-base"]').content.replace(/\/$/, ""),

  async call(method, path, body) {
    const request = { method, credentials: "include" };
    if (body !== undefined) {
      request.headers = { "Content-Type": "application/json" };
      request.body = JSON.stringify(body);
    }
    const response = await fetch(api.base + path, request).catch(() => null);
    if (!response) throw new ApiError(0, "unreachable", "The server cannot be reached.");
    const content = await response.json().catch(() => null);
    if (!response.ok) throw new ApiError(response.status, content?.code, content?.message ?? response.statusText);
    return content;
  },

  /** `{user, session}`, or null for a guest. */
  session: () => api.call("GET", "/api/auth/get-session"),
  signUp: ({ name, email, password }) => api.call("POST", "/api/auth/sign-up/email", { name, email, password }),
  signIn: ({ email, password }) => api.call("POST", "/api/auth/sign-in/email", { email, password }),
  signOut: () => api.call("POST", "/api/auth/sign-out", {}),

  /**
   * `{answer, sources, conversationId, messageId, mode, saved, degraded}`, `receipt` where the turn could not be kept:
   * hand it in later, and `evictedId` where an older conversation had to go. The ids make asking twice harmless.
   */
  ask: ({ message, conversationId, messageId, turns }) =>
    api.call("POST", "/api/chat", { message, conversationId, messageId, turns }),

  /** Stores a turn whose receipt was given out; a second time changes nothing. */
  handIn: (receipt) => api.call("POST", "/api/replay", { receipt }),

  /** `{conversations, nextCursor}`, newest first. */
  conversations: (cursor) => api.call("GET", `/api/conversations${cursorQuery(cursor)}`),
  /** `{conversation, messages, nextCursor}`. */
  conversation: (id, cursor) => api.call("GET", `/api/conversations/${id}${cursorQuery(cursor)}`),
  /** `{conversations}`, best first, each with a `match`: pieces `{text, match}` of plain text. */
  search: (words) => api.call("GET", `/api/conversations?search=${encodeURIComponent(words)}`),
  /** `{title}`, `{pinned}`, or both. */
  changeConversation: (id, change) => api.call("PATCH", `/api/conversations/${id}`, change),
  deleteConversation: (id) => api.call("DELETE", `/api/conversations/${id}`),
  /** "up" or "down", in place of what was said before. */
  rate: (messageId, value) => api.call("POST", `/api/messages/${messageId}/feedback`, { value }),

  /** Everything that the reader has, put together from its pages: `/api/import` takes it as it is. */
  async export() {
    const whole = await api.call("GET", "/api/export");
    const known = new Map(whole.conversations.map((each) => [each.id, each]));
    for (let cursor = whole.nextCursor; cursor; ) {
      const page = await api.call("GET", `/api/export${cursorQuery(cursor)}`);
      for (const each of page.conversations) {
        if (known.has(each.id)) known.get(each.id).messages.push(...each.messages);
        else known.set(each.id, each);
      }
      cursor = page.nextCursor;
    }
    return { ...whole, conversations: [...known.values()], nextCursor: null };
  },
};

function cursorQuery(cursor) {
  return cursor ? `?cursor=${encodeURIComponent(cursor)}` : "";
}

/** An id that sorts by time (RFC 9562, version 7). */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// ------------------------------------------------------------------------------------------------------------ answers

/** An element with attributes and children; a string among the children becomes text. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The address if it may be linked: http or https, or a path of this site. */
function safeAddress(address) {
  try {
    const url = new URL(address, document.baseURI);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function linkTo(source, text, attributes = {}) {
  const address = safeAddress(source.url);
  return address
    ? element("a", { href: address, target: "_blank", rel: "noopener", ...attributes }, text)
    : element("span", attributes, text);
}

const INLINE = /(`+)(?!`)(.+?)(?<!`)\1(?!`)|\*\*(.+?)\*\*|\[(\d{1,3})\]/g;

/** Code spans, bold type, and `[n]` as a link to the source with that number; all else is text. */
function inlineNodes(text, sources) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, , code, bold, number] = found;
    const source = number && sources.find((each) => each.n === Number(number));
    nodes.push(text.slice(end, found.index));
    if (code !== undefined) nodes.push(element("code", {}, code.replace(/^ (.*) $/, "$1")));
    else if (bold !== undefined) nodes.push(element("strong", {}, ...inlineNodes(bold, sources)));
    else if (source) nodes.push(linkTo(source, number, { class: "citation", "aria-label": `Source ${number}: ${source.title}` }));
    else nodes.push(whole);
    end = found.index + whole.length;
  }
  return [...nodes, text.slice(end)];
}

const FENCE = /^\s*(`{3,}|~{3,})/;
const ITEM = /^\s*(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;

/** The blocks of an answer's Markdown: code, lists, quotes and paragraphs. */
function blockNodes(markdown, sources) {
  const lines = markdown.split(/\r?\n/);
  const nodes = [];
  while (lines.length) {
    if (!lines[0].trim()) lines.shift();
    else if (FENCE.test(lines[0])) nodes.push(codeBlock(lines));
    else if (ITEM.test(lines[0])) nodes.push(list(lines, sources));
    else if (QUOTE.test(lines[0])) nodes.push(quotation(lines, sources));
    else nodes.push(paragraph(lines, sources));
  }
  return nodes;
}

// Each of these takes its lines off the front of `lines`.

function codeBlock(lines) {
  const fence = lines.shift().match(FENCE)[1];
  const code = [];
  while (lines.length && !lines[0].trim().startsWith(fence)) code.push(lines.shift());
  lines.shift();
  // reachable by keyboard, for it may have to be scrolled
  return element("pre", { tabindex: "0", role: "region", "aria-label": "Code" }, element("code", {}, code.join("\n")));
}

function list(lines, sources) {
  const isNumbered = (line) => line?.match(ITEM)?.[1] !== undefined;
  const numbered = isNumbered(lines[0]);
  const isOurs = (line) => line !== undefined && ITEM.test(line) && isNumbered(line) === numbered;
  const node = element(numbered ? "ol" : "ul");
  while (isOurs(lines[0])) {
    const [, number, text] = lines.shift().match(ITEM);
    node.append(element("li", numbered ? { value: number } : {}, ...inlineNodes(text, sources)));
    if (lines[0]?.trim() === "" && isOurs(lines[1])) lines.shift(); // items may be set apart by an empty line
  }
  return node;
}

function quotation(lines, sources) {
  const quoted = [];
  while (lines.length && QUOTE.test(lines[0])) quoted.push(lines.shift().match(QUOTE)[1]);
  return element("blockquote", {}, ...blockNodes(quoted.join("\n"), sources));
}

function paragraph(lines, sources) {
  const text = [lines.shift()];
  while (lines.length && lines[0].trim() && ![FENCE, ITEM, QUOTE].some((block) => block.test(lines[0]))) {
    text.push(lines.shift());
  }
  return element("p", {}, ...inlineNodes(text.join(" ").replace(/^#{1,6}\s+/, ""), sources));
}

function sourceList(sources) {
  const items = sources.map((source) =>
    element("li", { value: source.n }, linkTo(source, source.title), element("p", { class: "quiet" }, source.snippet)),
  );
  return element(
    "section",
    { class: "sources", "aria-label": "Sources" },
    element("h3", {}, "Sources ", element("span", { class: "only-read-aloud" }, "(links open in a new tab)")),
    element("ol", {}, ...items),
  );
}

function questionNode(text) {
  return element("article", { class: "message user", "aria-label": "You asked" }, text);
}

/** Text of which pieces are marked, as nodes. */
function markedNodes(pieces) {
  return pieces.map(({ text, match }) => (match ? element("mark", {}, text) : text));
}

function answerNode(text, sources = []) {
  const node = element("article", { class: "message assistant", "aria-label": "Answer" });
  node.append(element("div", { class: "answer" }, ...blockNodes(text, sources)));
  if (sources.length) node.append(sourceList(sources));
  return node;
}

function waitingNode() {
  return element("article", { class: "message assistant", "aria-label": "Answer" }, element("p", { class: "waiting quiet" }, "Looking it up"));
}

// ----------------------------------------------------------------------------------------------------------- the page

const page = Object.fromEntries(Array.from(document.querySelectorAll("[id]"), (node) => [node.id, node]));

const NEW = "New conversation";
const NARROW = matchMedia("(max-width: 52rem)");
const NOT_NOW = "This is not available right now. Nothing is lost: please try again in a moment.";

const state = {
  /** "guest", "user", or "unknown" while nobody can tell */
  account: "unknown",
  conversationId: newId(),
  /** the question that was sent last: sent again unchanged, it keeps its id and is asked only once */
  sent: { message: "", id: "" },
  /** what was said since the conversation was begun or opened here: a guest's follow-ups are understood by it */
  said: [],
  /** what the list shows instead of everything: the conversations with these words */
  search: "",
  busy: false,
};

function say(text) {
  page.banner.replaceChildren(...(text ? [element("p", { class: "banner" }, text)] : []));
}

/** What to tell somebody whose request was refused. */
function complaint(error) {
  if (!(error instanceof ApiError)) throw error;
  return error.later ? NOT_NOW : error.message;
}

// Who is signed in

function showAccount(account, user) {
  state.account = account;
  page["user-name"].textContent = user?.name ?? "";
  for (const node of document.querySelectorAll("[data-when]")) node.hidden = node.dataset.when !== account;
}

/** An outage is not a sign-out: while the session cannot be checked, nobody is told that they are signed out. */
async function loadSession() {
  try {
    const found = await api.session();
    showAccount(found ? "user" : "guest", found?.user);
    say("");
  } catch (error) {
    showAccount("unknown");
    say(`Accounts and conversations cannot be reached right now. You can go on asking; your answers are saved later where that is possible. ${error.later ? "" : error.message}`);
  }
  await loadConversations();
  await handInReceipts();
}

let signingUp = false;

function openCredentials(signUp, reason = "") {
  signingUp = signUp;
  page["credentials-title"].textContent = signUp ? "Create an account" : "Sign in";
  page["credentials-submit"].textContent = signUp ? "Create account" : "Sign in";
  page["switch-credentials"].textContent = signUp ? "I have an account" : "Create an account instead";
  page["credentials-error"].textContent = reason;
  page["name-field"].hidden = !signUp;
  page.name.disabled = !signUp;
  page["password-hint"].hidden = !signUp;
  page.password.minLength = signUp ? 8 : 0;
  page.password.autocomplete = signUp ? "new-password" : "current-password";
  if (!page.credentials.open) page.credentials.showModal();
  (signUp ? page.name : page.email).focus();
}

async function submitCredentials() {
  const given = Object.fromEntries(new FormData(page["credentials-form"]));
  page["credentials-error"].textContent = "";
  try {
    const { user } = await (signingUp ? api.signUp(given) : api.signIn(given));
    page["credentials-form"].reset();
    page.credentials.close();
    showAccount("user", user);
    say("");
    await loadConversations();
    await handInReceipts();
  } catch (error) {
    page["credentials-error"].textContent = complaint(error);
  }
}

async function signOut() {
  try {
    await api.signOut();
    showAccount("guest");
    endSearch();
    startConversation();
    await loadConversations();
    page["open-sign-in"].focus();
  } catch (error) {
    say(complaint(error));
  }
}

// Conversations

const HISTORY_NOTES = {
  guest: "Sign in to keep your conversations and find them again on every device.",
  unknown: "Your conversations cannot be shown right now. Nothing is lost.",
  user: "",
};

let lists = 0;

async function loadConversations(cursor) {
  const nth = (lists += 1);
  page["try-history-again"].hidden = state.account !== "unknown";
  page["history-note"].textContent = HISTORY_NOTES[state.account];
  if (state.account !== "user") return showConversations([], null);
  try {
    const { conversations, nextCursor } = await (state.search ? api.search(state.search) : api.conversations(cursor));
    if (nth !== lists) return; // a later one was asked for meanwhile
    showConversations(conversations, nextCursor, cursor !== undefined);
    page["history-note"].textContent = listNote();
  } catch (error) {
    if (error.status === 401) return showAccount("guest"), loadConversations();
    page["history-note"].textContent = error.later ? HISTORY_NOTES.unknown : complaint(error);
    page["try-history-again"].hidden = false;
  }
}

function listNote() {
  const count = page.conversations.children.length;
  if (state.search) return count === 1 ? "1 conversation found." : `${count || "No"} conversations found.`;
  return count ? "" : "Nothing here yet: ask your first question.";
}

function endSearch() {
  state.search = page["search-words"].value = "";
}

async function search() {
  state.search = page["search-words"].value.trim();
  await loadConversations();
}

function showConversations(conversations, nextCursor, appended = false) {
  const items = conversations.map(conversationItem);
  page.conversations.replaceChildren(...(appended ? page.conversations.children : []), ...items);
  page["older-conversations"].hidden = !nextCursor;
  page["older-conversations"].dataset.cursor = nextCursor ?? "";
  const current = conversations.find((each) => each.id === state.conversationId);
  if (current) showDetails(current);
  markCurrent();
}

const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function conversationItem({ id, title, pinned, updatedAt, match }) {
  const when = element("time", { datetime: updatedAt }, WHEN.format(new Date(updatedAt)));
  const open = element("button", { type: "button", class: "open-conversation", "data-id": id });
  open.append(...(match ? markedNodes(match.title) : [title]), element("small", {}, pinned ? "Pinned · " : "", when));
  if (match?.snippet.length) open.append(element("span", { class: "snippet" }, ...markedNodes(match.snippet)));
  const remove = element("button", { type: "button", class: "delete-conversation", "aria-label": `Delete ${title}` }, "×");
  open.addEventListener("click", () => openConversation(id));
  remove.addEventListener("click", () => confirmDeletion(id, title));
  return element("li", {}, open, remove);
}

function markCurrent() {
  for (const button of document.querySelectorAll(".open-conversation")) {
    if (button.dataset.id === state.conversationId) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function showConversation(id, title, nodes) {
  state.conversationId = id;
  state.said = [];
  page["conversation-title"].textContent = title;
  page.messages.setAttribute("aria-live", "off"); // an old conversation is not news: it is not read aloud unasked
  page.messages.replaceChildren(...nodes);
  page.welcome.hidden = nodes.length > 0;
  page["earlier-messages"].hidden = true;
  page["conversation-actions"].hidden = true;
  markCurrent();
}

/** What is known of the conversation on the page once it is stored. */
function showDetails({ title, pinned }) {
  page["conversation-title"].textContent = title;
  page.pin.setAttribute("aria-pressed", String(pinned));
  page["conversation-actions"].hidden = false;
}

function startConversation() {
  showConversation(newId(), NEW, []);
}

/** Where the list stands above the chat, it makes room once something was chosen from it. */
function foldHistory() {
  if (NARROW.matches) page["history-panel"].open = false;
}

async function openConversation(id) {
  try {
    const { conversation, messages, nextCursor } = await api.conversation(id);
    showConversation(id, conversation.title, messages.map(messageNode));
    page["earlier-messages"].hidden = !nextCursor;
    page["earlier-messages"].dataset.cursor = nextCursor ?? "";
    showDetails(conversation);
    say("");
    foldHistory();
    page["conversation-title"].focus();
  } catch (error) {
    say(error.status === 404 ? "This conversation is not there any more." : complaint(error));
  }
}

async function showEarlierMessages() {
  try {
    const { messages, nextCursor } = await api.conversation(state.conversationId, page["earlier-messages"].dataset.cursor);
    page.messages.prepend(...messages.map(messageNode));
    page["earlier-messages"].hidden = !nextCursor;
    page["earlier-messages"].dataset.cursor = nextCursor ?? "";
  } catch (error) {
    say(complaint(error));
  }
}

function messageNode({ id, role, content, sources, feedback }) {
  return role === "user" ? questionNode(content) : rateable(answerNode(content, sources ?? []), id, feedback);
}

const OPINIONS = [
  ["up", "Good answer", "👍"],
  ["down", "Bad answer", "👎"],
];

/** The stored answer with two buttons below it, of which the one that was given is pressed. */
function rateable(node, id, given) {
  const group = element("div", { class: "feedback", role: "group", "aria-label": "Your opinion" });
  for (const [value, name, sign] of OPINIONS) {
    const pressed = String(value === given);
    const button = element("button", { type: "button", "aria-label": name, "aria-pressed": pressed, "data-value": value }, sign);
    button.addEventListener("click", () => rate(group, id, value));
    group.append(button);
  }
  node.append(group);
  return node;
}

async function rate(group, id, value) {
  try {
    const stored = await api.rate(id, value);
    for (const each of group.children) each.setAttribute("aria-pressed", String(each.dataset.value === stored.value));
  } catch (error) {
    say(complaint(error));
  }
}

async function changeConversation(change) {
  const id = state.conversationId;
  const changed = await api.changeConversation(id, change);
  if (id === state.conversationId) showDetails(changed); // else another one was opened meanwhile
}

function openRenaming() {
  page["new-title"].value = page["conversation-title"].textContent;
  page["renaming-error"].textContent = "";
  page.renaming.showModal();
  page["new-title"].select();
}

async function rename() {
  try {
    await changeConversation({ title: page["new-title"].value });
  } catch (error) {
    page["renaming-error"].textContent = complaint(error);
    return;
  }
  page.renaming.close(); // before the list is read again, for which nobody has to wait
  await loadConversations();
}

async function togglePin() {
  try {
    await changeConversation({ pinned: page.pin.getAttribute("aria-pressed") !== "true" });
    await loadConversations();
  } catch (error) {
    say(complaint(error));
  }
}

async function exportEverything() {
  try {
    const content = new Blob([JSON.stringify(await api.export(), null, 2)], { type: "application/json" });
    const link = element("a", { href: URL.createObjectURL(content), download: "conversations.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be asking where to
  } catch (error) {
    say(complaint(error));
  }
}

function forget(id) {
  document.querySelector(`.open-conversation[data-id="${CSS.escape(id)}"]`)?.closest("li").remove();
}

function confirmDeletion(id, title) {
  page["deletion-name"].textContent = title;
  page.deletion.returnValue = "";
  page.deletion.showModal();
  page.deletion.addEventListener("close", () => page.deletion.returnValue === "delete" && deleteConversation(id), { once: true });
}

async function deleteConversation(id) {
  try {
    await api.deleteConversation(id);
    if (id === state.conversationId) startConversation();
    await loadConversations();
    page["new-conversation"].focus();
  } catch (error) {
    say(complaint(error));
  }
}

// Receipts of turns that could be neither stored nor queued. They outlive a reload, and are tried until they are taken.

const RECEIPTS = "receipts";
const AGAIN_MILLISECONDS = 5_000;
let handingIn = null;

function receipts() {
  try {
    return JSON.parse(localStorage.getItem(RECEIPTS)) ?? [];
  } catch {
    return []; // no storage here, or somebody else's
  }
}

function keepReceipts(kept) {
  try {
    localStorage.setItem(RECEIPTS, JSON.stringify(kept));
  } catch {
    return say("This answer could not be saved, and this browser keeps nothing for later.");
  }
}

function keepReceipt(receipt) {
  keepReceipts([...receipts(), receipt]);
  handInLater();
}

function handInLater() {
  clearTimeout(handingIn);
  handingIn = setTimeout(handInReceipts, AGAIN_MILLISECONDS);
}

/** Oldest first. What is refused for good is let go; in an outage, or while nobody is signed in, all of them stay. */
async function handInReceipts() {
  if (!receipts().length || state.account === "guest") return;
  let stored = 0;
  for (const receipt of receipts()) {
    try {
      await api.handIn(receipt);
      stored += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.later) return handInLater();
      if (error.status === 401) return;
    }
    keepReceipts(receipts().filter((each) => each !== receipt));
  }
  if (!stored) return;
  if (state.account === "unknown") await loadSession();
  else await loadConversations();
  say(stored === 1 ? "Your answer from the outage is saved now." : `Your ${stored} answers from the outage are saved now.`);
}

// Asking

/** In plain words, what an answer had to do without; nothing for a guest whose answer is simply not kept. */
function notices({ degraded, saved, receipt, evictedId }) {
  const said = [];
  if (evictedId) said.push("Only your newest conversations are kept: the oldest one made room for this.");
  if (degraded.includes("retrieval")) said.push("The documentation cannot be searched right now.");
  if (degraded.includes("model")) said.push("The answer quotes the documentation, because no text can be written right now.");
  if (saved === "queued") said.push("Your history is not available right now. This answer will appear in it later.");
  if (receipt) {
    said.push("Your history is not available right now. This page keeps your answer, and saves it as soon as possible.");
  } else if (saved === "no" && (state.account !== "guest" || degraded.includes("database"))) {
    said.push("Accounts and history are not available right now. You still get answers, but this one is not saved to your conversations.");
  }
  return said.join(" ");
}

async function ask() {
  const message = page.question.value.trim();
  if (state.busy || !message) return;
  if (message !== state.sent.message) state.sent = { message, id: newId() };
  setBusy(true);
  const nodes = [questionNode(message), waitingNode()];
  page.messages.setAttribute("aria-live", "polite");
  page.messages.append(...nodes);
  page.welcome.hidden = true;
  page.question.value = "";
  nodes[0].scrollIntoView({ block: "start" });
  try {
    const reply = await api.ask({ message, conversationId: state.conversationId, messageId: state.sent.id, turns: lastSaid() });
    const answer = answerNode(reply.answer, reply.sources);
    nodes[1].replaceWith(reply.saved === "stored" ? rateable(answer, reply.messageId) : answer);
    await answered(reply, message);
  } catch (error) {
    nodes.forEach((node) => node.remove());
    page.question.value ||= message; // nothing that was typed is lost
    refused(error);
  } finally {
    setBusy(false);
  }
}

/** As much of what was said as a question may bring along. */
function lastSaid() {
  const turns = state.said.slice(-12);
  while (turns.reduce((sum, { content }) => sum + [...content].length, 0) > 8000) turns.shift();
  return turns;
}

async function answered(reply, message) {
  state.said.push({ role: "user", content: message }, { role: "assistant", content: reply.answer });
  state.sent = { message: "", id: "" };
  if (page["conversation-title"].textContent === NEW) page["conversation-title"].textContent = message;
  if (reply.evictedId) forget(reply.evictedId);
  endSearch();
  if (reply.saved === "stored") await (state.account === "user" ? loadConversations() : loadSession());
  if (reply.receipt) keepReceipt(reply.receipt);
  say(notices(reply));
}

function refused(error) {
  if (error.status === 401) return openCredentials(false, "Your session has ended. Sign in to go on; your question is kept.");
  if (error.status === 404 || error.status === 410) {
    startConversation();
    return say("This conversation was deleted. Your question is kept: ask it in a new one.");
  }
  return say(complaint(error));
}

function setBusy(busy) {
  state.busy = busy;
  page.messages.setAttribute("aria-busy", String(busy));
  page.ask.setAttribute("aria-disabled", String(busy)); // not `disabled`, which would take the focus away
  page.ask.textContent = busy ? "Asking…" : "Ask";
}

// What people do

page.composer.addEventListener("submit", (event) => (event.preventDefault(), ask()));
page.question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  page.composer.requestSubmit();
});
page["open-sign-in"].addEventListener("click", () => openCredentials(false));
page["open-sign-up"].addEventListener("click", () => openCredentials(true));
page["switch-credentials"].addEventListener("click", () => openCredentials(!signingUp));
page["credentials-form"].addEventListener("submit", (event) => (event.preventDefault(), submitCredentials()));
page.credentials.querySelector(".close").addEventListener("click", () => page.credentials.close());
page["sign-out"].addEventListener("click", signOut);
page["try-session-again"].addEventListener("click", loadSession);
page["try-history-again"].addEventListener("click", loadSession);
page["new-conversation"].addEventListener("click", () => (startConversation(), foldHistory(), page.question.focus()));
page["older-conversations"].addEventListener("click", (event) => loadConversations(event.currentTarget.dataset.cursor));
page["earlier-messages"].addEventListener("click", showEarlierMessages);
page["history-search"].addEventListener("submit", (event) => (event.preventDefault(), search()));
page["search-words"].addEventListener("input", () => page["search-words"].value || !state.search || search());
page.rename.addEventListener("click", openRenaming);
page["renaming-form"].addEventListener("submit", (event) => (event.preventDefault(), rename()));
page.renaming.querySelector(".close").addEventListener("click", () => page.renaming.close());
page.pin.addEventListener("click", togglePin);
page.export.addEventListener("click", exportEverything);

foldHistory();
await loadSession();
