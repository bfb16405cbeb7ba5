// The hotspots as the server last told them: asks again while the map is looked at, knows which one is opened and why it is one, and
// says which are new. Draws nothing.

import { ask, problemOf } from "../api.js";

/** @typedef {import("../types").Hotspot} Hotspot */
/** @typedef {import("../types").Hotspots} Hotspots */
/** @typedef {import("../types").HotspotWhy} HotspotWhy */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** Hotspots asked for, those that ended lately included. */
const MOST = 100;
/** The city is looked at once a minute; a look this old is no longer news, s. */
const OLD_S = 300;

export class HotspotBoard {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Loaded<Hotspots>} */
    this.list = { state: "none" };
    /** @type {string | null} */
    this.opened = null;
    /** @type {Loaded<HotspotWhy>} */
    this.why = { state: "none" };
    /** @type {Set<string> | null} ids told before; null before the first answer */
    this.known = null;
  }

  /** Hotspots that go on, the least likely first. */
  get living() {
    return this.#items().filter(goesOn);
  }

  /**
   * Those of which we know that they went on at a moment; as they were told last, because nobody keeps how they were told then.
   * @param {number} atMs
   */
  livingAt(atMs) {
    return this.#items().filter((item) => Date.parse(item.opened) <= atMs && (goesOn(item) || atMs < Date.parse(item.changed)));
  }

  /** Those that ended lately, the last first. */
  get ended() {
    return this.#items().filter((item) => !goesOn(item));
  }

  /**
   * Asks for the list, and for the opened one's reasons; what was there stays while it loads, and when it fails.
   * @returns {Promise<Hotspot[]>} those that were not there before
   */
  async load() {
    const kept = valueOf(this.list);
    this.list = { state: "loading", value: kept };
    try {
      const value = /** @type {Hotspots} */ (await ask("/v1/hotspots", { ended: "true", limit: MOST }));
      this.list = { state: "ready", value };
    } catch (error) {
      this.list = { state: "failed", problem: problemOf(error), value: kept };
      this.changed();
      return [];
    }
    const fresh = this.known === null ? [] : this.living.filter((item) => !this.known?.has(item.id));
    this.known = new Set(this.#items().map((item) => item.id));
    this.changed();
    if (this.opened !== null) await this.#loadWhy(this.opened);
    return fresh;
  }

  /**
   * Opens one, or closes it when it is open.
   * @param {string | null} id
   */
  toggle(id) {
    this.opened = id === this.opened ? null : id;
    this.why = { state: "none" };
    this.changed();
    if (this.opened !== null) this.#loadWhy(this.opened);
  }

  /** Asks for the reasons again. */
  again() {
    if (this.opened !== null) this.#loadWhy(this.opened);
  }

  /** @param {string} id */
  async #loadWhy(id) {
    const kept = valueOf(this.why);
    this.why = { state: "loading", value: kept };
    this.changed();
    /** @type {Loaded<HotspotWhy>} */
    let outcome;
    try {
      outcome = { state: "ready", value: await ask(`/v1/hotspots/${encodeURIComponent(id)}`) };
    } catch (error) {
      outcome = { state: "failed", problem: problemOf(error), value: kept };
    }
    if (this.opened !== id) return;
    this.why = outcome;
    this.changed();
  }

  /**
   * Whether the last look is too old to be taken for now.
   * @param {number | null} nowMs the server's clock
   */
  old(nowMs) {
    const tick = valueOf(this.list)?.tick;
    return Boolean(tick && nowMs !== null && nowMs - Date.parse(tick) > OLD_S * 1000);
  }

  /** When the city was last looked at. */
  get tick() {
    return valueOf(this.list)?.tick ?? null;
  }

  #items() {
    return valueOf(this.list)?.items ?? [];
  }
}

/** @param {Hotspot} item */
function goesOn(item) {
  return item.change !== "closed" && item.change !== "withdrawn" && item.merged_into === null;
}

/**
 * @template T
 * @param {Loaded<T>} loaded
 * @returns {T | undefined}
 */
function valueOf(loaded) {
  return loaded.state === "none" ? undefined : loaded.value;
}
