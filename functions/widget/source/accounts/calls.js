/** What accounts and the history ask of the backend: Better Auth's wire, and ours. */

/** @typedef {import("../api.js").Api} Api */
/** @typedef {import("../types").User} User */
/** @typedef {import("../types").Conversation} Conversation */
/** @typedef {import("../types").Message} Message */

/** @typedef {{id: string, token: string, userAgent?: string | null, updatedAt: string}} Login */

/** @param {string | null} [cursor] */
const page = (cursor) => (cursor ? `?cursor=${encodeURIComponent(cursor)}` : "");

export class Calls {
  /** @param {Api} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * Signs up or in; the token is for where cookies do not stick.
   *
   * @param {"up" | "in"} how
   * @param {Record<string, string>} given
   * @returns {Promise<{user?: User, token: string | null}>}
   */
  async credentials(how, given) {
    const { body, headers } = await this.api.callFully("POST", `/api/auth/sign-${how}/email`, given);
    return { user: body?.token ? body.user : undefined, token: headers.get("set-auth-token") };
  }

  signOut() {
    return this.api.call("POST", "/api/auth/sign-out", {});
  }

  /** @param {string} email @param {string} redirectTo */
  forgot(email, redirectTo) {
    return this.api.call("POST", "/api/auth/request-password-reset", { email, redirectTo });
  }

  /** @param {string} token @param {string} newPassword */
  reset(token, newPassword) {
    return this.api.call("POST", "/api/auth/reset-password", { token, newPassword });
  }

  /** @returns {Promise<Login[]>} */
  logins() {
    return this.api.call("GET", "/api/auth/list-sessions");
  }

  /** @returns {Promise<{session: Login}>} */
  session() {
    return this.api.call("GET", "/api/auth/get-session");
  }

  /** @param {string} token */
  endLogin(token) {
    return this.api.call("POST", "/api/auth/revoke-session", { token });
  }

  endOtherLogins() {
    return this.api.call("POST", "/api/auth/revoke-other-sessions", {});
  }

  /** @param {string} password @param {string} callbackURL */
  deleteUser(password, callbackURL) {
    return this.api.call("POST", "/api/auth/delete-user", { password, callbackURL });
  }

  /** Newest first. @param {string | null} [cursor] @returns {Promise<{conversations: Conversation[], nextCursor: string | null}>} */
  conversations(cursor) {
    return this.api.call("GET", `/api/conversations${page(cursor)}`);
  }

  /** Best first. @param {string} words @returns {Promise<{conversations: Conversation[], nextCursor: string | null}>} */
  search(words) {
    return this.api.call("GET", `/api/conversations?search=${encodeURIComponent(words)}`);
  }

  /** @param {string} id @param {string | null} [cursor] @returns {Promise<{conversation: Conversation, messages: Message[], nextCursor: string | null}>} */
  conversation(id, cursor) {
    return this.api.call("GET", `/api/conversations/${encodeURIComponent(id)}${page(cursor)}`);
  }

  /** @param {string} id */
  create(id) {
    return this.api.call("POST", "/api/conversations", { id });
  }

  /** @param {string} id @param {{id: string, role: string, content: string}[]} messages */
  append(id, messages) {
    return this.api.call("POST", `/api/conversations/${id}/messages`, { messages });
  }

  /** @param {string} id @param {{title?: string, pinned?: boolean}} change @returns {Promise<Conversation>} */
  change(id, change) {
    return this.api.call("PATCH", `/api/conversations/${id}`, change);
  }

  /** @param {string} id */
  delete(id) {
    return this.api.call("DELETE", `/api/conversations/${id}`);
  }

  deleteAll() {
    return this.api.call("DELETE", "/api/conversations");
  }

  /** Everything that the reader has, put together from its pages: `/api/import` takes it as it is. */
  async export() {
    const whole = await this.api.call("GET", "/api/export");
    /** @type {Map<string, {messages: unknown[]}>} */
    const known = new Map(whole.conversations.map((/** @type {any} */ each) => [each.id, each]));
    for (let cursor = whole.nextCursor; cursor; ) {
      const next = await this.api.call("GET", `/api/export${page(cursor)}`);
      for (const each of next.conversations) {
        const begun = known.get(each.id);
        if (begun) begun.messages.push(...each.messages);
        else known.set(each.id, each);
      }
      cursor = next.nextCursor;
    }
    return { ...whole, conversations: [...known.values()], nextCursor: null };
  }
}
