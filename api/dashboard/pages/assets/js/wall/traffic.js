// Jams and gauges beside the complaints, as the server last told them. A server that has no gauges says so once and is not asked again.

import { ask, problemOf } from "../api.js";

/** @typedef {import("../types").GaugeItem} GaugeItem */
/** @typedef {import("../types").Gauges} Gauges */
/** @typedef {import("../types").JamItem} JamItem */
/** @typedef {import("../types").Traffic} Answer */

/** `none`: the server does not have it; `failed`: it did not answer, and what is shown is old. @typedef {"asking" | "ready" | "failed" | "none"} Having */

export class Traffic {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {JamItem[]} */
    this.jams = [];
    /** @type {GaugeItem[]} */
    this.gauges = [];
    /** @type {Having} */
    this.jamsAre = "asking";
    /** @type {Having} */
    this.gaugesAre = "asking";
  }

  async load() {
    await Promise.all([this.#jams(), this.#gauges()]);
    this.changed();
  }

  async #jams() {
    if (this.jamsAre === "none") return;
    try {
      this.jams = /** @type {Answer} */ (await ask("/v1/traffic")).items;
      this.jamsAre = "ready";
    } catch (error) {
      this.jamsAre = problemOf(error).status === 404 ? "none" : "failed";
    }
  }

  async #gauges() {
    if (this.gaugesAre === "none") return;
    try {
      this.gauges = /** @type {Gauges} */ (await ask("/v1/gauges")).gauges;
      this.gaugesAre = "ready";
    } catch (error) {
      this.gaugesAre = problemOf(error).status === 404 ? "none" : "failed";
    }
  }

  /** Gauges above the usual, the worst first. */
  get high() {
    return this.gauges.filter(({ siaga }) => siaga !== null && siaga < 4).sort((a, b) => (a.siaga ?? 4) - (b.siaga ?? 4) || a.name.localeCompare(b.name, "id"));
  }
}
