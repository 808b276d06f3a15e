// The help-seeker's page: waiting, then talking, then the end. The same elements work without scripts, as forms.
// Titles never change and nothing makes a sound: somebody may be watching.
import { liveSocket, type Frame, type LiveSocket } from "../../core/frontend/socket.ts";
import { agreedOf } from "./agreed-time.ts";
import { composerOf, type Composer } from "./desk-composer.ts";
import { fill, readJson } from "./desk-texts.ts";
import { Journal, keptIn, type Said } from "./journal.ts";
import { fitScreen } from "./talk-screen.ts";
import { lookForNotices } from "./visit-notices.ts";
import { linesOf } from "./visit-lines.ts";
import { watchForms, watchWords } from "./visit-forms.ts";
import { visitTime } from "./visit-time.ts";
import type { VisitTexts } from "./visit-texts.ts";
import { showWait } from "./visit-wait.ts";

const TYPING_FOR = 5_000;
const PLACE_ALOUD_EVERY = 20_000; // a queue that moves fast must not talk without pause

const visit = document.getElementById("visit");
if (visit) {
  watchForms(visit);
  watchWords(visit);
}
if (visit && document.getElementById("talk")) startVisit(visit);
else if (visit) for (const key of ["unsent", "draft"]) keptIn(key).write(null);

