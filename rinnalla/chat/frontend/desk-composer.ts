// The writing field: Enter sends, Shift+Enter begins a new line, and it grows with the text.
import { fill, type Texts } from "./desk-texts.ts";

export interface Composer {
  /** Put a text into the field, before what is being written there. */
  put(text: string): void;
  close(): void;
}

const MOST = 4000;
const SAY_LEFT_FROM = 300;
const TYPING_EVERY = 3_000;

export function composerOf(form: HTMLFormElement, texts: Pick<Texts, "characters_left">, say: (text: string) => void, typing: () => void, focus = true): Composer {
  const field = form.querySelector("textarea") as HTMLTextAreaElement;
  const note = document.getElementById("composer-note") as HTMLElement;
  const narrow = window.matchMedia("(pointer: coarse)");
  let told = 0;

  function fit(): void {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
    const left = MOST - field.value.length;
    note.textContent = left <= SAY_LEFT_FROM ? fill(texts.characters_left, { left }) : "";
  }

  function send(): void {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    told = 0;
    fit();
    say(text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.blur();
    // On a phone Enter begins a new line: there the button is next to it. While a letter is being composed it chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || narrow.matches) return;
    event.preventDefault();
    send();
  });
  field.addEventListener("input", () => {
    fit();
    if (!field.value.trim() || Date.now() - told < TYPING_EVERY) return;
    told = Date.now();
    typing();
  });
  if (focus && !narrow.matches) field.focus();
  fit();

  return {
    put(text) {
      field.value = [text, field.value].filter(Boolean).join("\n");
      fit();
      field.focus();
    },
    close() {
      form.remove();
    },
  };
}
