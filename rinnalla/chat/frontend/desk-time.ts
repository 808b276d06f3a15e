// The agreed time at the desk: the line and the bar in the head, and the closing texts forward as the end comes near.
import { agreedOf, AgreedTime } from "./agreed-time.ts";
import { fill, type Texts } from "./desk-texts.ts";

type Words = Pick<Texts, "time" | "time_left" | "time_over" | "time_near_said" | "time_over_said" | "time_more_said">;

export function agreedTime(talk: HTMLElement, texts: Words, near: () => void): AgreedTime {
  const line = document.getElementById("agreed-text");
  const bar = document.querySelector<HTMLElement>("#agreed i");
  const note = document.getElementById("time-note");
  let before = "";
  const time = new AgreedTime(talk.dataset["open"] === "yes" ? agreedOf(talk.dataset) : null, {
    show(left, passed, agreed) {
      const text = left === 0 ? texts.time_over : left <= agreed.warn ? texts.time_left : texts.time;
      if (line) line.textContent = fill(text, { passed, left, agreed: agreed.minutes });
      if (!bar) return;
      bar.style.width = `${Math.min(100, (passed / agreed.minutes) * 100)}%`;
      bar.dataset["full"] = left === 0 ? "yes" : "no";
    },
    phase(phase, left) {
      const said = phase === "over" ? texts.time_over_said : phase === "near" ? texts.time_near_said : texts.time_more_said;
      if (note) {
        note.textContent = phase || before ? fill(said, { left }) : "";
        note.hidden = !phase;
      }
      before = phase;
      if (phase) near();
    },
  });
  time.start();
  return time;
}