function startVisit(visit: HTMLElement): void {
  const texts = readJson<VisitTexts>("texts");
  let socket: LiveSocket | null = null;
  let composer: Composer | null = null;
  let typed = 0;
  let away = false;
  let left = false;
  let aloud = 0;

  const journal = new Journal("seeker", keptIn("unsent"), (frame) => socket?.send(frame) ?? false);
  journal.add(readJson<Said[]>("transcript"));
  const number = (name: string) => Number(visit.dataset[name]) || null;
  journal.take({ t: "state", state: visit.dataset["state"], place: number("place"), of: number("of") });
  let shown = journal.state;

  const lines = linesOf(visit.dataset["zone"] ?? "UTC", journal, texts, (text) => composer?.put(text));
  lines.show();
  lines.toNewest();
  fitScreen(lines);

  const time = visitTime(visit, texts, announce);
  const form = document.getElementById("composer");
  if (form instanceof HTMLFormElement && journal.state !== "ended") {
    form.hidden = false; // without scripts it is shown only where the page does not load itself again
    keepDraft(form);
    composer = composerOf(form, texts, say, () => socket?.send({ t: "typing" }), shown === "talking");
  }
  document.addEventListener("leaving", leave); // quick exit
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const open of visit.querySelectorAll("details[open]")) open.removeAttribute("open");
  });
  if (journal.state !== "ended") {
    socket = liveSocket({
      address: () => `/live/visit/?after=${journal.resume()}`,
      frame,
      line: (state) => {
        away = state === "away";
        if (away) typing(false);
        strip();
      },
      over: (code) => {
        if (!left && journal.state !== "ended" && code === 4401) again();
      },
    });
  }

  function say(text: string): void {
    keptIn("draft").write(null);
    journal.say(text);
    lines.show();
    lines.toNewest();
    strip();
  }

  function frame(frame: Frame): void {
    if (left) return;
    if (frame.t === "typing") return typing(true);
    if (frame.t === "time") {
      const agreed = agreedOf(frame);
      if (agreed) time.set(agreed);
      return;
    }
    if (frame.t === "notice") return void lookForNotices(announce);
    const known = journal.said.length;
    if (!journal.take(frame)) return;
    if (journal.stale) return again();
    lines.show();
    for (const message of journal.said.slice(known)) heard(message);
    if (journal.state !== shown) changed();
    place();
    const turned = shown === "waiting" ? showWait(frame, texts) : "";
    if (turned) announce(turned);
    role();
    strip();
  }

  function heard(message: Said): void {
    if (message.by !== "answerer") return;
    typing(false);
    announce(`${texts.answerer} ${message.text}`);
  }

  /** From waiting to talking and back, or to the end. */
  function changed(): void {
    const before = shown;
    shown = journal.state;
    if (shown !== "talking") noTime();
    const queued = shown === "waiting" || shown === "away";
    for (const part of visit.querySelectorAll<HTMLElement>("[data-while-waiting]")) part.hidden = !queued;
    for (const part of visit.querySelectorAll<HTMLElement>("[data-while-talking]")) part.hidden = queued;
    document.body.classList.toggle("is-talk", !queued);
    if (queued) document.body.removeAttribute("style"); // what fitted the conversation to the screen
    if (shown === "talking") {
      fitScreen(lines);
      lines.toNewest();
      const { name, role } = journal.answerer ?? { name: "", role: "" };
      announce(`${fill(texts.joined, { name })} ${roleName(role)}`);
      if (matchMedia("(pointer: coarse)").matches) byId("who").focus(); // no keyboard over a page one has not seen yet
      else byId("text").focus();
    } else if (shown === "ended") {
      if (before !== "talking" && !journal.said.some((message) => message.by !== "service")) return again();
      void over();
    }
  }

  function noTime(): void {
    time.stop();
    for (const id of ["time-left", "time-note"]) byId(id).hidden = true;
  }

  function place(): void {
    if (shown !== "waiting" || !journal.place) return;
    const of = journal.of ?? journal.place;
    const sentence = journal.place === 1 ? texts.first : fill(texts.place, { place: journal.place, of });
    const line = document.getElementById("place-line");
    if (line && line.textContent !== sentence) {
      line.textContent = sentence;
      byId("place").textContent = String(journal.place);
      if (Date.now() - aloud > PLACE_ALOUD_EVERY) {
        aloud = Date.now();
        announce(sentence);
      }
    }
  }

  function role(): void {
    const line = byId("role");
    if (shown === "talking" && journal.answerer) {
      byId("who").textContent = journal.answerer.name;
      line.textContent = journal.there === false ? texts.gone : roleName(journal.answerer.role);
    } else if (shown === "waiting") {
      byId("who").textContent = visit.dataset["line"] ?? ""; // whoever answered before is gone
      line.textContent = journal.place === 1 ? texts.first : "";
    } else if (shown === "ended") line.textContent = texts.talk_ended;
    if (journal.there === false || shown !== "talking") typing(false);
  }

  function roleName(role: string): string {
    return role === "volunteer" ? texts.volunteer : role === "crisis_worker" ? texts.crisis_worker : role;
  }

  function strip(): void {
    const line = byId("strip");
    line.hidden = !away || shown === "ended";
    line.textContent = journal.unsent.some(({ trouble }) => trouble === null) ? texts.line_away_unsent : texts.line_away;
  }

  function typing(on: boolean): void {
    window.clearTimeout(typed);
    byId("typing").hidden = !on;
    if (on) typed = window.setTimeout(() => typing(false), TYPING_FOR);
  }

  function announce(sentence: string): void {
    byId("announce").textContent = sentence;
  }

  /** The end: what the service says of it, with who ended it, from a fresh page; without a network, what is here. */
  async function over(): Promise<void> {
    socket?.close();
    keptIn("draft").write(null);
    const draft = (document.getElementById("text") as HTMLTextAreaElement | null)?.value.trim();
    if (draft) journal.say(draft); // shown as not sent, to be copied; nothing leaves after the end
    composer?.close();
    composer = null;
    for (const tools of visit.querySelectorAll<HTMLElement>(".talk-tools")) tools.hidden = true;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      // What was said last may have been on its way when the end overtook it.
      journal.add(JSON.parse(page.getElementById("transcript")?.textContent ?? "[]") as Said[]);
      const fresh = page.getElementById("over");
      if (fresh) byId("over").replaceWith(document.adoptNode(fresh)); // its forms are watched with the whole page
    } catch {
      // The sentences in this page say enough.
    }
    byId("over").hidden = false;
    lines.show();
    lines.toNewest();
    byId("over").querySelector<HTMLElement>("[tabindex]")?.focus();
  }

  /** Load the page again: the service knows better how things stand. Not for ever, should it keep saying so. */
  function again(): void {
    left = true;
    socket?.close();
    const before = Number(keptIn("reloaded").read());
    keptIn("reloaded").write(String(Date.now()));
    const soon = Date.now() - before > 10_000 ? 0 : 10_000;
    window.setTimeout(() => location.replace(location.pathname), soon);
  }

  function leave(): void {
    left = true;
    socket?.close();
    keptIn("draft").write(null);
    journal.forget();
  }
}

/** What is being written outlives a reload in this window, as messages on their way do. */
function keepDraft(form: HTMLFormElement): void {
  const field = form.querySelector("textarea") as HTMLTextAreaElement;
  field.value ||= keptIn("draft").read() ?? "";
  field.addEventListener("input", () => keptIn("draft").write(field.value || null));
}

function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
