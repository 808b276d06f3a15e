// Keeps the duty alive and the parts of pages that show it fresh. The service counts a volunteer as present while this
// socket is open, so it is opened on every staff page of the tab once a duty has begun there.
import { liveSocket } from "../../core/frontend/socket.ts";

const ON_DUTY = "on-duty";
const GATHER = 300; // ms: several hints make one look
const MINUTE = 60_000; // how long people have waited changes without any hint

export function watchDuty(): void {
  const duty = document.querySelector<HTMLElement>("[data-live=on], [data-live=off]");
  if (duty) remember(duty.dataset["live"] === "on");
  const shown = document.querySelector("[data-live]");
  const gather = Number(document.querySelector<HTMLElement>("[data-gather]")?.dataset["gather"] ?? GATHER);
  if (!shown && sessionStorage.getItem(ON_DUTY) !== "yes") return;

  let gathering = 0;
  const look = () => {
    gathering ||= window.setTimeout(() => {
      gathering = 0;
      for (const part of document.querySelectorAll("[data-live]")) part.dispatchEvent(new Event("changed"));
    }, gather);
  };
  liveSocket({
    address: () => "/live/duty/",
    frame: ({ t }) => {
      if (t === "changed") look();
    },
    line: (state) => {
      document.documentElement.classList.toggle("is-away", state === "away");
      if (state === "open") look(); // what happened while there was no line
    },
    over: () => remember(false),
  });
  if (!shown) return;
  window.setInterval(() => {
    if (document.visibilityState === "visible") look();
  }, MINUTE);
  let changing = false; // the pressed button is replaced by the state it asked for, and the focus would be lost
  document.addEventListener("submit", (event) => {
    changing = (event.target as Element).matches(".steps-of-state");
  });
  document.addEventListener("htmx:after:swap", () => {
    if (changing && document.activeElement === document.body) document.getElementById("state-now")?.focus();
    changing = false;
    const part = document.getElementById("live");
    if (part) remember(part.dataset["live"] === "on");
    markHere();
  });
}

function remember(onDuty: boolean): void {
  if (onDuty) sessionStorage.setItem(ON_DUTY, "yes");
  else sessionStorage.removeItem(ON_DUTY);
}

/** The fetched list of conversations does not know which page shows it. */
function markHere(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("#talks a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
}
