// One conversation at the desk: the socket, the journal, and what is around the messages.
import { liveSocket, type Frame } from "../../core/frontend/socket.ts";
import { agreedOf } from "./agreed-time.ts";
import { composerOf, type Composer } from "./desk-composer.ts";
import { linesOf } from "./desk-lines.ts";
import { startPhrases, type Phrases } from "./desk-phrases.ts";
import { startNotes } from "./desk-notes.ts";
import { fill, readJson, type Texts } from "./desk-texts.ts";
import { agreedTime } from "./desk-time.ts";
import { Journal, keptIn, type Said } from "./journal.ts";
import { fitScreen } from "./talk-screen.ts";

const TYPING_FOR = 5_000;

export function startTalk(talk: HTMLElement): void {
  const texts = readJson<Texts>("texts");
  const id = talk.dataset["id"] ?? "";
  const title = document.title;
  const typing = byId("typing");
  const strip = byId("strip");
  const form = document.getElementById("composer");
  let composer: Composer | null = null;
  let phrases: Phrases | null = null;
  let typed = 0;
  let news = 0;
  const near = () => phrases?.closingFirst();
  let ended = talk.dataset["open"] !== "yes";

  const journal = new Journal("answerer", keptIn(`unsent:${id}`), (frame) => socket?.send(frame) ?? false);
  const lines = linesOf(talk, journal, texts, (text) => composer?.put(text));
  journal.add(readJson<Said[]>("transcript"));
  lines.show();
  lines.toNewest();
  fitScreen(lines);
  showParts(talk, lines.toNewest);
  const notes = startNotes(talk, texts);

  if (form instanceof HTMLFormElement) {
    phrases = startPhrases(form, texts);
    composer = composerOf(form, texts, say, () => socket?.send({ t: "typing" }));
  }
  const time = agreedTime(talk, texts, near);
  // The line to a conversation that has ended would only be closed again.
  const socket =
    ended
      ? null
      : liveSocket({
          address: () => `/live/${talk.dataset["socket"] ?? "conversation"}/${id}/?after=${journal.resume()}`,
          frame,
          line: (state) => {
            strip.hidden = state === "open";
            strip.textContent = texts.line_away;
          },
          over: (code) => {
            if (ended) return; // the service closes the line of an ended conversation; the page stays for wrapping up
            if (code === 4401 && mayReload()) location.reload();
            else taken();
          },
        });

  function say(text: string): void {
    journal.say(text);
    lines.show();
    lines.toNewest();
  }

  function frame(frame: Frame): void {
    if (frame.t === "hello" || frame.t === "state") {
      if (frame["state"] === "ended") over();
      else if (frame["state"] !== "talking") taken(); // given back to the queue
    }
    if (frame.t === "time") {
      const agreed = agreedOf(frame);
      if (agreed && !ended) time.set(agreed);
    }
    if (frame.t === "aside" || frame.t === "hello") {
      // At "hello" too: what happened while there was no line.
      for (const part of document.querySelectorAll("[data-aside]")) part.dispatchEvent(new Event("changed"));
    }
    if (frame.t === "there" && frame["by"] === "seeker") presence(frame["there"] === true);
    if (frame.t === "typing") {
      typing.hidden = false;
      window.clearTimeout(typed);
      typed = window.setTimeout(() => (typing.hidden = true), TYPING_FOR);
    }
    const known = journal.said.length;
    if (!journal.take(frame)) return;
    if (journal.stale && mayReload()) location.reload();
    const fresh = journal.said.slice(known);
    lines.show();
    if (fresh.some((message) => message.kind === "ended")) over();
    if (fresh.some((message) => message.by === "seeker")) {
      typing.hidden = true;
      if (document.hidden) tellNews();
    }
  }

  function presence(there: boolean): void {
    const line = byId("presence");
    line.dataset["there"] = there ? "yes" : "no";
    line.textContent = there ? texts.here : texts.gone;
    if (!there) typing.hidden = true;
  }

  /** The title says how many messages are unread; nothing of what is in them. */
  function tellNews(): void {
    news += 1;
    document.title = fill("({n}) {title}", { n: news, title });
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    news = 0;
    document.title = title;
  });

  function closeWriting(): void {
    phrases?.close();
    composer?.close();
    composer = null;
    time.stop();
    for (const part of talk.querySelectorAll<HTMLElement>("#more-time, #time-note")) part.hidden = true;
    typing.hidden = true;
    strip.hidden = true;
    for (const element of talk.querySelectorAll<HTMLElement>(".chat-end")) element.hidden = true;
    const dialog = document.getElementById("end-talk");
    if (dialog instanceof HTMLDialogElement) dialog.close();
  }

  /** The help-seeker ended it, or time did. Their last words stay to be read: they may be why someone needs help. */
  function over(): void {
    if (ended) return;
    ended = true;
    const line = byId("presence");
    line.dataset["there"] = "ended";
    line.textContent = texts.talk_ended;
    journal.unsent = [];
    closeWriting();
    lines.show();
    byId("over").hidden = false;
    lines.toNewest();
    void tellWhoEnded();
  }

  /** The conversation is someone else's now: nothing of it stays on this page. */
  function taken(): void {
    ended = true;
    socket?.close();
    closeWriting();
    journal.forget();
    notes.forget();
    lines.show();
    document.getElementById("transcript")?.remove();
    byId("over").hidden = true;
    byId("taken").hidden = false;
    byId("taken").querySelector("a")?.focus();
  }
}

/** Who ended the conversation, as a fresh page says it; without a network it is enough that it ended. */
async function tellWhoEnded(): Promise<void> {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const who = page.getElementById("over-who")?.textContent;
    if (who) byId("over-who").textContent = who;
  } catch {
    // The sentence in this page stands.
  }
}

/** On a phone the three parts of the page take turns. */
function showParts(talk: HTMLElement, toNewest: () => void): void {
  const tabs = talk.querySelectorAll<HTMLElement>("[data-shows]");
  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      talk.dataset["view"] = tab.dataset["shows"];
      for (const other of tabs) {
        if (other === tab) other.setAttribute("aria-current", "true");
        else other.removeAttribute("aria-current");
      }
      if (tab.dataset["shows"] === "chat") toNewest();
    });
  }
}

/** A service that keeps saying "not known" must not make the page reload for ever. */
function mayReload(): boolean {
  const before = Number(sessionStorage.getItem("reloaded"));
  sessionStorage.setItem("reloaded", String(Date.now()));
  return Date.now() - before > 60_000;
}

function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
