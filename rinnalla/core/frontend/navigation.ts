// The whole visit is one entry in the browser's history: pages take each other's place, so the back button shows none.

export function keepOneEntry(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.<HTMLAnchorElement>("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.origin !== location.origin) return; // telephone numbers, other sites
    event.preventDefault();
    location.replace(link.href);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post") return;
    event.preventDefault();
    void post(form);
  });

  // A page that the browser kept aside may be old: show how things stand.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

async function post(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button");
  if (button) button.disabled = true; // pressed once is enough
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form) as never) });
    if (answer.redirected) {
      location.replace(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.body.replaceWith(page.body);
    document.getElementById("content")?.focus();
  } catch {
    const note = document.getElementById("no-connection");
    if (note) {
      note.hidden = false;
      note.scrollIntoView({ block: "nearest" });
    }
    if (button) button.disabled = false;
  }
}
