// Lets Python drive journals: one JSON command a line in (or a list), one JSON answer a line out. Run with the bundled journal's path.
import { createInterface } from "node:readline";

const { Journal } = await import(process.argv[2]);
const windows = new Map(); // a window of the browser: its storage, and the journal of the page in it

function show({ journal, sent }) {
  const { said, unsent, state, place, of, answerer, there, stale } = journal;
  return { said, unsent, state, place, of, answerer, there, stale, sent: sent.splice(0) };
}

const commands = {
  /** Load the page: what is in storage stays, the rest is new. */
  load({ window, own, standing, transcript }) {
    const kept = windows.get(window)?.kept ?? { text: null };
    const store = { read: () => kept.text, write: (text) => (kept.text = text) };
    const page = { kept, sent: [], later: [], online: false };
    const send = (frame) => page.online && page.sent.push(frame) > 0;
    page.journal = new Journal(own, store, send, (work) => page.later.push(work));
    page.journal.add(transcript);
    page.journal.take({ t: "state", ...standing });
    windows.set(window, page);
    return page;
  },
  connect({ window }) {
    const page = windows.get(window);
    page.online = true;
    page.after = page.journal.resume();
    return page;
  },
  cut({ window }) {
    const page = windows.get(window);
    page.online = false;
    return page;
  },
  say({ window, text }) {
    const page = windows.get(window);
    page.journal.say(text);
    return page;
  },
  take({ window, frame }) {
    const page = windows.get(window);
    page.journal.take(frame);
    return page;
  },
  takeAll({ window, frames }) {
    const page = windows.get(window);
    for (const frame of frames) page.journal.take(JSON.parse(frame));
    return page;
  },
  /** The window is closed. */
  close({ window }) {
    const page = windows.get(window);
    windows.delete(window);
    return page;
  },
  takeBack({ window, id }) {
    const page = windows.get(window);
    page.text = page.journal.takeBack(id);
    return page;
  },
  /** Time passes: everything put off for later happens. */
  wait({ window }) {
    const page = windows.get(window);
    for (const work of page.later.splice(0)) work();
    return page;
  },
};

function run({ do: name, ...values }) {
  const page = commands[name](values);
  // One of many: what it did, and its state only when asked for.
  if (values.brief) return { sent: page.sent.splice(0), after: page.after, later: page.later.length };
  return { ...show(page), after: page.after, text: page.text, kept: page.kept.text };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(Array.isArray(asked) ? asked.map(run) : run(asked))}\n`);
}
