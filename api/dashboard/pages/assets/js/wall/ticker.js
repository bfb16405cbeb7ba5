// What happened, the newest first: hotspots that opened, grew or ended, sources that stall or come back, the stream that breaks.
// Holds a few dozen lines and no more, however long the wall hangs.

/** @typedef {import("../types").Hotspot} Hotspot */
/** @typedef {import("../types").Rising} Rising */
/** @typedef {import("../freshness.js").Freshness} Freshness */
/** @typedef {import("./sources.js").SourceAge} SourceAge */

/**
 * @typedef {{ key: string, timeMs: number } & (
 *   | { kind: "hotspot", item: Hotspot }
 *   | { kind: "source", source: string, state: "stale" | "live" | "idle" }
 *   | { kind: "stream", state: "cut" | "live" }
 *   | { kind: "first", item: Rising })} Line
 */

/** Lines kept. */
export const MOST = 40;
/** A new number 1 is a line at most this often, ms. */
const FIRST_MS = 60_000;

export class Ticker {
  constructor() {
    /** The newest first. @type {Line[]} */
    this.lines = [];
    /** What the lines of now are, while somebody has stopped them. @type {Line[] | null} */
    this.stopped = null;
    /** Changes of hotspots told already. @type {Set<string>} */
    this.told = new Set();
    /** @type {Map<string, string>} state by source */
    this.states = new Map();
    this.cut = false;
    this.first = "";
    this.firstAt = -Infinity;
  }

  /** The lines to show. */
  get shown() {
    return this.stopped ?? this.lines;
  }

  /** Stops the lines for whoever reads, or lets them go on. */
  toggle() {
    this.stopped = this.stopped ? null : this.lines.slice();
  }

  /** @param {Hotspot[]} items all that go on or ended lately */
  hearHotspots(items) {
    const fresh = items.filter((item) => !this.told.has(changeOf(item)));
    // Only of those that are there: what the server has forgotten does not come again.
    this.told = new Set(items.map(changeOf));
    this.#add(fresh.map((item) => ({ kind: "hotspot", item, key: changeOf(item), timeMs: Date.parse(item.changed) })));
  }

  /**
   * @param {SourceAge[]} sources
   * @param {number} nowMs
   */
  hearSources(sources, nowMs) {
    /** @type {Line[]} */
    const lines = [];
    for (const { source, state } of sources) {
      const before = this.states.get(source);
      this.states.set(source, state);
      if (before === undefined || before === state || state === "never" || state === "unknown" || before === "unknown") continue;
      // A source that is quiet and speaks again is no news; one that stalled is.
      if (state === "live" && before !== "stale") continue;
      lines.push({ kind: "source", source, state, key: `${source}-${state}-${nowMs}`, timeMs: nowMs });
    }
    for (const source of this.states.keys()) if (!sources.some((one) => one.source === source)) this.states.delete(source);
    this.#add(lines);
  }

  /**
   * @param {Freshness["kind"]} kind
   * @param {number} nowMs
   */
  hearStream(kind, nowMs) {
    const cut = kind === "cut";
    if (cut === this.cut || kind === "connecting") return;
    this.cut = cut;
    this.#add([{ kind: "stream", state: cut ? "cut" : "live", key: `stream-${nowMs}`, timeMs: nowMs }]);
  }

  /**
   * @param {Rising | undefined} item what is number 1
   * @param {number} nowMs
   */
  hearFirst(item, nowMs) {
    const name = item ? `${item.category}-${item.kelurahan}` : "";
    if (!item || name === this.first || nowMs - this.firstAt < FIRST_MS) return;
    this.first = name;
    this.firstAt = nowMs;
    this.#add([{ kind: "first", item, key: `first-${nowMs}`, timeMs: nowMs }]);
  }

  /** @param {Line[]} lines */
  #add(lines) {
    if (lines.length === 0) return;
    this.lines = [...lines, ...this.lines].sort((a, b) => b.timeMs - a.timeMs).slice(0, MOST);
  }
}

/** @param {Hotspot} item */
const changeOf = ({ id, change, changed, revision }) => `${id}-${change}-${changed}-${revision}`;
