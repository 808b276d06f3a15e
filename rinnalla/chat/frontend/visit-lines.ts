// Shows the messages to the help-seeker. Texts become text nodes, never HTML; each is isolated in its own direction.
import { clockOf } from "./clock.ts";
import { fill } from "./desk-texts.ts";
import type { Journal, Said, Unsent } from "./journal.ts";
import type { VisitTexts } from "./visit-texts.ts";

export interface Lines {
  show(): void;
  atNewest(): boolean;
  toNewest(): void;
}

const NEAR = 80; // px from the end that still count as reading the newest

export function linesOf(zone: string, journal: Journal, texts: VisitTexts, mend: (text: string) => void): Lines {
  const list = document.getElementById("lines") as HTMLOListElement;
  const log = document.getElementById("log") as HTMLElement;
  const more = document.getElementById("to-newest") as HTMLButtonElement;
  const clock = clockOf(document.documentElement.lang, zone);
  // One list item per message id: an own message stays the same item from written to stored, and nothing flickers.
  const items = new Map<string, HTMLElement>();
  for (const item of list.querySelectorAll<HTMLElement>("[data-id]")) items.set(item.dataset["id"] ?? "", item);

  const atNewest = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const toNewest = () => {
    log.scrollTop = log.scrollHeight;
    more.hidden = true;
  };
  more.addEventListener("click", toNewest);
  log.addEventListener("scroll", () => {
    if (atNewest()) more.hidden = true;
  });

  function show(): void {
    const follow = atNewest();
    const before = list.children.length;
    const wanted = [
      ...journal.said.map((message) => itemOf(message.id, "stored", () => stored(message))),
      ...journal.unsent.map((message) => itemOf(message.id, condition(message), () => unsent(message))),
    ];
    wanted.forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    while (list.children.length > wanted.length) list.lastElementChild?.remove();
    if (follow) toNewest();
    else if (wanted.length > before) more.hidden = false;
  }

  function itemOf(id: string, as: string, make: () => HTMLElement): HTMLElement {
    const known = items.get(id);
    if (known && (known.dataset["as"] ?? "stored") === as) return known;
    const made = make();
    made.dataset["id"] = id;
    made.dataset["as"] = as;
    known?.replaceWith(made);
    items.set(id, made);
    return made;
  }

  function condition(message: Unsent): string {
    return message.trouble ?? (journal.state === "ended" ? texts.not_sent : texts.sending);
  }

  function stored(message: Said): HTMLElement {
    const when = document.createElement("time");
    when.dateTime = message.at;
    when.textContent = clock(message.at);
    if (message.by === "service") {
      const line = document.createElement("p");
      line.append(`${event(message)} `, when);
      return bubble("said-service", line);
    }
    const own = message.by === "seeker";
    const foot = span("said-when", when);
    if (own) foot.append(span("tick", span("unseen", texts.stored)));
    return bubble(own ? "said-own" : "said-other", span("unseen", own ? texts.you : texts.answerer), body(message.text), foot);
  }

  function unsent(message: Unsent): HTMLElement {
    const item = bubble(
      "said-own said-unsent", span("unseen", texts.you), body(message.text), span("said-when", condition(message)),
    );
    if (!message.trouble || journal.state === "ended") return item;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button";
    again.textContent = texts.mend;
    again.addEventListener("click", () => {
      mend(journal.takeBack(message.id));
      show();
    });
    item.classList.add("said-refused");
    item.append(again);
    return item;
  }

  function event(message: Said): string {
    if (message.kind === "joined") return fill(texts.joined, { name: message.name ?? "" });
    if (message.kind === "left") return fill(texts.left, { name: message.name ?? "" });
    return message.kind === "lost" ? texts.lost : texts.ended;
  }

  return { show, atNewest, toNewest };
}

function bubble(kind: string, ...inside: Node[]): HTMLElement {
  const item = document.createElement("li");
  item.className = `said ${kind}`;
  item.append(...inside);
  return item;
}

function span(className: string, inside: string | Node): HTMLElement {
  const made = document.createElement("span");
  made.className = className;
  made.append(inside);
  return made;
}

function body(text: string): HTMLElement {
  const paragraph = document.createElement("p");
  paragraph.className = "said-text";
  paragraph.dir = "auto";
  paragraph.textContent = text;
  return paragraph;
}
