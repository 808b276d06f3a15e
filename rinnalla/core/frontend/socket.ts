// A WebSocket that comes back by itself: after a dropped line, a restart of the service, sleep, or a change of network.
// Whoever uses it asks for what it missed by itself (`after=` in the address), so a lost frame does no harm.

export type Frame = { readonly t: string; readonly [field: string]: unknown };

export interface Watcher {
  /** The address, asked again before each connection. */
  address(): string;
  frame(frame: Frame): void;
  /** The line is there, or it is not (`away` only after a moment, so that a blink shows nothing). */
  line(state: "open" | "away"): void;
  /** The service does not want this socket back. */
  over(code: number, say: string): void;
}

export interface LiveSocket {
  /** Whether the frame went out. Says nothing of its arrival. */
  send(frame: Frame): boolean;
  close(): void;
}

// Close codes that end it (core/sockets.py): not known any more, foreign origin, access ended.
const FINAL = new Set([4401, 4403, 4410]);
const RESTART = 1012;
const PING_EVERY = 20_000;
const PONG_WITHIN = 10_000;
const ANSWERED = new Set(["ping", "say"]); // frames that the service answers at once
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
const RESTART_WAIT = 1_500; // everyone comes back at once: spread them
const STEADY = 5_000; // a line that stood this long was a good one: the next wait is short again
const BLINK = 1_500;

export function liveSocket(watcher: Watcher): LiveSocket {
  let socket: WebSocket | null = null;
  let attempts = 0;
  let opened = 0;
  let ended = false;
  let retry = 0;
  let ping = 0;
  let pong = 0;
  let blink = 0;

  function connect(): void {
    window.clearTimeout(retry);
    if (ended || socket) return;
    const url = new URL(watcher.address(), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("lang", document.documentElement.lang); // what the service says comes in the page's language
    const current = new WebSocket(url);
    socket = current;
    // A connection attempt that gets no answer at all would otherwise hang for minutes.
    hope(current);
    current.onopen = () => {
      if (socket !== current) return;
      opened = Date.now();
      calm();
      window.clearTimeout(blink);
      blink = 0;
      window.clearInterval(ping);
      ping = window.setInterval(check, PING_EVERY);
      watcher.line("open");
    };
    current.onmessage = (event: MessageEvent<unknown>) => {
      if (socket !== current || typeof event.data !== "string") return;
      calm();
      const frame = JSON.parse(event.data) as Frame;
      if (frame.t !== "pong") watcher.frame(frame);
    };
    current.onclose = (event) => lose(current, event.code, event.reason);
  }

  function lose(lost: WebSocket, code: number, say: string): void {
    if (socket !== lost) return;
    socket = null;
    window.clearInterval(ping);
    calm();
    lost.onopen = lost.onmessage = lost.onclose = null;
    if (lost.readyState <= WebSocket.OPEN) lost.close();
    if (ended) return;
    if (FINAL.has(code)) {
      close();
      watcher.over(code, say);
      return;
    }
    blink ||= window.setTimeout(() => watcher.line("away"), BLINK);
    attempts = opened && Date.now() - opened >= STEADY ? 0 : attempts;
    opened = 0;
    const wait = Math.min(FIRST_WAIT * 2 ** attempts, LONGEST_WAIT) * (0.5 + Math.random() / 2);
    attempts += 1;
    retry = window.setTimeout(connect, code === RESTART ? Math.random() * RESTART_WAIT : wait);
  }

  /** Ask whether the other end is still there. */
  function check(): void {
    send({ t: "ping" });
  }

  /** Without a word from the other end for a while, this line is dead, whatever the browser believes. */
  function hope(current: WebSocket): void {
    pong ||= window.setTimeout(() => lose(current, 0, ""), PONG_WITHIN);
  }

  function calm(): void {
    window.clearTimeout(pong);
    pong = 0;
  }

  /** The network or the page came back: no reason to wait any longer. */
  function wake(): void {
    if (ended || document.visibilityState === "hidden") return;
    attempts = 0;
    if (socket?.readyState === WebSocket.OPEN) check();
    else if (!socket) connect();
  }

  function send(frame: Frame): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    if (ANSWERED.has(frame.t)) hope(socket);
    return true;
  }

  function close(): void {
    ended = true;
    for (const timer of [retry, pong, blink]) window.clearTimeout(timer);
    window.clearInterval(ping);
    const current = socket;
    socket = null;
    if (current) {
      current.onopen = current.onmessage = current.onclose = null;
      current.close();
    }
    window.removeEventListener("online", wake);
    window.removeEventListener("pageshow", wake);
    document.removeEventListener("visibilitychange", wake);
  }

  window.addEventListener("online", wake);
  window.addEventListener("pageshow", wake);
  document.addEventListener("visibilitychange", wake);
  connect();
  return { send, close };
}
