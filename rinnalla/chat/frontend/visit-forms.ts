// Forms that answer in their own place: the page stays, and with it what is being written and the live line.
// Each form names the part that it changes; the service answers with the whole page, and that part is taken out of it.

const SAVED = "return-word"; // in localStorage, only when the person asks for it; exit.ts removes it

export function watchForms(visit: HTMLElement): void {
  show(visit);
  let busy = false;
  visit.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const part = form.dataset["stays"];
    if (!part) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    void send(form, part, (event as SubmitEvent).submitter).finally(() => (busy = false));
  });
}

/** Without scripts these forms are shown only where the page does not load itself again. */
function show(part: HTMLElement): void {
  for (const form of part.querySelectorAll<HTMLFormElement>("form[data-stays]")) form.hidden = false;
}

async function send(form: HTMLFormElement, part: string, by: HTMLElement | null | undefined): Promise<void> {
  const noConnection = document.getElementById("no-connection");
  const fields = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    // "Leave all out" sends nothing of what was chosen before.
    if (typeof value === "string" && by?.getAttribute("name") !== "skip") fields.append(name, value);
  });
  let answer: string;
  try {
    const response = await fetch(form.action, { method: "POST", body: fields });
    if (response.status >= 500) throw new Error("not now");
    answer = await response.text();
  } catch {
    if (noConnection) noConnection.hidden = false; // the form stays as it was filled in
    noConnection?.scrollIntoView({ block: "center" });
    return;
  }
  if (noConnection) noConnection.hidden = true;
  const fresh = new DOMParser().parseFromString(answer, "text/html").getElementById(part);
  const old = document.getElementById(part);
  if (!fresh) return old?.remove();
  const made = document.adoptNode(fresh);
  old?.replaceWith(made);
  show(made);
  refill(made);
  made.querySelector<HTMLElement>("[aria-invalid], [tabindex='-1'], summary")?.focus();
}

/** Return words are kept on the device only when the person asks for it. */
export function watchWords(visit: HTMLElement): void {
  refill(visit);
  visit.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-saves-words]");
    const note = document.getElementById("words-saved");
    if (!button || !note) return;
    try {
      localStorage.setItem(SAVED, document.getElementById("given-words")?.textContent?.trim() ?? "");
    } catch {
      return; // storage is switched off: the words are still on the page
    }
    note.textContent = note.dataset["saved"] ?? "";
    button.remove();
  });
}

function refill(part: HTMLElement): void {
  const button = part.querySelector<HTMLElement>("[data-saves-words]");
  if (button) button.hidden = false;
  try {
    if (part.querySelector("[data-word-used]")) localStorage.removeItem(SAVED);
    const field = part.querySelector<HTMLInputElement>("#words");
    const kept = localStorage.getItem(SAVED);
    if (field && kept && !field.value) {
      field.value = kept;
      field.closest("details")?.setAttribute("open", "");
    }
  } catch {
    // Storage is switched off: nothing was kept.
  }
}
