// Looking at the past: a moment, and a clock that runs on from it at 1 to 600 times. The clock waits for what it shows: a time is
// never said before its map is there.

import { problemOf } from "../api.js";

/** @typedef {import("../types").Problem} Problem */
/** @typedef {import("./moment.js").Moment} Moment */

/** How many seconds of the city pass in one of ours. */
export const SPEEDS = /** @type {const} */ ([1, 10, 60, 600]);
/** Windows end with whole minutes. */
const MINUTE_MS = 60_000;
/** So far back the slider reaches, ms. */
export const REACH_MS = 24 * 60 * MINUTE_MS;
/** A clock that was not looked at for so long (a page in the background) does not leap. */
const LONGEST_STEP_MS = 2_000;

export class Replay {
  /**
   * @param {(atMs: number) => Promise<Moment>} load
   * @param {() => void} changed
   */
  constructor(load, changed) {
    this.load = load;
    this.changed = changed;
    /** Where the clock stands, ms since 1970; null = now. @type {number | null} */
    this.atMs = null;
    /** What is shown, and of which minute. @type {Moment | null} */
    this.moment = null;
    /** @type {number | null} */
    this.shownMs = null;
    /** @type {typeof SPEEDS[number]} */
    this.speed = 60;
    this.playing = false;
    this.loading = false;
    /** @type {Problem | null} */
    this.problem = null;
    this.steppedAt = 0;
    /** A question asked before this one is nobody's any more. */
    this.asked = 0;
  }

  get on() {
    return this.atMs !== null;
  }

  /**
   * Goes to a moment.
   * @param {number} atMs
   * @param {number} edgeMs the newest moment there is
   */
  seek(atMs, edgeMs) {
    if (atMs >= edgeMs) return this.live();
    this.atMs = Math.max(atMs, edgeMs - REACH_MS);
    this.#show(this.atMs);
  }

  /** Back to now. */
  live() {
    this.asked += 1;
    this.atMs = null;
    this.shownMs = null;
    this.moment = null;
    this.playing = false;
    this.loading = false;
    this.problem = null;
    this.changed();
  }

  /** @param {number} nowMs of whatever clock `tick` is called with */
  play(nowMs) {
    this.playing = true;
    this.steppedAt = nowMs;
    this.changed();
  }

  pause() {
    this.playing = false;
    this.changed();
  }

  /**
   * Lets the clock run on.
   * @param {number} nowMs of a clock that only runs forward
   * @param {number} edgeMs the newest moment there is
   */
  tick(nowMs, edgeMs) {
    const passed = Math.min(nowMs - this.steppedAt, LONGEST_STEP_MS);
    this.steppedAt = nowMs;
    if (this.atMs === null || !this.playing || this.loading) return;
    const next = this.atMs + passed * this.speed;
    if (next >= edgeMs) return this.live();
    this.atMs = next;
    if (minuteOf(next) === this.shownMs) this.changed();
    else this.#show(next);
  }

  /** Asks for the same moment again: of another window or category, or after a failure. */
  again() {
    if (this.atMs !== null) this.#show(this.atMs);
  }

  /** @param {number} atMs */
  async #show(atMs) {
    this.asked += 1;
    const asked = this.asked;
    this.loading = true;
    this.changed();
    try {
      const moment = await this.load(minuteOf(atMs));
      if (asked !== this.asked) return;
      this.moment = moment;
      // The public is answered of whole quarters of an hour.
      this.shownMs = moment.endMs ?? minuteOf(atMs);
      this.problem = null;
    } catch (error) {
      if (asked !== this.asked) return;
      this.problem = problemOf(error);
      this.playing = false;
    }
    this.loading = false;
    this.changed();
  }
}

/** The whole minute a moment is in. @param {number} atMs */
export const minuteOf = (atMs) => Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
