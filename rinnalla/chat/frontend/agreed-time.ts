// The agreed time of a conversation, for both sides: how much is left, and what is said once as the end comes near. It
// informs and never hurries: nothing blinks, nothing is cut off.

export interface Agreed {
  readonly since: number; // ms
  readonly minutes: number;
  readonly warn: number; // minutes before the end at which it is said
}

export interface Phases {
  /** Every half minute, and when more time is agreed. */
  show(left: number, passed: number, agreed: Agreed): void;
  /** Once as each begins: the end is near, the time is over; "" when more time was agreed. */
  phase(phase: "" | "near" | "over", left: number): void;
}

const EVERY = 10_000;

export class AgreedTime {
  private timer = 0;
  private phase: "" | "near" | "over" = "";

  constructor(private agreed: Agreed | null, private readonly on: Phases) {}

  start(): void {
    if (!this.agreed) return;
    window.clearInterval(this.timer);
    this.look();
    this.timer = window.setInterval(() => this.look(), EVERY);
  }

  set(agreed: Agreed): void {
    this.agreed = agreed;
    this.start();
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.agreed = null;
  }

  private look(): void {
    if (!this.agreed) return;
    const passed = Math.max(0, Math.floor((Date.now() - this.agreed.since) / 60_000));
    const left = Math.max(0, this.agreed.minutes - passed);
    this.on.show(left, passed, this.agreed);
    const phase = left === 0 ? "over" : left <= this.agreed.warn ? "near" : "";
    if (phase === this.phase) return;
    this.phase = phase;
    this.on.phase(phase, left);
  }
}

/** The time as the page's data or a frame tells it; null when nobody talks. */
export function agreedOf(told: Readonly<Record<string, unknown>>): Agreed | null {
  const since = Date.parse(String(told["since"] ?? ""));
  const minutes = Number(told["minutes"]);
  return since && minutes ? { since, minutes, warn: Number(told["warn"]) || 0 } : null;
}
