// Starts the page: one state, one live stream, one drawing a frame. A room is a function of the state (`rooms.js` lists them);
// whatever changes calls `draw`.

import { render } from "/assets/vendor/lit-html/lit-html.js";
import { freshness } from "./freshness.js";
import { HotspotBoard } from "./hotspot/board.js";
import { fits } from "./hotspot/list.js";
import { counts, letterOf, whereOf } from "./hotspot/words.js";
import { say, sayKnown } from "./i18n.js";
import { Live } from "./live.js";
import { MapRoom } from "./map-room.js";
import { roomNamed } from "./rooms.js";
import { Router } from "./router.js";
import { placeOfUrl, placeToUrl, remember } from "./state.js";
import { frame } from "./view-frame.js";
import { placeOf } from "./view-parts.js";

/** @typedef {import("./state.js").Place} Place */
/** @typedef {import("./types").AskedRanking} AskedRanking */
/** @template T @typedef {import("./types").Loaded<T>} Loaded */

/** How often a room that is looked at asks again, ms. */
const REFRESH_MS = 30_000;
/** A screen reader hears of a new number 1 at most this often, ms. */
const ANNOUNCE_MS = 60_000;
/** @type {import("./freshness.js").Freshness} */
const CONNECTING = { kind: "connecting", lagS: null, behind: [] };

export class App {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.place = placeOfUrl();
    this.router = new Router();
    /** @type {"light" | "dark"} */
    this.theme = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
    /** @type {import("./freshness.js").Freshness} */
    this.fresh = CONNECTING;
    /** The moment of the past that is shown, ms since 1970; null = now. */
    this.shownAtMs = /** @type {number | null} */ (null);
    this.announcement = "";
    this.announcedAt = -ANNOUNCE_MS;
    this.announcedFirst = "";
    this.densestOpen = false;
    this.rankingSort = { key: "mean", down: false };
    /** Code of the unit the arrows have reached in a plot of the ranking; empty = none. */
    this.pointed = "";
    /** @type {Loaded<AskedRanking>} */
    this.ranking = { state: "none" };
    this.drawing = false;
    this.mapAsked = false;

