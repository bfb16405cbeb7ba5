// What tweets speak of more than usual, as the server last told it: of the whole city, or of one kota. A server that keeps no words of tweets
// says so once and is not asked again.

import { ask, problemOf } from "../api.js";

/** @typedef {import("../types").Terms} Answer */
/** @typedef {import("./traffic.js").Having} Having */

export class Terms {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Answer | null} */
    this.answer = null;
    /** @type {Having} */
    this.are = "asking";
    /** Code of the kota that is looked at; "" = all of the city. */
    this.area = "";
    /** @type {{ code: string, name: string }[]} */
    this.kota = [];
  }

  async load() {
    if (this.are === "none") return;
    const { area } = this;
    try {
      const answer = /** @type {Answer} */ (await ask(`/v1/terms?window=1h&limit=10${area === "" ? "" : `&area=${encodeURIComponent(area)}`}`));
      // Another kota was chosen meanwhile: this answer belongs to nobody.
      if (area !== this.area) return;
      this.answer = answer;
      this.are = answer.kept ? "ready" : "none";
      if (answer.kept && this.kota.length === 0) this.kota = /** @type {{ items: { code: string, name: string }[] }} */ (await ask("/v1/areas?level=kota")).items;
    } catch (error) {
      if (area !== this.area) return;
      this.are = problemOf(error).status === 404 ? "none" : "failed";
    }
    this.changed();
  }

  /** @param {string} area */
  choose(area) {
    this.area = area;
    this.answer = null;
    this.are = "asking";
    this.changed();
    return this.load();
  }

  /** Those that are called rising; what may be chance is not shown on a wall. */
  get rising() {
    return (this.answer?.items ?? []).filter(({ rising }) => rising);
  }
}
