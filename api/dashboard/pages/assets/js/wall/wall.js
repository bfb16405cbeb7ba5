// The wall as long as somebody looks at it: which moment and which channel it shows, what happened, what stands and flows. Asks, and
// tells the map; draws nothing.

import { problemOf } from "../api.js";
import { remembered } from "../state.js";
import { Kiosk } from "./kiosk.js";
import { hearLayers } from "./layers.js";
import { momentOf } from "./moment.js";
import { Replay } from "./replay.js";
import { agesOf } from "./sources.js";
import { Terms } from "./terms.js";
import { Ticker } from "./ticker.js";
import { Traffic } from "./traffic.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../state.js").Place} Place */
/** @typedef {import("./moment.js").Moment} Moment */

/** How often the counts of one channel are asked for, ms; the stream only tells those of all. */
const CHANNEL_MS = 5_000;
/** How often jams and gauges are, ms; they are seen anew every two minutes. */
const TRAFFIC_MS = 30_000;
/** How often the words of tweets are, ms. */
const TERMS_MS = 60_000;
/** A moment of the past that nobody touches gives way to now after this long, ms. */
const IDLE_MS = 180_000;
/** Steps of the arrow keys, ms. */
const STEP_MS = 300_000;
const LONG_STEP_MS = 3_600_000;

export class Wall {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.replay = new Replay((atMs) => momentOf({ ...app.place, atMs }), () => this.#show());
    this.ticker = new Ticker();
    this.traffic = new Traffic(() => {
      if (this.left) return;
      hearLayers(this);
      app.draw();
    });
    this.terms = new Terms(() => {
      if (!this.left) app.draw();
    });
    this.termsAt = -TERMS_MS;
    this.kiosk = new Kiosk((event) => this.#press(event));
    /** The counts of the chosen channel now. @type {Moment | null} */
    this.channel = null;
    /** @type {import("../types").Problem | null} */
    this.channelProblem = null;
    this.channelAt = -CHANNEL_MS;
    this.asking = false;
    this.trafficAt = -TRAFFIC_MS;
    /** A moment of the address, until the server's clock is known. @type {number | null} */
    this.wanted = null;
    /** Whether nobody looks any more: what was asked may still be answered, and belongs to nobody. */
    this.left = false;
    /** Which of the layers beside the heat are drawn. */
    this.layers = { jams: true, gauges: true };
  }

  enter() {
    const { app } = this;
    if (!new URLSearchParams(location.search).has("tema")) app.setTheme("dark", false);
    app.openMap();
    app.room.colourBy(app.place.measure);
    app.room.onPick = (index) => this.#why(index);
    this.kiosk.enter();
    app.loadHotspots();
    if (app.place.at !== "") this.wanted = Date.parse(app.place.at);
    this.tick();
  }

  leave() {
    const { app } = this;
    this.left = true;
    this.kiosk.leave();
    this.replay.live();
    app.shownAtMs = null;
    app.room.onPick = () => {};
    app.room.hold(null);
    app.room.colourBy("n");
    app.room.showJams([]);
    app.room.showGauges([]);
    app.setTheme(usualTheme(), false);
  }

  /** @param {Place} before */
  arrive(before) {
    const { place, room } = this.app;
    room.colourBy(place.measure);
    const other = place.window !== before.window || place.category !== before.category || place.channel !== before.channel;
    if (other) {
      this.channel = null;
      this.channelAt = -CHANNEL_MS;
      this.replay.again();
      this.#show();
      this.tick();
    }
    const at = place.at === "" ? null : Date.parse(place.at);
    if (place.at === before.at) return;
    if (at === null) this.replay.live();
    else if (at !== this.replay.atMs) this.wanted = at;
    this.tick();
  }

  /** The newest moment there is, ms: the server's clock, or ours before it has said anything. */
  get edgeMs() {
    return this.app.live.nowMs() ?? Date.now();
  }

  /** @param {number} atMs */
  seek(atMs) {
    this.replay.seek(atMs, this.edgeMs);
    this.#keep();
  }

  /** @param {number} stepMs */
  step(stepMs) {
    this.seek((this.replay.atMs ?? this.edgeMs) + stepMs);
  }

  live() {
    this.wanted = null;
    this.replay.live();
    this.#keep();
  }

  /** Plays on; from now it begins six hours ago, so that there is something to see. */
  play() {
    if (!this.replay.on) this.step(-6 * LONG_STEP_MS);
    this.replay.play(performance.now());
  }

  pause() {
    this.replay.pause();
    this.#keep();
  }

  /** @param {import("./replay.js").Replay["speed"]} speed */
  setSpeed(speed) {
    this.replay.speed = speed;
    this.app.draw();
  }

  /** The moment that was sought goes into the address; that of a running clock does not. */
  #keep() {
    const { atMs } = this.replay;
    const at = atMs === null ? "" : new Date(atMs).toISOString();
    if (at !== this.app.place.at) this.app.go({ at });
  }

