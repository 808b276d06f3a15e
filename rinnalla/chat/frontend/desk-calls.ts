// A lead's note of new calls: the title says how many wait, and a tone sounds if it was switched on in this browser.
const SOUND = "call-sound";

export function watchCalls(): void {
  const known = new Set(waiting());
  const title = document.title;
  const box = document.querySelector<HTMLInputElement>("[data-call-sound]");
  if (box) {
    box.checked = localStorage.getItem(SOUND) === "on";
    box.addEventListener("change", () => {
      localStorage.setItem(SOUND, box.checked ? "on" : "off");
      if (box.checked) tone(); // so that one knows it, and the browser allows it
    });
  }
  document.addEventListener("htmx:after:swap", () => {
    const now = waiting();
    if (now.some((id) => !known.has(id)) && localStorage.getItem(SOUND) === "on") tone();
    for (const id of now) known.add(id);
    if (document.querySelector("[data-calls]")) document.title = now.length ? `(${now.length}) ${title}` : title;
  });
}

function waiting(): string[] {
  return Array.from(document.querySelectorAll<HTMLElement>("[data-call]:not(.is-answered)"), (note) => note.dataset["call"] ?? "");
}

function tone(): void {
  const audio = new AudioContext();
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.15, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.9);
  const voice = audio.createOscillator();
  voice.frequency.value = 523;
  voice.connect(volume).connect(audio.destination);
  voice.start();
  voice.stop(audio.currentTime + 0.9);
  voice.addEventListener("ended", () => void audio.close());
}
