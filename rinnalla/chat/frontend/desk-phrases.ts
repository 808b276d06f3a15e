// Canned texts: `/` in the writing field opens a list of them, `/keyword` and a space brings one at once, and the panel
// beside brings them with a click. They come into the field to be changed; nothing here sends.
import { fill, type Texts } from "./desk-texts.ts";

interface Phrase {
  readonly keyword: string;
  readonly text: string;
  readonly closing: boolean;
  readonly item: HTMLElement;
}

export interface Phrases {
  /** The agreed time is over: the closing texts come first. */
  closingFirst(): void;
  close(): void;
}

const MOST = 8;
const BEING_TYPED = /(?:^|\s)\/(\S*)$/;
const KEYWORD_AND_SPACE = /(?:^|\s)\/(\S+) $/;

export function startPhrases(form: HTMLFormElement, texts: Pick<Texts, "phrases_found" | "phrases_none">): Phrases {
  const field = form.querySelector("textarea") as HTMLTextAreaElement;
  const panel = document.getElementById("phrases");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  let phrases = read(panel);
  let shown: Phrase[] = [];
  let active = -1;
  let chosen = false; // with the arrows: then a space brings the text, too
  let bringing = false;

  list.id = "phrase-list";
  list.className = "phrase-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", panel?.querySelector("h2")?.textContent ?? "");
  list.hidden = true;
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(list, told);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");

  /** What stands before the cursor, when it is a slash and the beginning of a keyword. */
  function typed(): string | null {
    const before = field.value.slice(0, field.selectionStart);
    return field.selectionStart === field.selectionEnd ? (BEING_TYPED.exec(before)?.[1] ?? null) : null;
  }

  function look(): void {
    const word = typed();
    shown = word === null ? [] : matching(phrases, word).slice(0, MOST);
    active = shown.length ? 0 : -1;
    chosen = false;
    list.replaceChildren(...shown.map(option));
    const open = shown.length > 0;
    if (open && list.hidden) told.textContent = fill(texts.phrases_found, { n: shown.length });
    if (!open) told.textContent = "";
    list.hidden = !open;
    if (open) field.setAttribute("aria-controls", list.id);
    else field.removeAttribute("aria-controls");
    mark();
  }

  function option({ keyword, text }: Phrase, index: number): HTMLElement {
    const item = document.createElement("li");
    item.id = `phrase-${index}`;
    item.setAttribute("role", "option");
    const key = document.createElement("b");
    key.textContent = `/${keyword}`;
    const words = document.createElement("span");
    words.dir = "auto";
    words.textContent = text;
    item.append(key, " ", words);
    // The press, not the click: the field keeps the focus and the place of the cursor.
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      complete(index);
    });
    return item;
  }

  function mark(): void {
    Array.from(list.children).forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === active));
      if (index === active) item.scrollIntoView({ block: "nearest" });
    });
    if (active >= 0) field.setAttribute("aria-activedescendant", `phrase-${active}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function shut(): void {
    shown = [];
    active = -1;
    list.hidden = true;
    field.removeAttribute("aria-controls");
    field.removeAttribute("aria-activedescendant");
  }

  function complete(index: number): void {
    const word = typed();
    const phrase = shown[index];
    if (phrase && word !== null) bring(phrase.text, field.selectionStart - word.length - 1, field.selectionStart);
  }

  function bring(text: string, from: number, to: number): void {
    shut();
    field.setRangeText(text, from, to, "end");
    field.focus();
    bringing = true; // a text may end in what looks like a keyword
    field.dispatchEvent(new Event("input", { bubbles: true }));
    bringing = false;
  }

  field.addEventListener("input", () => {
    if (bringing) return;
    const before = field.value.slice(0, field.selectionStart);
    const word = KEYWORD_AND_SPACE.exec(before)?.[1]?.toLowerCase();
    const phrase = word ? phrases.find(({ keyword }) => keyword === word) : undefined;
    if (word && phrase) bring(phrase.text, before.length - word.length - 2, before.length);
    else look();
  });
  field.addEventListener("click", look);
  field.addEventListener("blur", shut);
  // On the form and before the field hears of it: Enter chooses while the list is open, and sends when it is not.
  form.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.target !== field || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step) {
        active = (active + step + shown.length) % shown.length;
        chosen = true;
        mark();
      } else if (event.key === "Escape") shut();
      else if ((event.key === "Enter" && !event.shiftKey) || (event.key === "Tab" && !event.shiftKey) || (event.key === " " && chosen)) {
        complete(active);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  panel?.addEventListener("click", (event) => {
    const item = (event.target as Element).closest(".phrase-insert")?.closest<HTMLElement>(".phrase");
    const phrase = phrases.find((one) => one.item === item);
    if (!phrase || !field.isConnected) return;
    document.querySelector<HTMLElement>(".talk-tabs [data-shows='chat']")?.click(); // on a phone the field is in another part
    bring(phrase.text, field.selectionStart, field.selectionEnd);
  });
  panel?.querySelector<HTMLInputElement>("#phrase-search")?.addEventListener("input", (event) => {
    search(panel, phrases, (event.target as HTMLInputElement).value, texts.phrases_none);
  });

  return {
    closingFirst() {
      for (const kind of panel?.querySelectorAll<HTMLElement>("[data-kind='closing']") ?? []) {
        kind.parentElement?.querySelector("summary")?.after(kind);
        kind.dataset["now"] = "yes";
      }
      phrases = [...phrases].sort((one, other) => Number(other.closing) - Number(one.closing));
    },
    close() {
      shut();
      for (const button of panel?.querySelectorAll(".phrase-insert") ?? []) button.remove();
    },
  };
}

/** The texts as the panel has them: the language of the contact first. */
function read(panel: HTMLElement | null): Phrase[] {
  return Array.from(panel?.querySelectorAll<HTMLElement>(".phrase") ?? []).map((item) => ({
    keyword: item.dataset["keyword"] ?? "",
    text: item.querySelector(".phrase-text")?.textContent ?? "",
    closing: item.closest<HTMLElement>("[data-kind]")?.dataset["kind"] === "closing",
    item,
  }));
}

/** Those whose keyword begins with the word, then those that have it in the keyword or the text. */
function matching(phrases: readonly Phrase[], word: string): Phrase[] {
  const wanted = word.toLowerCase();
  const begins = phrases.filter(({ keyword }) => keyword.startsWith(wanted));
  const has = phrases.filter((one) => !begins.includes(one) && `${one.keyword} ${one.text.toLowerCase()}`.includes(wanted));
  return [...begins, ...has];
}

function search(panel: HTMLElement, phrases: readonly Phrase[], word: string, none: string): void {
  const found = new Set(matching(phrases, word.trim()).map(({ item }) => item));
  for (const { item } of phrases) item.hidden = !found.has(item);
  for (const kind of panel.querySelectorAll<HTMLElement>("[data-kind]")) {
    kind.hidden = !kind.querySelector(".phrase:not([hidden])");
  }
  for (const language of panel.querySelectorAll<HTMLDetailsElement>(".phrases-language")) {
    const any = language.querySelector(".phrase:not([hidden])") !== null;
    language.hidden = !any;
    if (word.trim() && any) language.open = true;
  }
  const line = panel.querySelector("#phrases-none");
  if (line) line.textContent = found.size ? "" : none;
}
