// Passkeys on the sign-in pages. django-allauth's own scripts talk to the browser; this says in words when a passkey was
// not used, and takes the offer away in browsers that have no passkeys.

export function passkeys(): void {
  if (!("PublicKeyCredential" in window)) {
    for (const offer of document.querySelectorAll<HTMLElement>("[data-needs-passkeys]")) offer.hidden = true;
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault(); // a cancelled passkey is no error of the page: nothing for the console
    for (const problem of document.querySelectorAll<HTMLElement>("[data-passkey-problem]")) problem.hidden = false;
  });
}
