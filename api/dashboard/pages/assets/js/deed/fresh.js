// How fresh a room is that asks now and then instead of listening: by what its last answer said, and whether there was one.

import { freshness } from "../freshness.js";
import { serverNow } from "../server-clock.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../freshness.js").Freshness} Freshness */
/** @typedef {{ as_of: string | null, sources?: import("../types").SourceState[] }} Told */

/**
 * @param {App} app
 * @param {import("../types").Loaded<Told>} loaded
 * @returns {Freshness}
 */
export function freshOf(app, loaded) {
  const told = loaded.state === "none" ? undefined : loaded.value;
  app.live.note(told?.as_of ?? null, serverNow());
  const facts = { asOf: told?.as_of ?? null, nowMs: serverNow(), sources: told?.sources ?? [], silentMs: 0, heard: told !== undefined };
  const fresh = freshness(facts);
  return loaded.state === "failed" && loaded.problem.status === 0 ? { ...fresh, kind: "cut" } : fresh;
}
