// The one outbox of the page, for all rooms that act: it goes on sending whichever room is looked at.

import { access } from "../access/access.js";
import { give } from "./give.js";
import { Outbox } from "./outbox.js";
import { openStore } from "./store.js";

/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").Done} Done */

/** What rooms want to hear; `told` of a deed that arrived (with what the server says) or came back (with null). */
export const hearers = {
  /** @type {Set<() => void>} */
  changed: new Set(),
  /** @type {Set<(deed: Deed, done: Done | null) => void>} */
  told: new Set(),
};

export const outbox = new Outbox({
  give,
  now: () => Date.now(),
  changed: () => { for (const hear of hearers.changed) hear(); },
  told: (deed, done) => {
    // A token that is not good any more is looked at once more, which opens the way in.
    if (outbox.locked) access.load(true);
    for (const hear of hearers.told) hear(deed, done);
  },
});

let begun = false;

/** Takes up the deeds of whoever is here, and again of whoever comes after. Called by each room; the first call counts. */
export function openOffice() {
  if (begun) return;
  begun = true;
  const store = openStore();
  let account = "";
  const take = async () => {
    // Whoever has to sign in again still sees what waits for that.
    const next = access.staff ? (access.who?.account ?? "") : access.refused === "bad" ? account : "";
    if (next !== account) {
      outbox.flush();
      account = next;
      await outbox.open(await store, account);
    } else if (access.staff && access.me.state === "ready") {
      outbox.resume();
    }
  };
  access.listeners.add(take);
  take();
  setInterval(() => outbox.tick(), 1_000);
  addEventListener("online", () => outbox.resume());
  addEventListener("pagehide", () => outbox.flush());
  document.addEventListener("visibilitychange", () => { if (document.hidden) outbox.flush(); });
  addEventListener("beforeunload", (event) => { if (outbox.urgent) event.preventDefault(); });
}
