// Single-letter keys: `data-key="n"` on a button presses it, on a field goes to it. `?` shows the page's list (dialog#keys).
// They rest while one writes, and can be switched off there (WCAG 2.1.4: speech control would set them off).
import { openDialog } from "./staff-dialogs.ts";

const SWITCH = "keys";

export function startKeys(): void {
  const box = document.querySelector<HTMLInputElement>("[data-keys-in-use]");
  if (box) {
    box.checked = inUse();
    box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length !== 1 || !inUse() || writing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?" ? openDialog("keys") : press(event.key.toLowerCase())) event.preventDefault();
  });
}

function inUse(): boolean {
  return localStorage.getItem(SWITCH) !== "off";
}

function press(key: string): boolean {
  const all = document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  const one = Array.from(all).find((element) => element.offsetParent && !element.matches(":disabled"));
  // What others see at once is not done by a single letter: the letter leads to its button.
  const led = one instanceof HTMLTextAreaElement || one instanceof HTMLInputElement || one?.hasAttribute("data-key-focus");
  if (led) one?.focus();
  else one?.click();
  return one !== undefined;
}

function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}
