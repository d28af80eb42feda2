/** Ending an answer that is being written: the server stops writing, and stores what there is. */

import { refusal } from "../api.js";

/** @typedef {import("../chat.js").Chat} Chat */

/** A question that was only just sent may not be stored yet. */
const AGAIN_MILLISECONDS = 600;
/** After so long the reader waits no longer for the end of what was stopped. */
const PATIENCE_MILLISECONDS = 5000;

/**
 * Whether the answer will end by itself, with what was written by then. A guest's question, or a
 * temporary one, is stored nowhere: of it nobody can say so, and the page simply stops reading.
 *
 * @param {Chat} chat
 * @param {string} questionId
 * @param {() => void} giveUp
 */
export async function stopWriting(chat, questionId, giveUp) {
  if (chat.session.account !== "user" || chat.temporary) return giveUp();
  setTimeout(giveUp, PATIENCE_MILLISECONDS);
  for (const wait of [AGAIN_MILLISECONDS, 0]) {
    try {
      await chat.api.call("POST", `/api/chat/${questionId}/stop`);
      return;
    } catch (error) {
      if (refusal(error).status !== 404 || !wait) return giveUp();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
