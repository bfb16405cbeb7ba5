// Loading something that was there before: the old stays while the new is under way, and when it fails.

import { problemOf } from "./api.js";

/** @template T @typedef {import("./types").Loaded<T>} Loaded */

/**
 * @template T
 * @param {Loaded<T>} before
 * @param {() => Promise<T>} asking
 * @param {(loaded: Loaded<T>) => void} take called at once with "loading", and again with the outcome; it may refuse what nobody waits
 *   for any more
 */
export async function load(before, asking, take) {
  const kept = before.state === "none" ? undefined : before.value;
  take({ state: "loading", value: kept });
  /** @type {Loaded<T>} */
  let outcome;
  try {
    outcome = { state: "ready", value: await asking() };
  } catch (error) {
    outcome = { state: "failed", problem: problemOf(error), value: kept };
  }
  take(outcome);
}
