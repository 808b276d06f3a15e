// The sentences the visit's scripts say, from the page (chat/visit_texts.py has them for translating).

export interface VisitTexts {
  readonly you: string;
  readonly answerer: string;
  readonly joined: string;
  readonly left: string;
  readonly lost: string;
  readonly ended: string;
  readonly talk_ended: string;
  readonly stored: string;
  readonly sending: string;
  readonly not_sent: string;
  readonly mend: string;
  readonly volunteer: string;
  readonly crisis_worker: string;
  readonly gone: string;
  readonly line_away: string;
  readonly line_away_unsent: string;
  readonly first: string;
  readonly place: string;
  readonly wait_less: string;
  readonly wait_minutes: string;
  readonly wait_range: string;
  readonly minutes: string;
  readonly hours_minutes: string;
  readonly no_hope: string;
  readonly time_left: string;
  readonly time_over: string;
  readonly time_near_said: string;
  readonly time_over_said: string;
  readonly time_more_said: string;
  readonly characters_left: string;
}