  /** @param {"jams" | "gauges"} layer */
  toggleLayer(layer) {
    this.layers = { ...this.layers, [layer]: !this.layers[layer] };
    hearLayers(this);
    this.app.draw();
  }

  /** Sources with their ages, as of now. */
  get sources() {
    const { live, fresh } = this.app;
    return agesOf(live.watermark?.sources ?? [], live.nowMs(), fresh.kind === "cut");
  }

  /** What the map shows instead of the stream: the past, or one channel. @returns {Moment | null} */
  get moment() {
    return this.replay.on ? this.replay.moment : this.app.place.channel === "" ? null : this.channel;
  }

  /** Each second, and with each watermark. */
  tick() {
    const now = performance.now();
    if (this.wanted !== null && this.app.live.nowMs() !== null) {
      const { wanted } = this;
      this.wanted = null;
      this.seek(wanted);
    }
    this.replay.tick(now, this.edgeMs);
    if (this.replay.on && !this.replay.playing && this.kiosk.idleMs > IDLE_MS) this.live();
    // A replay that has reached now is over; its moment must not stay in the address.
    if (!this.replay.on && this.wanted === null && this.app.place.at !== "") this.#keep();
    if (this.app.place.channel !== "" && !this.replay.on && !this.asking && now - this.channelAt >= CHANNEL_MS) this.#askChannel();
    if (now - this.trafficAt >= TRAFFIC_MS) {
      this.trafficAt = now;
      this.traffic.load();
    }
    if (now - this.termsAt >= TERMS_MS) {
      this.termsAt = now;
      this.terms.load();
    }
    this.#listen();
  }

  #listen() {
    const { app, ticker } = this;
    const nowMs = app.live.nowMs();
    if (nowMs === null) return;
    const { list } = app.hotspots;
    if (list.state !== "none" && list.value) ticker.hearHotspots(list.value.items);
    ticker.hearSources(this.sources, nowMs);
    ticker.hearStream(app.fresh.kind, nowMs);
    ticker.hearFirst(app.live.watermark?.trending[0], nowMs);
  }

  async #askChannel() {
    const { place } = this.app;
    this.asking = true;
    this.channelAt = performance.now();
    try {
      const channel = await momentOf({ ...place, atMs: null });
      this.channelProblem = null;
      if (sameHeat(place, this.app.place)) this.channel = channel;
    } catch (error) {
      this.channelProblem = problemOf(error);
    }
    this.asking = false;
    if (!sameHeat(place, this.app.place)) this.channelAt = -CHANNEL_MS;
    this.#show();
  }

  /** Puts the moment that is to be seen on the map. */
  #show() {
    const { app } = this;
    if (this.left) return;
    app.shownAtMs = this.replay.on ? (this.replay.shownMs ?? this.replay.atMs) : null;
    const instead = this.replay.on || app.place.channel !== "";
    const cells = this.moment?.cells ?? (instead ? NOTHING : null);
    if (cells !== app.room.held) app.room.hold(cells);
    app.showRising();
    app.showHotspots();
    hearLayers(this);
    app.draw();
  }

  /** A cell that lies in a hotspot tells at once why it is one. @param {number | null} index */
  #why(index) {
    const { app } = this;
    const id = index === null ? undefined : app.room.spotsAt(index)[0];
    if (id !== undefined && app.hotspots.opened !== id) app.openHotspot(id);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const busy = event.target instanceof Element && event.target.closest("input, select, textarea, button, summary, a, canvas, .map");
    if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? LONG_STEP_MS : STEP_MS;
    if (event.key === "ArrowLeft") this.step(-step);
    else if (event.key === "ArrowRight" && this.replay.on) this.step(step);
    else if (event.key === " ") this.replay.playing ? this.pause() : this.play();
    else if (event.key === "Escape" && this.replay.on) this.live();
    else return;
    event.preventDefault();
  }
}

/** The theme of the other rooms: what somebody chose, else the system's. @returns {"light" | "dark"} */
function usualTheme() {
  const chosen = remembered("theme");
  return chosen === "dark" || (chosen === null && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light";
}

/** @type {Moment["cells"]} */
const NOTHING = new Map();

/** @param {Place} one @param {Place} other */
const sameHeat = (one, other) => one.window === other.window && one.category === other.category && one.channel === other.channel;
