// The one live connection of this tab: a snapshot, then small deltas by grid index, and a watermark each second. Keeps the
// counts, tells what changed, and knows for how long it has heard nothing.

/** @typedef {import("./types").LiveCells} LiveCells */
/** @typedef {import("./types").Watermark} Watermark */

/** Wait before opening again a stream the server refused or closed for good; a network failure the browser retries itself. */
const REOPEN_MS = 2_000;

export class Live {
  /**
   * @param {{ onCells: (changed: number[] | null) => void, onWatermark: () => void, onGrid: (version: string) => void }} hear
   *   `changed` is null after a snapshot: everything may have changed.
   */
  constructor(hear) {
    this.hear = hear;
    /** @type {Map<number, { n: number, z10: number }>} counts by grid index, empty cells left out */
    this.cells = new Map();
    /** @type {Watermark | null} */
    this.watermark = null;
    /** @type {string | null} */
    this.asOf = null;
    this.windowS = 0;
    /** What counts are rounded down to a multiple of; 1 = they are exact. */
    this.roundedTo = 1;
    this.final = false;
    /** Whether a snapshot of the present window and category is here. */
    this.ready = false;
    this.heard = false;
    /** Deltas taken since the page was opened, for tests and for the curious. */
    this.deltas = 0;
    this.lastHeardAt = performance.now();
    /** @type {{ serverMs: number, at: number } | null} */
    this.serverClock = null;
    /** @type {string | null} */
    this.build = null;
    /** @type {EventSource | null} */
    this.stream = null;
    this.query = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.reopening = undefined;
  }

  /**
   * @param {{ window: string, category: string }} what
   */
  open({ window, category }) {
    const query = new URLSearchParams({ window });
    if (category) query.set("category", category);
    this.query = query.toString();
    this.ready = false;
    this.cells.clear();
    this.hear.onCells(null);
    this.#connect();
  }

  close() {
    clearTimeout(this.reopening);
    this.stream?.close();
    this.stream = null;
  }

  /** The server's clock now, as milliseconds since 1970, or null before it said anything. */
  nowMs() {
    return this.serverClock ? this.serverClock.serverMs + (performance.now() - this.serverClock.at) : null;
  }

  /**
   * What a room that does without the stream was told: up to when the city is known, and when now is.
   * @param {string | null} asOf
   * @param {number} nowMs
   */
  note(asOf, nowMs) {
    this.asOf = asOf ?? this.asOf;
    this.serverClock = { serverMs: nowMs, at: performance.now() };
  }

  silentMs() {
    return performance.now() - this.lastHeardAt;
  }

  #connect() {
    this.close();
    const stream = new EventSource(`/v1/live?${this.query}`);
    this.stream = stream;
    const listen = (/** @type {string} */ name, /** @type {(body: any) => void} */ take) =>
      stream.addEventListener(name, (event) => {
        if (stream !== this.stream) return;
        this.lastHeardAt = performance.now();
        this.heard = true;
        take(event.data ? JSON.parse(event.data) : null);
      });
    listen("snapshot", (body) => this.#takeCells(body, true));
    listen("delta", (body) => this.#takeCells(body, false));
    listen("watermark", (body) => this.#takeWatermark(body));
    // The browser sends the id of the last event it heard when it connects again, so the server tells what was missed. After `resync` it
    // cannot: a snapshot follows, and if it does not, only a new connection helps.
    listen("resync", () => this.#connectSoon());
    listen("version", (body) => this.#takeVersion(body));
    stream.onerror = () => {
      if (stream !== this.stream || stream.readyState !== EventSource.CLOSED) return;
      this.#connectSoon();
    };
  }

  #connectSoon() {
    clearTimeout(this.reopening);
    this.reopening = setTimeout(() => this.#connect(), REOPEN_MS);
  }

  /**
   * @param {LiveCells} body
   * @param {boolean} whole
   */
  #takeCells(body, whole) {
    if (whole) {
      clearTimeout(this.reopening);
      this.cells.clear();
      this.hear.onGrid(body.grid);
    } else if (!this.ready) {
      return;
    }
    const [index, n, z10] = body.cells;
    for (let i = 0; i < index.length; i += 1) {
      if (n[i] > 0) this.cells.set(index[i], { n: n[i], z10: z10[i] });
      else this.cells.delete(index[i]);
    }
    this.asOf = body.as_of ?? this.asOf;
    this.windowS = body.window_s;
    this.roundedTo = body.rounded_to ?? 1;
    this.final = body.final;
    this.ready = true;
    if (!whole) this.deltas += 1;
    this.hear.onCells(whole ? null : index);
  }

  /** @param {Watermark} body */
  #takeWatermark(body) {
    this.watermark = body;
    this.asOf = body.as_of ?? this.asOf;
    this.serverClock = { serverMs: Date.parse(body.now), at: performance.now() };
    this.hear.onWatermark();
  }

  /** @param {{ build: string }} body */
  #takeVersion(body) {
    // A wall that runs for months must not keep last month's page.
    if (this.build !== null && this.build !== body.build) location.reload();
    this.build = body.build;
  }
}
