/** What travels, as far as the element reads it (specs/1-neon-db-setup/contracts/openapi.json). */

export interface Source {
  n: number;
  title: string;
  url: string;
  snippet: string;
}

export type Opinion = "up" | "down";

export interface Message {
  id: string;
  role: "user" | "assistant";
  content: string;
  sources?: Source[];
  feedback?: Opinion | null;
  status?: string;
}

export interface Reply {
  answer: string;
  sources: Source[];
  conversationId: string;
  messageId: string;
  mode: string;
  saved: "stored" | "queued" | "no";
  degraded: string[];
  receipt?: string;
  feedbackToken?: string;
  evictedId?: string;
  followUps?: string[];
  status?: "partial" | "stopped";
}

export interface User {
  id: string;
  name: string;
  email: string;
}

export interface Piece {
  text: string;
  match: boolean;
}

export interface Conversation {
  id: string;
  title: string;
  pinned: boolean;
  updatedAt: string;
  messageCount?: number;
  match?: { title: Piece[]; snippet: Piece[]; messageId?: string | null };
}

/** A turn that this page knows: what is needed to show it again and to go on from it. */
export interface Said {
  id: string;
  role: "user" | "assistant";
  content: string;
  sources?: Source[];
  token?: string;
  /** What was selected on the page when it was asked. */
  about?: string;
  /** It is stored nowhere, or not yet. */
  unsaved?: boolean;
}

/** An answer that is whole, and what can be done with it. */
export interface Answer {
  text: string;
  /** Without it the answer cannot be rated. */
  id?: string;
  /** Of an answer that is stored nowhere. */
  token?: string;
  given?: Opinion | null;
  /** It was written: another one may come of the same question. */
  again?: boolean;
  followUps?: string[];
}

/** Handlers of what arrives before an answer is whole. */
export interface Arriving {
  /** Whether a stop reaches whoever writes: told by servers that know it. */
  sources(sources: Source[], stoppable?: boolean): void;
  delta(text: string): void;
}

/** What the file with accounts and history puts into the chat. */
export interface Accounts {
  credentials(mode: "in" | "up", reason?: string): void;
  account(): void;
  history(): void;
  signedIn(): Promise<void>;
  signedOut(): void;
  answered(reply: Reply): Promise<void>;
  /** Whether it could be shown; only one that the reader wants to see takes the focus. */
  open(id: string, wanted?: boolean): Promise<boolean>;
  current(): void;
  reset(): void;
  handIn(receipt: string): void;
  stop(): void;
}

/** What the file with what is not needed at first puts into the chat. */
export interface More {
  stopWriting(questionId: string, giveUp: () => void): void;
  /** Until questions are taken again. */
  countDown(): void;
  stop(): void;
  welcome(): void;
  /** The provider that the question which is sent now may be shown to. */
  allowed(): string;
  /** Says of a reply what there is to say. */
  told(reply: Reply): Promise<void>;
  /** Another turn is the last one, or another conversation is shown. */
  shown(): void;
  /** Another turn has come since: the conversation is read again, and the question kept. */
  changed(question: string): Promise<void>;
  /** `#chat=…` or the link for a new password, as the address has it now. */
  follow(): Promise<void>;
  finished(node: HTMLElement, answer: Answer): void;
  selected(): void;
}
