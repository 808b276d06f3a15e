// The private notes store themselves. Until the service has them they are kept in this tab, also over a reload.
import type { Texts } from "./desk-texts.ts";
import { keptIn } from "./journal.ts";

export interface NotesSheet {
  /** The conversation is someone else's now: nothing of the notes stays on this page. */
  forget(): void;
}

interface Kept {
  readonly text: string;
  readonly version: number;
}

const REST = 1_000; // ms without a key before the notes are sent
const AGAIN = [1_000, 2_000, 4_000, 8_000];

type Words = Pick<Texts, "notes_stored" | "notes_unstored" | "notes_waiting" | "notes_lost">;

export function startNotes(talk: HTMLElement, texts: Words): NotesSheet {
  const form = document.getElementById("notes-form");
  if (!(form instanceof HTMLFormElement)) return { forget: () => {} };
  const field = form.querySelector("textarea") as HTMLTextAreaElement;
  const token = form.querySelector<HTMLInputElement>("[name='csrfmiddlewaretoken']")?.value ?? "";
  const state = document.getElementById("notes-state") as HTMLElement;
  const trouble = document.getElementById("notes-trouble") as HTMLElement;
  const kept = keptIn(`notes:${talk.dataset["id"]}`);
  let version = Number(form.querySelector<HTMLInputElement>("[name='version']")?.value);
  let stored = field.defaultValue; // what is typed before this script runs, or brought back by the browser, is not stored
  let timer = 0;
  let tries = 0;
  let sending = false;
  let over = false;

  function later(ms: number): void {
    window.clearTimeout(timer);
    if (!over) timer = window.setTimeout(() => void send(), ms);
  }

  function changed(): void {
    if (over) return;
    if (field.value === stored) kept.write(null);
    else kept.write(JSON.stringify({ text: field.value, version } satisfies Kept));
    state.textContent = field.value === stored ? texts.notes_stored : texts.notes_unstored;
    later(REST);
  }

  async function send(): Promise<void> {
    if (sending || over || field.value === stored) return;
    sending = true;
    const text = field.value;
    try {
      const answer = await fetch((form as HTMLFormElement).action, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body: new URLSearchParams({ text, version: String(version) }),
        redirect: "manual",
      });
      if (over) return;
      if (answer.status === 200) done(text, ((await answer.json()) as Kept).version);
      else if (answer.status === 409) refused((await answer.json()) as Kept & { reason: string; say: string });
      else if (answer.status >= 500) wait();
      else stop(texts.notes_lost);
    } catch {
      wait();
    } finally {
      sending = false;
    }
    if (!over && tries === 0 && field.value !== stored) later(REST);
  }

  function done(text: string, now: number): void {
    version = now;
    stored = text;
    tries = 0;
    trouble.textContent = "";
    if (field.value === stored) {
      kept.write(null);
      state.textContent = texts.notes_stored;
    } else changed();
  }

  /** Changed in another window: both texts are put together, so that neither is lost. */
  function refused(answer: Kept & { reason: string; say: string }): void {
    trouble.textContent = answer.say;
    if (answer.reason !== "changed") {
      tries = 1; // it is not sent again before something is changed
      return;
    }
    version = answer.version;
    stored = answer.text;
    if (answer.text && !field.value.includes(answer.text)) field.value = `${answer.text}\n\n${field.value}`;
    changed();
  }

  function wait(): void {
    trouble.textContent = texts.notes_waiting;
    later(AGAIN[Math.min(tries, AGAIN.length - 1)] ?? REST);
    tries += 1;
  }

  function stop(why: string): void {
    over = true;
    trouble.textContent = why;
  }

  const before = read(kept.read());
  if (field.value !== stored) changed();
  else if (before && before.text !== stored) {
    field.value = before.text;
    version = before.version;
    changed();
  } else {
    kept.write(null);
    state.textContent = stored ? texts.notes_stored : "";
  }
  field.addEventListener("input", () => {
    tries = 0;
    changed();
  });
  field.addEventListener("blur", () => later(0));
  window.addEventListener("online", () => later(0));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.blur();
  });

  return {
    forget() {
      window.clearTimeout(timer);
      over = true;
      kept.write(null);
      document.getElementById("notes-side")?.remove();
    },
  };
}

function read(written: string | null): Kept | null {
  try {
    return written ? (JSON.parse(written) as Kept) : null;
  } catch {
    return null;
  }
}
