// The volunteer's desk: the duty page and the conversation.
import { watchCalls } from "./desk-calls.ts";
import { watchDuty } from "./desk-duty.ts";
import { startTalk } from "./desk-talk.ts";

export function startDesk(): void {
  watchDuty();
  watchCalls();
  const talk = document.getElementById("talk");
  if (talk) startTalk(talk);
}
