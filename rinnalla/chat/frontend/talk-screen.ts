// Fits a conversation to what is seen of the screen, for both sides. Some browsers lay the keyboard over the page (iOS),
// others make the page lower: in both the writing field stays above it, and so does the newest message.

/** What the screen needs to know of the messages. */
interface Messages {
  atNewest(): boolean;
  toNewest(): void;
}

export function fitScreen({ atNewest, toNewest }: Messages): void {
  const view = window.visualViewport;
  if (!view) return;
  const body = document.body;

  function fit(): void {
    if (!view || !body.classList.contains("is-talk")) return;
    if (view.scale > 1.05) return; // zoomed in to read: leave it
    const follow = atNewest(); // before the page changes: who reads what was said earlier is left there
    body.style.height = `${view.height}px`;
    body.style.transform = view.offsetTop ? `translateY(${view.offsetTop}px)` : "";
    if (follow) toNewest();
  }

  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  fit();
}
