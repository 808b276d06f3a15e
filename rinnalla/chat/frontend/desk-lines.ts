// Shows the conversation's messages. Texts become text nodes, never HTML; each is isolated in its own direction.
import { clockOf } from "./clock.ts";
import type { Journal, Said, Unsent } from "./journal.ts";
import { fill, type Texts } from "./desk-texts.ts";

export interface Lines {
  show(): void;
  /** Is the newest message in view, or nearly? */
  atNewest(): boolean;
  /** Go to the newest message, whatever was being read. */
  toNewest(): void;
}

const NEAR = 80; // px from the end that still count as reading the newest

export function linesOf(talk: HTMLElement, journal: Journal, texts: Texts, mend: (text: string) => void): Lines {
  const list = document.getElementById("lines") as HTMLOListElement;
  const frame = document.getElementById("log") as HTMLElement; // the part that scrolls
  const more = document.getElementById("to-newest") as HTMLButtonElement;
  const clock = clockOf(document.documentElement.lang, talk.dataset["zone"] ?? "UTC");
  let shown = new Map<number, HTMLElement>();
  for (const item of list.querySelectorAll<HTMLElement>("[data-seq]")) shown.set(Number(item.dataset["seq"]), item);

  const atNewest = () => frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR;
  const toNewest = () => {
    frame.scrollTop = frame.scrollHeight;
    more.hidden = true;
  };
  more.addEventListener("click", toNewest);
  frame.addEventListener("scroll", () => {
    if (atNewest()) more.hidden = true;
  });

  function show(): void {
    const follow = atNewest();
    const before = shown.size;
    const now = new Map<number, HTMLElement>();
    for (const message of journal.said) now.set(message.seq, shown.get(message.seq) ?? stored(message));
    const items = [...now.values(), ...journal.unsent.map(unsent)];
    items.forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    while (list.children.length > items.length) list.lastElementChild?.remove();
    shown = now;
    if (follow) toNewest();
    else if (now.size > before) more.hidden = false;
  }

  function stored(message: Said): HTMLElement {
    const when = document.createElement("time");
    when.dateTime = message.at;
    when.textContent = clock(message.at);
    const item = document.createElement("li");
    item.dataset["seq"] = String(message.seq);
    if (message.by === "service") {
      item.className = "said said-service";
      const line = document.createElement("p");
      line.append(`${event(message)} `, when);
      item.append(line);
      return item;
    }
    const own = message.by === "answerer";
    item.className = `said ${own ? "said-own" : "said-other"}`;
    const foot = document.createElement("span");
    foot.className = "said-when";
    foot.append(when);
    if (own) foot.append(tick());
    item.append(hidden(own ? texts.you : texts.seeker), body(message.text), foot);
    return item;
  }

  function unsent(message: Unsent): HTMLElement {
    const item = document.createElement("li");
    item.className = "said said-own said-unsent";
    const foot = document.createElement("span");
    foot.className = "said-when";
    foot.textContent = message.trouble ?? texts.sending;
    item.append(hidden(texts.you), body(message.text), foot);
    if (message.trouble) {
      item.classList.add("said-refused");
      const again = document.createElement("button");
      again.type = "button";
      again.className = "btn btn-sm";
      again.textContent = texts.mend;
      again.addEventListener("click", () => {
        mend(journal.takeBack(message.id));
        show();
      });
      item.append(again);
    }
    return item;
  }

  function event(message: Said): string {
    if (message.text) return message.text;
    if (message.kind === "joined") return fill(texts.joined, { name: message.name ?? "" });
    if (message.kind === "left") return fill(texts.left, { name: message.name ?? "" });
    return message.kind === "lost" ? texts.lost : texts.ended;
  }

  function tick(): SVGElement {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("class", "icon said-tick");
    icon.setAttribute("role", "img");
    icon.setAttribute("aria-label", texts.stored);
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${talk.dataset["icons"]}#check`);
    icon.append(use);
    return icon;
  }

  return { show, atNewest, toNewest };
}

function body(text: string): HTMLElement {
  const paragraph = document.createElement("p");
  paragraph.dir = "auto";
  paragraph.textContent = text;
  return paragraph;
}

function hidden(text: string): HTMLElement {
  const label = document.createElement("span");
  label.className = "visually-hidden";
  label.textContent = text;
  return label;
}
