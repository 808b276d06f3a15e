// What htmx does when an answer is not the part of a page it asked for. Without this, htmx 4 would put the error page,
// or nothing at all, in the part's place.

interface Answer {
  readonly request: { readonly method: string };
  readonly response: { readonly raw: Response };
}

export function startRequests(): void {
  document.addEventListener("htmx:after:request", (event) => {
    const { request, response } = (event as CustomEvent<{ ctx: Answer }>).detail.ctx;
    const { status, redirected, url } = response.raw;
    const signedOut = redirected && new URL(url).pathname.startsWith("/accounts/");
    if (!signedOut && (status < 400 || status === 422)) return;
    event.preventDefault();
    if (signedOut || status < 500) location.reload();
    else if (request.method.toUpperCase() !== "GET") trouble();
  });
  document.addEventListener("htmx:error", (event) => {
    const { request } = (event as CustomEvent<{ ctx: Answer }>).detail.ctx;
    if (request.method.toUpperCase() !== "GET") trouble();
  });
}

/** Say that what was asked for did not happen. A failed look at the page's news needs no words: the next one comes soon. */
function trouble(): void {
  const note = document.getElementById("trouble");
  if (note) note.hidden = false;
}
