// The agreed time for the help-seeker: a calm line under the name, and one sentence as the end comes near.
import { agreedOf, AgreedTime } from "./agreed-time.ts";
import { fill } from "./desk-texts.ts";
import type { VisitTexts } from "./visit-texts.ts";

const ROUND = 5; // minutes: a number that changes all the time hurries

type Words = Pick<VisitTexts, "time_left" | "time_over" | "time_near_said" | "time_over_said" | "time_more_said">;

export function visitTime(visit: HTMLElement, texts: Words, announce: (sentence: string) => void): AgreedTime {
  let before = "";
  const line = document.getElementById("time-left");
  const note = document.getElementById("time-note");
  const time = new AgreedTime(agreedOf(visit.dataset), {
    show(left, _passed, { warn }) {
      if (!line) return;
      const shown = left > warn ? Math.max(ROUND, Math.round(left / ROUND) * ROUND) : left;
      line.textContent = left === 0 ? texts.time_over : fill(texts.time_left, { left: shown });
      line.hidden = false;
    },
    phase(phase, left) {
      const known = note?.hidden === false && before === ""; // the page came with it: it is read with the page
      const said = phase === "over" ? texts.time_over_said : phase === "near" ? texts.time_near_said : texts.time_more_said;
      const sentence = fill(said, { left });
      if ((phase || before) && !known) announce(sentence);
      if (note) {
        note.textContent = phase ? sentence : "";
        note.hidden = !phase;
      }
      before = phase;
    },
  });
  time.start();
  return time;
}
