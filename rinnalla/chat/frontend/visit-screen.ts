// Keeps the writing field above the keyboard where the browser lays the keyboard over the page (iOS).

export function fitScreen(toNewest: () => void): void {
  const view = window.visualViewport;
  if (!view) return;
  const body = document.body;

  function fit(): void {
    if (!view || !body.classList.contains("is-talk")) return;
    if (view.scale > 1.05) return; // zoomed in to read: leave it
    const follow = body.clientHeight - view.height > 80;
    body.style.height = `${view.height}px`;
    body.style.transform = view.offsetTop ? `translateY(${view.offsetTop}px)` : "";
    if (follow) toNewest();
  }

  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  fit();
}
