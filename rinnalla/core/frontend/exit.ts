// Away from here at once, leaving nothing on the device (promise S16). Nothing waits for the network.

const SHIFTS = 3;
const WITHIN = 2_000;
const CHANNEL = "exit"; // tells the browser's other windows of this site

export function watchExit(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches(".exit")) return;
    event.preventDefault();
    leave(form);
  });

  let presses: number[] = [];
  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.key !== "Shift") {
      presses = []; // capital letters are typed with Shift: only Shift by itself counts
      return;
    }
    const now = Date.now();
    presses = [...presses.filter((press) => now - press < WITHIN), now];
    const form = document.querySelector<HTMLFormElement>("form.exit");
    if (form && presses.length >= SHIFTS) leave(form);
  });

  if (typeof BroadcastChannel === "undefined") return; // an old browser: each window is left by itself
  new BroadcastChannel(CHANNEL).addEventListener("message", () => {
    const form = document.querySelector<HTMLFormElement>("form.exit");
    if (form) vanish(form);
  });
}

function leave(form: HTMLFormElement): void {
  try {
    void fetch(form.action, { method: "POST", keepalive: true, redirect: "manual" }).catch(() => {});
    new BroadcastChannel(CHANNEL).postMessage("leave");
  } catch {
    // An old browser: this window leaves all the same.
  }
  vanish(form);
}

function vanish(form: HTMLFormElement): void {
  const to = form.dataset["exit"] || "/calendar/";
  try {
    document.dispatchEvent(new Event("leaving"));
    sessionStorage.clear();
    localStorage.removeItem("return-word");
  } catch {
    // Storage switched off, or an old browser: away all the same.
  }
  document.title = "";
  document.body.replaceChildren();
  try {
    history.replaceState(null, "", to); // the address bar at once, not when the next page answers
  } catch {
    // The next page is another site's.
  }
  location.replace(to);
}
