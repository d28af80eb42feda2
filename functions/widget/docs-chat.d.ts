/** Types of `<docs-chat>`; a project that uses them needs no more of it than this file. */

export interface DocsChatElement extends HTMLElement {
  open(): void;
  close(): void;
  /** Ask as if the reader had typed it; fulfilled when it is answered or refused. */
  ask(question: string): Promise<void> | undefined;
}

/** All of them may be left out, and be changed at any time. */
export interface DocsChatAttributes {
  placement?: "bubble" | "panel" | "inline" | "page";
  /** Where the API is, if the script comes from elsewhere. */
  api?: string;
  /** Where answers are streamed, if that is another address than the API's. */
  stream?: string;
  /** CSS selector of the site's own buttons that open it. */
  trigger?: string;
  /** Such as `mod+i`; empty for none. */
  shortcut?: string;
  theme?: "light" | "dark";
  /** Instead of the page's language; one that has no file is English. */
  lang?: string;
  heading?: string;
  /** Examples, with a vertical bar between them. */
  questions?: string;
  /** Of the documentation. */
  version?: string;
  "privacy-url"?: string;
  /** Who runs the language model and sees the questions; `none` where nobody does. */
  provider?: string;
  /** Whether the provider sees the questions is each reader's own choice: once, or for each question anew. */
  consent?: boolean | "" | "once" | "each";
  selection?: "off";
  links?: "new" | "place";
  /** Where cookies do not stick, a token outlives the tab. */
  remember?: boolean | "";
}

/** They bubble, and tell nothing secret. */
export interface DocsChatEvents {
  "docs-chat:open": CustomEvent<Record<string, never>>;
  "docs-chat:close": CustomEvent<Record<string, never>>;
  "docs-chat:ask": CustomEvent<{ question: string }>;
  "docs-chat:answer": CustomEvent<{ mode: string; sources: number }>;
  /** null where an opinion was taken back. */
  "docs-chat:feedback": CustomEvent<{ value: "up" | "down" | null }>;
  /** `preventDefault()` leaves the navigation to the site. */
  "docs-chat:source": CustomEvent<{ url: string; title: string }>;
  /** The status is 0 where there was no answer at all. */
  "docs-chat:error": CustomEvent<{ status: number; code: string }>;
}

/** What `docs-chat::part(…)` reaches. */
export type DocsChatPart =
  | "launcher"
  | "panel"
  | "header"
  | "title"
  | "banner"
  | "messages"
  | "welcome"
  | "privacy"
  | "question"
  | "answer"
  | "sources"
  | "code"
  | "table"
  | "composer"
  | "input"
  | "send"
  | "history"
  | "dialog"
  | "ask-about";

/** Custom properties of CSS that it reads. */
export type DocsChatProperty =
  | "--docs-chat-accent"
  | "--docs-chat-on-accent"
  | "--docs-chat-background"
  | "--docs-chat-raised"
  | "--docs-chat-text"
  | "--docs-chat-font"
  | "--docs-chat-mono"
  | "--docs-chat-size"
  | "--docs-chat-radius"
  | "--docs-chat-width"
  | "--docs-chat-height"
  | "--docs-chat-z";

declare global {
  interface HTMLElementTagNameMap {
    "docs-chat": DocsChatElement;
  }
  interface HTMLElementEventMap extends DocsChatEvents {}
  interface DocumentEventMap extends DocsChatEvents {}
  interface WindowEventMap extends DocsChatEvents {}
}
