// What was fetched of the units that are looked at: their trends, the flags on their closings, and the file of one audit.

import { access } from "../../access/access.js";
import { ask, askFile } from "../../api.js";
import { load } from "../../loaded.js";
import { Album } from "../../photo/album.js";
import { parametersOf, questionOf } from "../question.js";

/** @typedef {import("../../main.js").App} App */
/** @typedef {import("../types").HeldAudit} HeldAudit */
/** @typedef {import("../types").Quality} Quality */
/** @typedef {import("../types").Step} Step */
/** @typedef {import("../types").Trend} Trend */
/** @template T @typedef {import("../../types").Loaded<T>} Loaded */

/** Points of a trend. */
const STEPS = 12;
/** Trends kept; more would hold what nobody looks at. */
const KEPT = 24;
/** Where the bytes that were hashed begin, `{"sha256":"…","audit":`. */
const HASHED_FROM = 85;
const FLAGS_A_PAGE = 20;

class DetailDesk {
  constructor() {
    /** @type {Step} */
    this.step = "week";
    /** By what was asked. @type {Map<string, Loaded<Trend>>} */
    this.trends = new Map();
    /** @type {Loaded<Quality>} */
    this.quality = { state: "none" };
    this.qualityOf = "";
    this.changed = () => {};
    this.photos = new Album(() => this.changed());
    /** Flags whose photos somebody looks at. @type {Set<string>} */
    this.looked = new Set();
    /** @type {Loaded<HeldAudit>} */
    this.audit = { state: "none" };
    this.auditOf = "";
    /** @type {"longest" | "newest"} */
    this.order = "longest";
    this.page = 0;
  }

  /** Asks for what the place needs and is not here. @param {App} app */
  follow(app) {
    const { picked, compared } = app.place;
    this.changed = () => app.draw();
    for (const code of [picked, compared]) if (code !== "") this.loadTrend(app, code);
    if (this.auditOf !== this.#auditKey(app) || !access.may("audit")) this.#forgetAudit();
    const quality = access.may("audit") ? `${app.place.level}/${picked}` : "";
    if (quality === this.qualityOf) return;
    this.qualityOf = quality;
    this.quality = { state: "none" };
    this.closePhotos();
    if (quality !== "") this.loadQuality(app);
  }

  /** @param {App} app @param {Step} step */
  choose(app, step) {
    this.step = step;
    this.follow(app);
    app.draw();
  }

  /**
   * @param {App} app
   * @param {string} code
   * @returns {Loaded<Trend>}
   */
  trendOf(app, code) {
    return this.trends.get(this.#trendKey(app, code)) ?? { state: "none" };
  }

  /**
   * @param {App} app
   * @param {string} code
   * @param {boolean} [again] whether one that failed is asked again
   */
  async loadTrend(app, code, again = false) {
    const key = this.#trendKey(app, code);
    const known = this.trends.get(key);
    if (known && !(again && known.state === "failed")) return;
    const question = questionOf(app.place);
    const asking = () => ask(`/v1/rankings/${question.level}/${encodeURIComponent(code)}/trend`, { ...parametersOf(question), step: this.step, steps: STEPS });
    await load(/** @type {Loaded<Trend>} */ ({ state: "none" }), asking, (loaded) => {
      this.trends.delete(key);
      this.trends.set(key, loaded);
      for (const oldest of this.trends.keys()) if (this.trends.size > KEPT) this.trends.delete(oldest);
      app.draw();
    });
  }

  /** Looks at the photos of a flag, or no longer. @param {App} app @param {string} flag @param {boolean} open */
  look(app, flag, open) {
    if (open) this.looked.add(flag);
    else this.looked.delete(flag);
    app.draw();
  }

  /** Nobody looks any more. */
  closePhotos() {
    this.looked.clear();
    this.photos.close();
  }

  /** The next page of flags, or the first. @param {App} app */
  async loadQuality(app) {
    const { qualityOf } = this;
    const before = this.quality.state === "none" ? undefined : this.quality.value;
    const [level, code] = [qualityOf.slice(0, qualityOf.indexOf("/")), qualityOf.slice(qualityOf.indexOf("/") + 1)];
    const asking = async () => {
      const next = /** @type {Quality} */ (await ask(`/v1/quality/${level}/${encodeURIComponent(code)}`, { limit: FLAGS_A_PAGE, cursor: before?.next_cursor }));
      return { ...next, items: [...(before?.items ?? []), ...next.items] };
    };
    await load(this.quality, asking, (loaded) => {
      if (qualityOf !== this.qualityOf) return;
      this.quality = loaded;
      app.draw();
    });
  }

  /** @param {App} app */
  async loadAudit(app) {
    const [key, question, { picked }] = [this.#auditKey(app), questionOf(app.place), app.place];
    this.#forgetAudit();
    this.auditOf = key;
    const asking = async () => {
      const { bytes } = await askFile(`/v1/rankings/${question.level}/${encodeURIComponent(picked)}/audit`, parametersOf(question), "application/json");
      return heldAudit(bytes, `audit-${question.level}-${picked.replaceAll(/[^\w.-]/g, "-")}.json`);
    };
    await load(this.audit, asking, (loaded) => {
      if (key !== this.auditOf) {
        if (loaded.state === "ready") URL.revokeObjectURL(loaded.value.url);
        return;
      }
      this.audit = loaded;
      app.draw();
    });
  }

  /** @param {App} app @param {"longest" | "newest"} order */
  sort(app, order) {
    [this.order, this.page] = [order, 0];
    app.draw();
  }

  /** @param {App} app @param {number} page */
  turn(app, page) {
    this.page = page;
    app.draw();
  }

  #forgetAudit() {
    if (this.audit.state === "ready") URL.revokeObjectURL(this.audit.value.url);
    [this.audit, this.auditOf, this.page] = [{ state: "none" }, "", 0];
  }

  /** @param {App} app @param {string} code */
  #trendKey(app, code) {
    return JSON.stringify([questionOf(app.place), this.step, code]);
  }

  /** @param {App} app */
  #auditKey(app) {
    return JSON.stringify([questionOf(app.place), app.place.picked]);
  }
}

/**
 * The file, read and held against its hash.
 * @param {ArrayBuffer} bytes
 * @param {string} name
 * @returns {Promise<HeldAudit>}
 */
async function heldAudit(bytes, name) {
  const { sha256, audit } = JSON.parse(new TextDecoder().decode(bytes));
  // A page that came over plain HTTP is given no hash function.
  const digest = await globalThis.crypto.subtle?.digest("SHA-256", bytes.slice(HASHED_FROM, bytes.byteLength - 1));
  const own = digest ? [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("") : null;
  return { audit, sha256, name, fits: own === null ? null : own === sha256, url: URL.createObjectURL(new Blob([bytes], { type: "application/json" })) };
}

export const desk = new DetailDesk();