    const stage = document.createElement("div");
    stage.className = "map";
    this.live = new Live({
      onCells: (changed) => { this.room.follow(changed); this.draw(); },
      onWatermark: () => this.#hearWatermark(),
      onGrid: (version) => this.room.expectGrid(version),
    });
    this.room = new MapRoom(stage, this.live, () => this.draw());
    this.hotspots = new HotspotBoard(() => {
      this.showHotspots();
      this.draw();
    });
  }

  start() {
    this.#render();
    this.#listen(null);
    this.enter();
    setInterval(() => this.#tick(), 1000);
    setInterval(() => this.#refresh(), REFRESH_MS);
    addEventListener("popstate", () => this.#arrive(placeOfUrl()));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#refresh(); });
  }

  /** Fetches the room of the place if need be, draws it, and lets it ask for what it shows. */
  async enter() {
    const { tab } = this.place;
    const fetched = this.router.fetch(tab);
    this.draw();
    const module = await fetched;
    // At once, not in the next frame: a map that opens in an element outside the page measures it wrongly.
    if (this.place.tab === tab) this.#render();
    if (module && this.place.tab === tab) module.enter?.(this);
  }

  /** Loads the map when it is first looked at; who comes for the ranking does not pay for it. The room that calls must be drawn. */
  openMap() {
    if (this.mapAsked) return;
    this.mapAsked = true;
    this.room.open(this.theme);
  }

  /** Draws in the next frame; many calls make one drawing. */
  draw() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.#render();
    });
  }

  #render() {
    const { lang, tab } = this.place;
    document.documentElement.lang = lang;
    if (!roomNamed(tab).quiet) delete document.documentElement.dataset.plain;
    document.title = `${sayKnown(lang, "tab", tab)} · Tanggap`;
    this.room.label(say(lang, "map.label"));
    render(frame(this), this.root);
  }

  /**
   * Goes to another place; `step` puts it into the browser's history.
   * @param {Partial<Place>} change
   * @param {boolean} [step]
   */
  go(change, step = false) {
    const next = { ...this.place, ...change };
    // What follows a room's name belongs to that room.
    if (change.tab && change.tab !== this.place.tab) next.argument = change.argument ?? "";
    if (change.lang) remember("lang", change.lang);
    if (next.lang !== this.place.lang) this.announcement = "";
    placeToUrl(next, step);
    this.#arrive(next);
  }

  /** @param {Place} next */
  #arrive(next) {
    const before = this.place;
    const moved = next.tab !== before.tab;
    if (moved) this.router.module(before.tab)?.leave?.(this);
    this.place = next;
    this.#listen(before);
    if (moved) this.enter();
    else this.router.module(next.tab)?.arrive?.(this, before);
    this.showRising();
    this.showHotspots();
    this.draw();
  }

  /** Opens the live stream where the room needs it, and closes it where it would only cost. @param {Place | null} before */
  #listen(before) {
    const { place } = this;
    const wanted = !roomNamed(place.tab).quiet;
    const listening = before !== null && !roomNamed(before.tab).quiet;
    const other = before !== null && (place.window !== before.window || place.category !== before.category);
    if (wanted && (!listening || other)) this.live.open(place);
    if (!wanted && listening) this.live.close();
  }

  /**
   * @param {"light" | "dark"} theme
   * @param {boolean} [chosen] whether somebody chose it, so that it is remembered
   */
  setTheme(theme, chosen = true) {
    this.theme = theme;
    this.room.theme = theme;
    document.documentElement.dataset.theme = theme;
    if (chosen) remember("theme", theme);
    this.room.map?.recolour(theme);
    this.draw();
  }

  /** @param {string} key */
  sortRanking(key) {
    const same = this.rankingSort.key === key;
    this.rankingSort = { key, down: same ? !this.rankingSort.down : key === "n" || key === "open" };
    this.draw();
  }

  /**
   * Looks at a ranked unit's figures, or no longer.
   * @param {string} code
   */
  pickRanked(code) {
    this.pointed = "";
    const next = code === this.place.picked ? "" : code;
    this.go({ picked: next, compared: next === this.place.compared || next === "" ? "" : this.place.compared });
  }

  /** @param {string} code */
  point(code) {
    this.pointed = code;
    this.draw();
  }

  /** @param {boolean} open */
  openDensest(open) {
    this.densestOpen = open;
    this.draw();
  }

  async loadHotspots() {
    const fresh = await this.hotspots.load();
    const { lang } = this.place;
    const heard = fresh.find((item) => fits(this, item));
    if (!heard) return;
    this.announcement = say(lang, "hotspot.new", { what: heard.category_label[lang], where: whereOf(lang, heard), counts: counts(lang, heard) });
    this.draw();
  }

  /** The hotspots that go on, or went on at the moment that is shown, and fit the chosen category, as the list and the map show them. */
  shownHotspots() {
    const { living } = this.hotspots;
    const there = this.shownAtMs === null ? living : this.hotspots.livingAt(this.shownAtMs);
    return there.filter((item) => fits(this, item));
  }

  /**
   * Opens a hotspot in the list and shows it on the map, or closes it.
   * @param {string} id
   */
  openHotspot(id) {
    this.hotspots.toggle(id);
    if (this.hotspots.opened === id) this.room.flyToSpot(id);
  }

  #hearWatermark() {
    this.showRising();
    this.#tick();
  }

  /** Puts the numbers of what rises on the map. */
  showRising() {
    const { lang } = this.place;
    const rising = this.room.held ? [] : (this.live.watermark?.trending ?? []);
    this.room.showRising(rising, (item) => say(lang, "map.rank", { rank: item.rank, what: item.category_label[lang], where: placeOf(this, item) }));
  }

  /** Puts the outlines and letters of the hotspots on the map. */
  showHotspots() {
    const { lang } = this.place;
    this.room.showSpots(this.shownHotspots().map((item, at) => ({
      id: item.id, letter: letterOf(at), cells: item.cells, picked: item.id === this.hotspots.opened,
      label: say(lang, "hotspot.label", { letter: letterOf(at), what: item.category_label[lang], where: whereOf(lang, item) }),
    })));
  }

  /** How fresh the stream is. */
  #heard() {
    return freshness({
      asOf: this.live.asOf,
      nowMs: this.live.nowMs(),
      sources: this.live.watermark?.sources ?? [],
      silentMs: this.live.silentMs(),
      heard: this.live.heard,
    });
  }

  /** Each second, and with each watermark: is what we show still true? */
  #tick() {
    const before = this.fresh.kind;
    // A room without the stream knows by its own answers.
    this.fresh = roomNamed(this.place.tab).quiet ? (this.router.module(this.place.tab)?.fresh?.(this) ?? CONNECTING) : this.#heard();
    if (before !== this.fresh.kind) {
      this.room.map?.setDimmed(this.fresh.kind === "cut");
      this.announcement = say(this.place.lang, `fresh.${this.fresh.kind}`);
    } else {
      this.#announceFirst();
    }
    this.router.module(this.place.tab)?.tick?.(this);
    this.draw();
  }

  #announceFirst() {
    const first = this.live.watermark?.trending[0];
    const name = first ? `${first.category}-${first.kelurahan}` : "";
    if (!first || name === this.announcedFirst || performance.now() - this.announcedAt < ANNOUNCE_MS) return;
    this.announcedFirst = name;
    this.announcedAt = performance.now();
    const { lang } = this.place;
    this.announcement = say(lang, "map.rank", { rank: first.rank, what: first.category_label[lang], where: placeOf(this, first) });
  }

  #refresh() {
    if (!document.hidden) this.router.module(this.place.tab)?.refresh?.(this);
  }
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
const app = new App(root);
app.start();
// The browser tests ask the map what it has drawn; so may anyone with the console open.
/** @type {any} */ (globalThis).tanggap = app;
