/** In plain words, what an answer had to do without; nothing for a guest whose answer is simply not kept. */

/** @typedef {import("./types").Reply} Reply */

/**
 * Keys of what to say about a reply.
 *
 * @param {Reply} reply
 * @param {string} account Who asked, as far as this page knows.
 */
export function noticesOf({ degraded, saved, receipt, evictedId }, account) {
  const said = [];
  if (evictedId) said.push("evicted");
  if (degraded.includes("retrieval")) said.push("noSearch");
  if (degraded.includes("model")) said.push("noModel");
  if (saved === "queued") said.push("queued");
  if (receipt) said.push("receipt");
  else if (saved === "no" && degraded.includes("database")) said.push("notSaved");
  else if (saved === "no" && account === "user") said.push("endedUnsaved");
  return said;
}

/** Whether the reply tells of an outage that will end. @param {Reply} reply */
export function isOutage({ degraded, saved, receipt }) {
  return saved === "queued" || Boolean(receipt) || degraded.includes("database");
}
