// How long the wait may be, or that there is probably no time: as the live frames tell it (chat/wait_views.py says the
// same when the page is loaded).
import type { Frame } from "../../core/frontend/socket.ts";
import { fill } from "./desk-texts.ts";
import type { VisitTexts } from "./visit-texts.ts";

const LONG = 7_200; // seconds: past this, times are told in hours and minutes

/** Show what `frame` tells of the wait, and return the sentence when it has become another one that matters. */
export function showWait(frame: Frame, texts: VisitTexts): string {
  const line = document.getElementById("wait-range");
  const sorry = document.getElementById("no-hope");
  const { hope, low, high } = frame;
  if (!line || !sorry || typeof hope !== "boolean") return "";
  const range = hope && typeof low === "number" && typeof high === "number" ? rangeText(low, high, texts) : "";
  line.textContent = range;
  line.hidden = range === "";
  const turned = sorry.hidden === !hope ? "" : hope ? range : texts.no_hope;
  sorry.hidden = hope;
  return turned;
}

function rangeText(low: number, high: number, texts: VisitTexts): string {
  if (low === 0) return fill(texts.wait_less, { time: timeText(high, texts) });
  if (high <= LONG) return fill(texts.wait_minutes, { low: low / 60, high: high / 60 });
  return fill(texts.wait_range, { low: timeText(low, texts), high: timeText(high, texts) });
}

function timeText(seconds: number, texts: VisitTexts): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (hours === 0) return fill(texts.minutes, { minutes });
  return minutes ? fill(texts.hours_minutes, { hours, minutes }) : `${hours} h`;
}
