// The sentences the desk's scripts say, from the page (chat/desk_texts.py has them for translating).

export interface Texts {
  readonly you: string;
  readonly seeker: string;
  readonly joined: string;
  readonly left: string;
  readonly lost: string;
  readonly ended: string;
  readonly stored: string;
  readonly sending: string;
  readonly mend: string;
  readonly here: string;
  readonly gone: string;
  readonly talk_ended: string;
  readonly line_away: string;
  readonly time: string;
  readonly time_left: string;
  readonly time_over: string;
  readonly time_near_said: string;
  readonly time_over_said: string;
  readonly time_more_said: string;
  readonly characters_left: string;
  readonly notes_stored: string;
  readonly notes_unstored: string;
  readonly notes_waiting: string;
  readonly notes_lost: string;
  readonly phrases_found: string;
  readonly phrases_none: string;
}

export function readJson<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null") as T;
}

/** `fill("{n} min", { n: 5 })` */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
