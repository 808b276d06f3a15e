// What every staff page does. Each page works without it; this makes it pleasant.
import { startDialogs } from "./staff-dialogs.ts";
import { startKeys } from "./staff-keys.ts";
import { startRequests } from "./staff-requests.ts";

export function startStaff(): void {
  startMenus();
  startNotes();
  startDialogs();
  startKeys();
  startRequests();
}

/** A menu closes when one looks elsewhere. */
function startMenus(): void {
  const menus = () => document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

function startNotes(): void {
  document.addEventListener("click", (event) => {
    const close = (event.target as Element).closest("[data-close-note]");
    close?.closest(".note")?.remove();
  });
}
