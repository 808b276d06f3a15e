// A conversation as one of its sides knows it: what is stored, in the order of its numbers, and what waits to be stored.
// Both surfaces use it. It knows no page, no clock and no network: frames go in, frames come out, the state lies open.
//
// Promises (tests/test_journal_reducer.py): numbers rise and each comes once; own messages are stored in the order they
// were written, each at most once; after any number of broken lines the state is that of a freshly loaded page.
import type { Frame } from "../../core/frontend/socket.ts";

export type Author = "seeker" | "answerer" | "service";
export type State = "waiting" | "away" | "talking" | "ended";

export interface Said {
  readonly seq: number;
  readonly id: string;
  readonly by: Author;
  readonly kind: "text" | "joined" | "left" | "lost" | "ended";
  readonly text: string;
  readonly at: string;
  readonly name?: string | null;
  readonly role?: string | null;
}

export interface Answerer {
  readonly name: string;
  readonly role: string;
}

/** A message of one's own that is not known to be stored. `trouble`: the service refused it, and said why. */
export interface Unsent {
  readonly id: string;
  readonly text: string;
  readonly trouble: string | null;
}

/** Where unsent messages outlive a reload. `keptIn` gives the browser's; null empties it. */
export interface Store {
  read(): string | null;
  write(text: string | null): void;
}

/** Puts a frame on the line; false when there is none. */
export type Send = (frame: Frame) => boolean;
export type Later = (work: () => void, ms: number) => void;

const AGAIN_AFTER = 2_000;

export class Journal {
  readonly said: Said[] = [];
  unsent: Unsent[];
  state: State = "talking";
  place: number | null = null;
  of: number | null = null;
  answerer: Answerer | null = null;
  /** Whether the other side's page is open; null when nobody has said. */
  there: boolean | null = null;
  /** The service speaks of another conversation than this page shows: load the page again, keep nothing. */
  stale = false;

  // Of the present line: may messages go out, up to which number must it speak first, which own message is on its way.
  private ready = false;
  private due = 0;
  private flying: string | null = null;
  private held = false;
  private begun: string | null; // the id of message 1 when the kept messages were written

  constructor(
    private readonly own: Author,
    private readonly store: Store,
    private readonly send: Send,
    private readonly later: Later = (work, ms) => void setTimeout(work, ms),
  ) {
    const kept = unpack(store.read());
    this.unsent = kept.unsent;
    this.begun = kept.begun;
  }

  /**
   * A new line is about to be opened: the number after which it shall speak. That is one less than what is here, so that
   * it repeats the newest message: if that is not the same, the line belongs to another conversation (a person who left
   * and joined again in another window). Nothing goes out before the line has caught up.
   */
  resume(): number {
    this.ready = false;
    this.flying = null;
    this.held = false;
    return Math.max(0, this.whole() - 1);
  }

  /** Write a message. It is shown as unsent until the service says that it is stored. */
  say(text: string): void {
    this.unsent = [...this.unsent, { id: newId(), text: clean(text), trouble: null }];
    this.keep();
    this.next();
  }

  /** Give up a refused message: its text, for the writer to mend. */
  takeBack(id: string): string {
    const text = this.unsent.find((message) => message.id === id)?.text ?? "";
    this.drop(new Set([id]));
    return text;
  }

  /** Take what a frame says into account. True if there is something new to show. */
  take(frame: Frame): boolean {
    if (this.stale) return false;
    switch (frame.t) {
      case "hello":
        return this.hello(frame as unknown as Hello);
      case "state":
        this.stand(frame as unknown as Standing);
        return true;
      case "place":
        if (!this.queued()) return false; // it was on its way when somebody answered
        this.place = frame["place"] as number;
        this.of = frame["of"] as number;
        return true;
      case "there":
        if (frame["by"] === this.own) return false;
        this.there = frame["there"] as boolean;
        return true;
      case "said":
        return this.heard(frame["m"] as Said[]);
      case "stored":
        return this.stored(frame as unknown as { id: string; seq: number; at: string });
      case "refused":
        return this.refused(frame["id"] as string | null, frame["say"] as string);
      case "later":
        this.hold(frame["id"] as string);
        return false;
      default:
        return false;
    }
  }

  /** Take messages in, each number once. Also what the page was rendered with. True if any was new. */
  add(messages: readonly Said[]): boolean {
    const known = new Map(this.said.map((message) => [message.seq, message.id]));
    let fresh = 0;
    for (const message of messages) {
      const id = known.get(message.seq);
      if (id === undefined) {
        known.set(message.seq, message.id);
        this.said.push(message);
        fresh += 1;
      } else if (id !== message.id) this.stale = true;
    }
    this.said.sort((one, other) => one.seq - other.seq);
    const first = this.said[0];
    if (this.begun && first?.seq === 1 && first.id !== this.begun) this.drop(new Set(this.unsent.map(({ id }) => id)));
    this.drop(new Set(messages.map((message) => message.id)));
    if (messages.some((message) => message.kind === "ended")) {
      this.state = "ended";
      this.place = this.of = null;
      this.keep();
    }
    return fresh > 0 || this.stale;
  }

