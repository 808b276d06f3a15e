// The volunteer's desk: the duty page and the conversation.
import { watchDuty } from "./desk-duty.ts";
import { startTalk } from "./desk-talk.ts";

export function startDesk(): void {
  watchDuty();
  const talk = document.getElementById("talk");
  if (talk) startTalk(talk);
}
