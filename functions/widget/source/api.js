/** All that the backend is asked: JSON both ways, an answer also piece by piece. This part knows no page. */

import { readEvents } from "./events.js";

/** @typedef {import("./types").Reply} Reply */
/** @typedef {import("./types").Arriving} Arriving */
/** @typedef {Record<string, any>} Json */

/** What the server did not do, and whether it is worth asking again. */
export class Refusal extends Error {
  /** @override */
  name = "Refusal";

  /**
   * @param {number} status The HTTP status; 0 when there was no answer at all.
   * @param {Json} said
   * @param {number} [wait] Seconds.
   */
  constructor(status, said, wait = 0) {
    super(said.message ?? "");
    this.status = status;
    /** @type {string} */
    this.code = said.code ?? "";
    /** Those that the server does not know. @type {string[]} */
    this.fields = said.fields ?? (said.field ? [said.field] : []);
    this.wait = wait;
  }

  /** Nothing is wrong with the request: the same one will work later. Without a code it is not the API that refused it. */
  get later() {
    return this.status === 0 || this.status >= 500 || !this.code;
  }
}

/**
 * The refusal that an error is; any other error is nobody's to explain. By name, because each file has a class of its own.
 *
 * @param {unknown} error
 * @returns {Refusal}
 */
export function refusal(error) {
  if (!(error instanceof Error) || error.name !== "Refusal") throw error;
  return /** @type {Refusal} */ (error);
}

export const ORIGIN = "origin_not_allowed";

/** The code of a 400 that names fields which this server does not know. */
const UNKNOWN = "unknown_field";

const NO_CONTENT = 204;

/** What a reader was promised: a server that does not know it gets no question. */
const PROMISED = ["temporary", "mode"];

export class Api {
  /** Sent as a bearer token where cookies do not stick. @type {string | null} */
  token = null;
  /** Fields that this server does not know, by path: it is older than the element. @type {Record<string, Set<string>>} */
  #unknown = {};

  /** @param {string} base Where the API is, without a slash at its end. */
  constructor(base) {
    this.base = base;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Json} [body]
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    return (await this.callFully(method, path, body)).body;
  }

  /**
   * As `call`, with the answer's headers.
   *
   * @param {string} method
   * @param {string} path
   * @param {Json} [body]
   * @returns {Promise<{body: any, headers: Headers}>}
   */
  async callFully(method, path, body) {
    const response = await this.#send(method, path, body);
    return { body: response.status === NO_CONTENT ? null : await said(response.json()), headers: response.headers };
  }

  /**
   * Ask a question; what arrives before the answer is whole goes to `arriving`.
   *
   * @param {Json} question
   * @param {Arriving} arriving
   * @param {AbortSignal} signal
   * @param {string} [stream] Where answers are streamed, if that is elsewhere; where nothing
   *   answers there, or no function does (no gateway gives a code), they are not.
   * @returns {Promise<Reply>}
   */
  async ask(question, arriving, signal, stream) {
    const send = (base = "") => this.#send("POST", `${base}/api/chat`, question, { accept: "text/event-stream, application/json", signal });
    const response = await (stream ? send(stream).catch((error) => (refusal(error).status && error.code ? Promise.reject(error) : send())) : send());
    const streamed = response.body && response.headers.get("content-type")?.startsWith("text/event-stream");
    const reply = await said(streamed ? this.#last(response.body, arriving) : response.json());
    if (typeof reply?.answer !== "string") throw new Refusal(0, {}); // it broke off, or is nothing of ours
    return { sources: [], degraded: [], ...reply };
  }

  /** @param {ReadableStream<Uint8Array>} body @param {Arriving} arriving */
  async #last(body, arriving) {
    for await (const { event, data } of readEvents(body)) {
      if (event === "sources") arriving.sources(data.sources ?? data, data.stoppable);
      else if (event === "delta") arriving.delta(data.text);
      else if (event === "done") return data;
      else if (event === "error") throw new Refusal(data.status ?? 503, data, data.retryAfter);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Json} [body]
   * @param {{accept?: string, signal?: AbortSignal}} [more]
   * @returns {Promise<Response>}
   */
  async #send(method, path, body, more = {}) {
    const response = await this.#fetch(method, path, this.#known(path, body), more);
    if (response.ok) return response;
    const refused = await refusalOf(response);
    if (!body || !this.#isUnknown(path, body, refused)) throw refused;
    return this.#send(method, path, body, more); // without them; each time fewer fields are left
  }

  /**
   * @param {string} path
   * @param {Json} [body]
   */
  #known(path, body) {
    const without = this.#unknown[path];
    return without && body ? Object.fromEntries(Object.entries(body).filter(([name]) => !without.has(name))) : body;
  }

  /**
   * @param {string} path
   * @param {Json} body
   * @param {Refusal} refusal
   */
  #isUnknown(path, body, { code, fields }) {
    const without = (this.#unknown[path] ??= new Set());
    const sent = fields.filter((name) => body[name] !== undefined && !without.has(name) && !PROMISED.includes(name));
    for (const name of sent) without.add(name);
    return code === UNKNOWN && sent.length > 0;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Json | undefined} body
   * @param {{accept?: string, signal?: AbortSignal}} more
   */
  async #fetch(method, path, body, { accept, signal }) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (body) headers["content-type"] = "application/json";
    if (accept) headers.accept = accept;
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    try {
      return await fetch((/^http/.test(path) ? "" : this.base) + path, { method, headers, credentials: "include", signal, body: body && JSON.stringify(body) });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Refusal(0, (await this.#isThere()) ? { code: ORIGIN } : {});
    }
  }

  /** Whether the server answers at all: then it is this page's origin that may not read what it says. */
  async #isThere() {
    if (new URL(this.base, location.href).origin === location.origin) return false;
    return fetch(`${this.base}/health/live`, { mode: "no-cors", credentials: "omit" }).then(() => true, () => false);
  }
}

/**
 * What was said, unless it was cut off or is no JSON, as the page that a hotel's network shows first: that is no answer.
 *
 * @param {Promise<any>} reading
 */
function said(reading) {
  return reading.catch((error) => Promise.reject(error instanceof Refusal ? error : new Refusal(0, {})));
}

/**
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
async function refusalOf(response) {
  const said = await response.json().catch(() => null);
  const wait = response.headers.get("retry-after") ?? response.headers.get("x-retry-after");
  return new Refusal(response.status, said ?? {}, Number(wait) || 0);
}