  /** Leave nothing of the conversation in this browser. */
  forget(): void {
    this.said.length = 0;
    this.unsent = [];
    this.keep();
  }

  private hello(frame: Hello): boolean {
    this.stand(frame);
    this.due = frame.seq;
    this.ready = frame.seq === 0;
    this.stale = frame.seq < this.whole();
    this.next();
    return true;
  }

  private stand({ state, place, of, answerer }: Standing): void {
    this.state = state;
    this.place = this.queued() ? (place ?? this.place) : null;
    this.of = this.queued() ? (of ?? this.of) : null;
    this.answerer = answerer ?? null;
    if (!this.answerer) this.there = null;
    if (state === "ended") this.keep();
  }

  private queued(): boolean {
    return this.state === "waiting" || this.state === "away";
  }

  private heard(messages: readonly Said[]): boolean {
    const fresh = this.add(messages);
    if (messages.some((message) => message.seq >= this.due)) this.ready = true;
    this.next();
    return fresh;
  }

  private stored({ id, seq, at }: { id: string; seq: number; at: string }): boolean {
    const message = this.unsent.find((unsent) => unsent.id === id);
    if (!message) return false;
    return this.heard([{ seq, id, by: this.own, kind: "text", text: message.text, at, name: null, role: null }]);
  }

  private refused(id: string | null, say: string): boolean {
    if (!this.unsent.some((message) => message.id === id)) return false;
    this.unsent = this.unsent.map((message) => (message.id === id ? { ...message, trouble: say } : message));
    this.keep();
    if (this.flying === id) this.flying = null;
    this.next();
    return true;
  }

  private hold(id: string): void {
    if (this.flying !== id) return;
    this.flying = null;
    this.held = true;
    this.later(() => {
      this.held = false;
      this.next();
    }, AGAIN_AFTER);
  }

  /** Send the oldest unsent message, if the line is ready for it: one at a time, so that the order cannot change. */
  private next(): void {
    if (!this.ready || this.stale || this.held || this.flying || this.state === "ended") return;
    const message = this.unsent.find(({ trouble }) => trouble === null);
    if (message && this.send({ t: "say", id: message.id, text: message.text })) this.flying = message.id;
  }

  private drop(ids: ReadonlySet<string>): void {
    if (this.flying && ids.has(this.flying)) this.flying = null;
    if (!this.unsent.some((message) => ids.has(message.id))) return;
    this.unsent = this.unsent.filter((message) => !ids.has(message.id));
    this.keep();
  }

  /** How many messages are here without a gap; numbers begin at 1. */
  private whole(): number {
    const gap = this.said.findIndex((message, index) => message.seq !== index + 1);
    return gap < 0 ? this.said.length : gap;
  }

  private keep(): void {
    const waiting = this.state === "ended" ? [] : this.unsent.filter(({ trouble }) => trouble === null);
    this.begun = this.said[0]?.id ?? this.begun;
    this.store.write(waiting.length ? JSON.stringify({ begun: this.begun, unsent: waiting }) : null);
  }
}

interface Standing {
  readonly state: State;
  readonly place?: number | null;
  readonly of?: number | null;
  readonly answerer?: Answerer | null;
}

interface Hello extends Standing {
  readonly seq: number;
}

interface Kept {
  readonly begun: string | null;
  readonly unsent: Unsent[];
}

function unpack(text: string | null): Kept {
  try {
    const kept = JSON.parse(text ?? "null") as Kept | null;
    if (kept && Array.isArray(kept.unsent)) return kept;
  } catch {
    // Not ours, or cut short: nothing is kept.
  }
  return { begun: null, unsent: [] };
}

/** Keep unsent messages in this window of the browser, under `key`. */
export function keptIn(key: string): Store {
  return {
    read() {
      try {
        return sessionStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write(text) {
      try {
        if (text === null) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, text);
      } catch {
        // Storage is full or switched off: the messages live in memory only.
      }
    },
  };
}

/** A text as the service keeps it (transcript.py, `clean`): what is shown now is then what a fresh page shows. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
    .replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length === 2 ? found : "\ufffd"))
    .trim();
}

/** A version 4 UUID. `crypto.randomUUID` is missing from older browsers and from pages without https. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
