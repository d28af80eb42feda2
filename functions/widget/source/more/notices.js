/** In plain words, what an answer had to do without; nothing for a guest whose answer is simply not kept. */

/** @typedef {import("../chat.js").Chat} Chat */
/** @typedef {import("../types").Reply} Reply */

/** Tell it, and do what follows from it. @param {Chat} chat @param {Reply} reply */
export async function told(chat, reply) {
  const { account } = chat.session;
  const said = noticesOf(reply, account, chat.temporary);
  chat.shell.tell(said.map((key) => chat.speech.say(key)).join(" "));
  if (said.includes("endedUnsaved")) await chat.askWhetherEnded();
  else if (account !== "guest" && isOutage(reply)) chat.outage();
}

/**
 * Keys of what to say about a reply.
 *
 * @param {Reply} reply
 * @param {string} account Who asked, as far as this page knows.
 * @param {boolean} temporary Nothing of it was to be stored.
 */
function noticesOf({ degraded, saved, receipt, evictedId }, account, temporary) {
  const said = [];
  if (evictedId) said.push("evicted");
  if (degraded.includes("retrieval")) said.push("noSearch");
  if (degraded.includes("model")) said.push("noModel");
  if (saved === "queued") said.push("queued");
  if (temporary) return said;
  if (receipt) said.push("receipt");
  else if (saved === "no" && degraded.includes("database")) said.push("notSaved");
  else if (saved === "no" && account === "user") said.push("endedUnsaved");
  return said;
}

/** Whether the reply tells of an outage that will end. @param {Reply} reply */
function isOutage({ degraded, saved, receipt }) {
  return saved === "queued" || Boolean(receipt) || degraded.includes("database");
}
