// Duty reports of one kelurahan, as the server last told of them: those that wait for a verdict, and the ledger of a month. Draws nothing.

import { ask } from "../api.js";
import { keyOf } from "../deed/acting.js";
import { load } from "../loaded.js";

/** @typedef {import("./types").AreaItem} AreaItem */
/** @typedef {import("./types").DutyItem} DutyItem */
/** @typedef {import("./types").DutyLedger} DutyLedger */
/** @typedef {import("./types").DutyQueue} DutyQueue */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

const PAGE = 50;
const POSTS = 200;

export class Duty {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.kelurahan = "";
    /** As 2026-01; empty = the month the server thinks it is. */
    this.month = "";
    /** Channel and id of the report that is looked at; empty = none. */
    this.picked = "";
    /** @type {Loaded<AreaItem[]>} */
    this.areas = { state: "none" };
    /** @type {Loaded<DutyQueue>} */
    this.queue = { state: "none" };
    /** @type {Loaded<DutyLedger>} */
    this.ledger = { state: "none" };
    /** What got a verdict here: channel and id, and the version since then. @type {Map<string, number>} */
    this.judged = new Map();
  }

  /** Those that wait, without those judged here: the server's ledger lies a minute behind. @returns {DutyItem[]} */
  get items() {
    const items = this.queue.state === "none" ? [] : (this.queue.value?.items ?? []);
    return items.filter((item) => (item.version ?? 0) > (this.judged.get(keyOf(item)) ?? -1));
  }

  get item() {
    return this.items.find((item) => keyOf(item) === this.picked);
  }

  /** How many wait, on all pages. */
  get waiting() {
    const queue = this.queue.state === "none" ? undefined : this.queue.value;
    return queue ? queue.waiting - (queue.items.length - this.items.length) : undefined;
  }

  /** The kelurahan to choose from: those within a dotted code. @param {string} within */
  async loadAreas(within) {
    if (this.areas.state === "loading" || this.areas.state === "ready") return;
    const asking = async () => {
      const { items } = /** @type {{ items: AreaItem[] }} */ (await ask("/v1/areas", { level: "kelurahan" }));
      return items.filter(({ code }) => within === "" || code === within || code.startsWith(`${within}.`)).sort((a, b) => a.name.localeCompare(b.name, "id"));
    };
    await load(this.areas, asking, (areas) => { this.areas = areas; this.changed(); });
  }

  /** @param {string} kelurahan @param {string} month */
  open(kelurahan, month) {
    if (kelurahan !== this.kelurahan) {
      this.picked = "";
      this.queue = { state: "none" };
    }
    if (kelurahan !== this.kelurahan || month !== this.month) this.ledger = { state: "none" };
    this.kelurahan = kelurahan;
    this.month = month;
    this.loadQueue();
    this.loadLedger();
  }

  async loadQueue() {
    if (this.kelurahan) await this.#loadQueue((path) => ask(path, { limit: PAGE }));
  }

  async loadMoreQueue() {
    const before = this.queue.state === "ready" ? this.queue.value : undefined;
    if (!before?.next_cursor) return;
    await this.#loadQueue(async (path) => {
      const next = /** @type {DutyQueue} */ (await ask(path, { limit: PAGE, cursor: before.next_cursor }));
      const known = new Set(before.items.map(keyOf));
      return { ...next, items: [...before.items, ...next.items.filter((item) => !known.has(keyOf(item)))] };
    });
  }

  /** @param {(path: string) => Promise<DutyQueue>} asking */
  async #loadQueue(asking) {
    const { kelurahan } = this;
    await load(this.queue, () => asking(`/v1/duty/${encodeURIComponent(kelurahan)}/queue`), (queue) => {
      if (this.kelurahan !== kelurahan) return;
      this.queue = queue;
      this.changed();
    });
  }

  async loadLedger() {
    const { kelurahan, month } = this;
    if (!kelurahan) return;
    const asking = async () => {
      const path = `/v1/duty/${encodeURIComponent(kelurahan)}`;
      const whole = /** @type {DutyLedger} */ (await ask(path, { month, limit: POSTS }));
      // A sum is of all posts; so is the table. Later pages are of the same moment, or they would not add up.
      while (whole.next_cursor) {
        const next = /** @type {DutyLedger} */ (await ask(path, { month: whole.month, as_of: whole.counted_as_of, limit: POSTS, cursor: whole.next_cursor }));
        whole.posts.push(...next.posts);
        whole.next_cursor = next.next_cursor;
      }
      return whole;
    };
    await load(this.ledger, asking, (ledger) => {
      if (this.kelurahan !== kelurahan || this.month !== month) return;
      this.ledger = ledger;
      this.changed();
    });
  }

  refresh() {
    if (!this.kelurahan) return;
    if (this.queue.state !== "loading" && this.items.length <= PAGE) this.loadQueue();
    if (this.ledger.state !== "loading") this.loadLedger();
  }

  /** A verdict arrived. @param {{ channel: string, id: string, version: number }} done */
  settle(done) {
    this.judged.set(keyOf(done), done.version);
    if (this.picked === keyOf(done)) this.picked = "";
    this.changed();
  }

  /** @param {string} key */
  pick(key) {
    this.picked = key;
    this.changed();
  }
}
