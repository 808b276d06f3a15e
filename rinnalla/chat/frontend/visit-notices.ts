// What the shift lead tells everybody who waits. The hint says only that something is new; the page says what.
const SPREAD = 1_500; // ms: thousands may wait, and all hear the hint at once

let looking = 0;

export function lookForNotices(announce: (sentence: string) => void): void {
  looking ||= window.setTimeout(() => {
    looking = 0;
    void look(announce);
  }, Math.random() * SPREAD);
}

async function look(announce: (sentence: string) => void): Promise<void> {
  const shown = document.getElementById("notices");
  if (!shown) return;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.getElementById("notices");
    if (!fresh) return;
    const known = new Set(textsIn(shown));
    shown.replaceWith(document.adoptNode(fresh));
    const news = textsIn(fresh).filter((text) => !known.has(text));
    if (news.length) announce(news.join(" "));
  } catch {
    // No network now: the next hint, or the next time the page is opened, tells it.
  }
}

function textsIn(part: Element): string[] {
  return [...part.children].map((notice) => notice.textContent ?? "");
}
