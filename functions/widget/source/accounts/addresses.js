/**
 * Where the chat is the whole page, its address names the conversation that is open: a reload, a bookmark and the way back
 * find it. Elsewhere the address belongs to the page around it.
 */

/** @typedef {import("../chat.js").Chat} Chat */

const NAMED = "#chat=";

/** @param {Chat} chat @param {string} [id] None where a new one was begun. */
export function showInAddress(chat, id) {
  const hash = id ? NAMED + id : "";
  if (chat.options.placement !== "page" || location.hash === hash || (!id && !location.hash.startsWith(NAMED))) return;
  history.pushState(history.state, "", location.pathname + location.search + hash);
}

/**
 * Who goes back to before the first question finds a new conversation. A conversation's own address is followed by the element.
 *
 * @param {Chat} chat
 * @returns {() => void} Ends it.
 */
export function followBack(chat) {
  const changed = (/** @type {HashChangeEvent} */ { oldURL }) => {
    const left = new URL(oldURL).hash.startsWith(NAMED) && !location.hash.startsWith(NAMED);
    if (left && chat.options.placement === "page") chat.begin();
  };
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}
