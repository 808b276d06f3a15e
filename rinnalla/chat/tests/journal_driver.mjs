// Lets Python drive journals: one JSON command a line in, one JSON answer a line out. Run with the bundled journal's path.
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

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...values } = JSON.parse(line);
  const page = commands[name](values);
  process.stdout.write(`${JSON.stringify({ ...show(page), after: page.after, text: page.text, kept: page.kept.text })}\n`);
}
