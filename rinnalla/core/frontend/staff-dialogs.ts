// Dialogs of the page: `data-opens="id"` opens one, `data-closes` inside it closes it, so do Escape and a click beside it.

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener) openDialog(opener.dataset["opens"] ?? "");
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    // The backdrop is the dialog itself; whatever is inside covers it.
    if (target instanceof HTMLDialogElement && besides(target, event)) target.close();
  });
}

export function openDialog(id: string): boolean {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  dialog.showModal();
  return true;
}

function besides(dialog: HTMLDialogElement, { clientX, clientY }: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
