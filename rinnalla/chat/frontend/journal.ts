// A conversation as one of its sides knows it: what is stored, in the order of its numbers, and what waits to be stored.
// Both surfaces use it. Nothing here touches the page.
import type { Frame } from "../../core/frontend/socket.ts";

export type Author = "seeker" | "answerer" | "service";

export interface Said {
  readonly seq: number;
  readonly id: string;
  readonly by: Author;
  readonly kind: "text" | "joined" | "lost" | "ended";
  readonly text: string;
  readonly at: string;
  readonly name?: string | null;
  readonly role?: string | null;
}

/** A message of one's own that is not known to be stored. `trouble`: the service refused it, and said why. */
export interface Unsent {
  readonly id: string;
  readonly text: string;
  readonly trouble: string | null;
}

const AGAIN_AFTER = 2_000;

export class Journal {
  readonly said: Said[] = [];
  unsent: Unsent[] = [];
  private timers = new Map<string, number>();

  /**
   * `own`: which author this side is. `keep`: the key in sessionStorage under which unsent messages outlive a reload.
   * `send` puts a frame on the line, or returns false when there is none; then the message waits.
   */
  constructor(
    private readonly own: Author,
    private readonly keep: string,
    private readonly send: (frame: Frame) => boolean,
  ) {
    this.unsent = read(keep);
  }

  /** The number after which this side needs to hear more: everything up to it is here (numbers begin at 1, without gaps). */
  get after(): number {
    const gap = this.said.findIndex((message, index) => message.seq !== index + 1);
    return gap < 0 ? this.said.length : gap;
  }

  /** Write a message. It is shown as unsent until the service says that it is stored. */
  say(text: string): void {
    const message = { id: newId(), text, trouble: null };
    this.unsent = [...this.unsent, message];
    this.store();
    this.send({ t: "say", id: message.id, text });
  }

  /** Send everything unsent again, in order, with the same ids: the service stores each at most once. */
  sendAgain(): void {
    for (const { id, text, trouble } of this.unsent) if (!trouble) this.send({ t: "say", id, text });
  }

  /** Take what a frame says into account. True if there is something new to show. */
  take(frame: Frame): boolean {
    switch (frame.t) {
      case "said":
        return this.add(frame["m"] as Said[]);
      case "stored":
        return this.stored(frame as unknown as { id: string; seq: number; at: string });
      case "refused":
        return this.refused(frame["id"] as string | null, frame["say"] as string);
      case "later":
        this.later(frame["id"] as string);
        return false;
      default:
        return false;
    }
  }

  /** Take messages in, in order; each number once. Also what the page was rendered with. */
  add(messages: readonly Said[]): boolean {
    const known = new Set(this.said.map((message) => message.seq));
    const fresh = messages.filter((message) => !known.has(message.seq));
    this.said.push(...fresh);
    this.said.sort((one, other) => one.seq - other.seq);
    this.drop(new Set(messages.map((message) => message.id)));
    return fresh.length > 0;
  }

  /** Give up a refused message: its text, for the writer to mend. */
  takeBack(id: string): string {
    const text = this.unsent.find((message) => message.id === id)?.text ?? "";
    this.drop(new Set([id]));
    return text;
  }

  /** Leave nothing of the conversation in this browser. */
  forget(): void {
    this.said.length = 0;
    this.unsent = [];
    for (const timer of this.timers.values()) window.clearTimeout(timer);
    this.timers.clear();
    this.store();
  }

  private stored({ id, seq, at }: { id: string; seq: number; at: string }): boolean {
    const message = this.unsent.find((unsent) => unsent.id === id);
    return message ? this.add([{ seq, id, by: this.own, kind: "text", text: message.text, at, name: null }]) : false;
  }

  private refused(id: string | null, say: string): boolean {
    if (!this.unsent.some((message) => message.id === id)) return false;
    this.unsent = this.unsent.map((message) => (message.id === id ? { ...message, trouble: say } : message));
    this.store();
    return true;
  }

  private later(id: string): void {
    window.clearTimeout(this.timers.get(id));
    const again = () => {
      const message = this.unsent.find((unsent) => unsent.id === id);
      if (message) this.send({ t: "say", id, text: message.text });
    };
    this.timers.set(id, window.setTimeout(again, AGAIN_AFTER));
  }

  private drop(ids: ReadonlySet<string>): void {
    if (!this.unsent.some((message) => ids.has(message.id))) return;
    this.unsent = this.unsent.filter((message) => !ids.has(message.id));
    this.store();
  }

  private store(): void {
    try {
      const waiting = this.unsent.filter((message) => !message.trouble);
      if (waiting.length) sessionStorage.setItem(this.keep, JSON.stringify(waiting));
      else sessionStorage.removeItem(this.keep);
    } catch {
      // Storage is full or switched off: the messages live in memory only.
    }
  }
}

function read(key: string): Unsent[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? (kept as Unsent[]) : [];
  } catch {
    return [];
  }
}

/** A version 4 UUID. `crypto.randomUUID` is missing from older browsers and from pages without https. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
