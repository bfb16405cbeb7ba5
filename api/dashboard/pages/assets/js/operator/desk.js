// What the operator's room has fetched, and what it does with dead letters. Figures are asked for every few seconds while somebody looks;
// a payload only when somebody asks for it, because the ledger keeps who has looked.

import { ask, problemOf, send } from "../api.js";
import { load } from "../loaded.js";

/** @typedef {import("./types").Change} Change */
/** @typedef {import("./types").Lanes} Lanes */
/** @typedef {import("./types").Letter} Letter */
/** @typedef {import("./types").LetterItem} LetterItem */
/** @typedef {import("./types").Letters} Letters */
/** @typedef {import("./types").Operation} Operation */
/** @typedef {import("./types").Replayed} Replayed */
/** @typedef {import("./types").Told} Told */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** How often the figures are asked for, ms. */
const EVERY_MS = 5_000;
const LETTERS_A_PAGE = 50;
const CHANGES = 30;

export class OperatorDesk {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Loaded<Lanes>} */
    this.lanes = { state: "none" };
    /** @type {Loaded<Operation>} */
    this.operation = { state: "none" };
    /** @type {Loaded<{ items: Told[] }>} */
    this.told = { state: "none" };
    /** @type {Loaded<{ items: Change[] }>} */
    this.ledger = { state: "none" };
    /** @type {Loaded<Letters>} */
    this.letters = { state: "none" };
    /** Which of them are shown; empty = all. */
    this.lane = "";
    this.reason = "";
    /** `lane/offset` of the payload that is looked into; empty = none. */
    this.opened = "";
    /** @type {Loaded<Letter>} */
    this.letter = { state: "none" };
    /** Letters that are ticked, `lane/offset`. @type {Set<string>} */
    this.ticked = new Set();
    /** What the payload should have been, while somebody writes it; null = nobody does. @type {string | null} */
    this.mended = null;
    /** What came of the last replay. @type {import("./types").ReplayState} */
    this.replay = { state: "none" };
    this.askedAt = -EVERY_MS;
  }

  /** Forgets everything: somebody else sits here now. */
  forget() {
    Object.assign(this, new OperatorDesk(this.changed));
  }

  /** Asks for the figures when they are old. */
  look() {
    if (performance.now() - this.askedAt < EVERY_MS) return;
    this.askedAt = performance.now();
    this.#load("lanes", "/v1/sources");
    this.#load("operation", "/v1/operation");
    this.#load("told", "/v1/alerts", { kind: "operation", limit: 20 });
    this.loadLetters();
    this.loadLedger();
  }

  /**
   * @param {"lanes" | "operation" | "told" | "ledger"} name
   * @param {string} path
   * @param {Record<string, string | number>} [query]
   */
  #load(name, path, query = {}) {
    const take = (/** @type {Loaded<any>} */ loaded) => { this[name] = loaded; this.changed(); };
    return load(/** @type {Loaded<any>} */ (this[name]), () => ask(path, query), take);
  }

  loadLedger() {
    return this.#load("ledger", "/v1/ledger", { limit: CHANGES });
  }

  /** The first page as it is now; pages that were added are asked for with it. */
  async loadLetters() {
    const { lane, reason } = this;
    const shown = this.letters.state === "none" ? 0 : (this.letters.value?.items.length ?? 0);
    const limit = Math.min(500, Math.max(LETTERS_A_PAGE, shown));
    await load(this.letters, () => ask("/v1/dead-letters", { lane, reason, limit }), (letters) => {
      if (lane !== this.lane || reason !== this.reason) return;
      this.letters = letters;
      this.changed();
    });
  }

  async moreLetters() {
    const before = this.letters.state === "ready" ? this.letters.value : null;
    if (!before?.next_cursor) return;
    const { lane, reason } = this;
    try {
      /** @type {Letters} */
      const next = await ask("/v1/dead-letters", { lane, reason, limit: LETTERS_A_PAGE, cursor: before.next_cursor });
      if (lane !== this.lane || reason !== this.reason) return;
      this.letters = { state: "ready", value: { ...next, items: [...before.items, ...next.items] } };
    } catch (error) {
      this.letters = { state: "failed", problem: problemOf(error), value: before };
    }
    this.changed();
  }

  /** @param {string} lane @param {string} reason */
  filter(lane, reason) {
    this.lane = lane;
    this.reason = reason;
    this.ticked.clear();
    this.letters = { state: "none" };
    this.loadLetters();
  }

  /** Looks into a payload; the ledger keeps that. @param {LetterItem} item */
  async open(item) {
    this.mended = null;
    this.replay = { state: "none" };
    const mine = `${item.lane}/${item.offset}`;
    this.opened = mine;
    this.letter = { state: "none" };
    await load(this.letter, () => ask(`/v1/dead-letters/${encodeURIComponent(item.lane)}/${item.offset}`), (letter) => {
      if (this.opened !== mine) return;
      this.letter = letter;
      this.changed();
    });
    this.loadLedger();
  }

  close() {
    this.opened = "";
    this.letter = { state: "none" };
    this.mended = null;
    this.changed();
  }

  /** @param {LetterItem} item */
  tick(item) {
    const key = `${item.lane}/${item.offset}`;
    if (!this.ticked.delete(key)) this.ticked.add(key);
    this.changed();
  }

  /** Gives the ticked letters in once more, lane by lane. */
  async replayTicked() {
    /** @type {Map<string, number[]>} */
    const lanes = new Map();
    for (const key of this.ticked) {
      const at = key.lastIndexOf("/");
      const lane = key.slice(0, at);
      lanes.set(lane, [...(lanes.get(lane) ?? []), Number(key.slice(at + 1))]);
    }
    await this.#replay([...lanes].map(([lane, offsets]) => ({ lane, offsets })));
    if (this.replay.state === "done" && !this.replay.replayed.stopped) this.ticked.clear();
    this.changed();
  }

  /** Gives all in once more that were refused for the reason that is shown. @param {string | null} [cursor] */
  async replayReason(cursor = null) {
    const { lane, reason } = this;
    await this.#replay([{ reason, ...(lane ? { lane } : {}), ...(cursor ? { cursor } : {}) }]);
  }

  /** Gives what is looked into in once more: as it was, or as it should have been. */
  async replayOpened() {
    const letter = this.letter.state === "ready" ? this.letter.value : null;
    if (!letter) return;
    const { lane, offset } = letter;
    await this.#replay([this.mended === null ? { lane, offsets: [offset] } : { lane, offset, payload: this.mended }]);
    if (this.replay.state === "done") this.mended = null;
  }

  /** @param {object[]} bodies */
  async #replay(bodies) {
    this.replay = { state: "sending" };
    this.changed();
    /** @type {Replayed} */
    const sum = { given: 0, empty: 0, stopped: false, next_cursor: null };
    try {
      for (const body of bodies) {
        /** @type {Replayed} */
        const one = await send("/v1/dead-letters/replay", body);
        sum.given += one.given;
        sum.empty += one.empty;
        sum.stopped ||= one.stopped;
        sum.next_cursor = one.next_cursor;
      }
      const cursor = sum.next_cursor;
      const again = cursor !== null && bodies.length === 1 && "reason" in bodies[0] ? () => { this.replayReason(cursor); } : null;
      this.replay = { state: "done", replayed: sum, again };
    } catch (error) {
      this.replay = { state: "failed", problem: problemOf(error) };
    }
    this.changed();
    this.loadLetters();
    this.loadLedger();
  }
}
