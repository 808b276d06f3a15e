// How much of the agreed time has passed. It informs and never hurries: nothing blinks, nothing turns red.
import { fill, type Texts } from "./desk-texts.ts";

const SAY_LEFT_FROM = 10; // minutes
const EVERY = 10_000;

export function agreedTime(talk: HTMLElement, texts: Texts): { stop(): void } {
  const line = document.getElementById("agreed-text");
  const bar = document.querySelector<HTMLElement>("#agreed i");
  const since = Date.parse(talk.dataset["since"] ?? "");
  const agreed = Number(talk.dataset["minutes"]);
  if (!line || !bar || !since || !agreed || talk.dataset["open"] !== "yes") return { stop: () => {} };

  function show(): void {
    const passed = Math.max(0, Math.floor((Date.now() - since) / 60_000));
    const left = agreed - passed;
    const text = left <= 0 ? texts.time_over : left <= SAY_LEFT_FROM ? texts.time_left : texts.time;
    line!.textContent = fill(text, { passed, left, agreed });
    bar!.style.width = `${Math.min(100, (passed / agreed) * 100)}%`;
    bar!.dataset["full"] = left <= 0 ? "yes" : "no";
  }

  show();
  const timer = window.setInterval(show, EVERY);
  return { stop: () => window.clearInterval(timer) };
}
