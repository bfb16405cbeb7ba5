// Starts the page: one state, one live stream, one drawing a frame. Views are functions of the state; whatever changes calls
// `draw`.

import { render } from "/assets/vendor/lit-html/lit-html.js";
import { ask, problemOf } from "./api.js";
import { freshness } from "./freshness.js";
import { HotspotBoard } from "./hotspot/board.js";
import { fits } from "./hotspot/list.js";
import { counts, letterOf, whereOf } from "./hotspot/words.js";
import { say } from "./i18n.js";
import { Live } from "./live.js";
import { MapRoom } from "./map-room.js";
import { parametersOf, questionOf, sameQuestion } from "./ranking/question.js";
import { placeOfUrl, placeToUrl, remember } from "./state.js";
import { frame } from "./view-frame.js";
import { placeOf } from "./view-map.js";

/** @typedef {import("./state.js").Place} Place */
/** @typedef {import("./types").Inbox} Inbox */
/** @typedef {import("./types").AskedRanking} AskedRanking */
/** @typedef {import("./types").Ranking} Ranking */
/** @typedef {import("./types").Unit} Unit */
/** @template T @typedef {import("./types").Loaded<T>} Loaded */
/** @typedef {{ status: string, time: string, unit?: string }} Step */

/** How often a table that is looked at asks again, ms. */
const REFRESH_MS = 30_000;
/** A screen reader hears of a new number 1 at most this often, ms. */
const ANNOUNCE_MS = 60_000;
const INBOX_PAGE = 50;

export class App {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.place = placeOfUrl();
    /** @type {"light" | "dark"} */
    this.theme = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
    /** @type {import("./freshness.js").Freshness} */
    this.fresh = { kind: "connecting", lagS: null, behind: [] };
    this.announcement = "";
    this.announcedAt = -ANNOUNCE_MS;
    this.announcedFirst = "";
    this.densestOpen = false;
    this.unitSearch = "";
    /** @type {string | null} */
    this.pickedReport = null;
    this.rankingSort = { key: "mean", down: false };
    /** Code of the unit the arrows have reached in a plot of the ranking; empty = none. */
    this.pointed = "";
    /** @type {Loaded<AskedRanking>} */
    this.ranking = { state: "none" };
    /** @type {Loaded<Unit[]>} */
    this.units = { state: "none" };
    /** @type {Loaded<Inbox>} */
    this.inbox = { state: "none" };
    /** @type {Loaded<Step[]>} */
    this.report = { state: "none" };
    this.drawing = false;
    this.mapAsked = false;

    const stage = document.createElement("div");
    stage.className = "map";
    this.live = new Live({
      onCells: (changed) => { this.room.redraw(changed); this.draw(); },
      onWatermark: () => this.#hearWatermark(),
      onGrid: (version) => this.room.expectGrid(version),
    });
    this.room = new MapRoom(stage, this.live, () => this.draw());
    this.hotspots = new HotspotBoard(() => {
      this.#showHotspots();
      this.draw();
    });
  }

  start() {
    // At once, not in the next frame: a map that opens in an element outside the page measures it wrongly.
    this.#render();
    this.live.open(this.place);
    this.#openMap();
    setInterval(() => this.#tick(), 1000);
    setInterval(() => this.#refresh(), REFRESH_MS);
    addEventListener("popstate", () => this.#arrive(placeOfUrl()));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#refresh(); });
    this.#refresh();
  }

  /** Loads the map when it is first looked at; who comes for the ranking does not pay for it. */
  #openMap() {
    if (this.place.tab !== "peta" || this.mapAsked) return;
    this.mapAsked = true;
    this.room.open(this.theme).catch((error) => {
      this.room.problem = problemOf(error);
      this.draw();
    });
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
    document.documentElement.lang = this.place.lang;
    document.title = `${say(this.place.lang, `tab.${this.place.tab}`)} · Tanggap`;
    this.room.label(say(this.place.lang, "map.label"));
    render(frame(this), this.root);
  }

  /**
   * Goes to another place; `step` puts it into the browser's history.
   * @param {Partial<Place>} change
   * @param {boolean} [step]
   */
  go(change, step = false) {
    const next = { ...this.place, ...change };
    if (change.lang) remember("lang", change.lang);
    if (next.lang !== this.place.lang) this.announcement = "";
    placeToUrl(next, step);
    this.#arrive(next);
  }

  /** @param {Place} next */
  #arrive(next) {
    const before = this.place;
    this.place = next;
    if (next.window !== before.window || next.category !== before.category) this.live.open(next);
    if (!sameQuestion(questionOf(next), questionOf(before))) {
      this.pointed = "";
      this.loadRanking();
    }
    else if (next.tab === "peringkat" && this.ranking.state === "none") this.loadRanking();
    if (next.tab === "peta" && this.hotspots.list.state === "none") this.loadHotspots();
    if (next.tab === "antrean" && this.units.state === "none") this.loadUnits();
    if (next.unit !== before.unit) {
      this.inbox = { state: "none" };
      this.pickReport(null);
      this.loadInbox();
    }
    this.#showRising();
    this.#showHotspots();
    if (next.tab === "peta" && !this.mapAsked) {
      // The map measures its place, so the tab must be on the page before it opens.
      this.#render();
      this.#openMap();
    }
    this.draw();
  }

  /** @param {"light" | "dark"} theme */
  setTheme(theme) {
    this.theme = theme;
    this.room.theme = theme;
    document.documentElement.dataset.theme = theme;
    remember("theme", theme);
    this.room.map?.recolour(theme);
    this.draw();
  }

  async loadRanking() {
    const asked = questionOf(this.place);
    await this.#load("ranking", async () => {
      const answer = /** @type {Ranking} */ (await ask(`/v1/rankings/${asked.level}`, parametersOf(asked)));
      return { ...answer, asked };
    }, () => sameQuestion(asked, questionOf(this.place)));
  }

  async loadHotspots() {
    const fresh = await this.hotspots.load();
    const { lang } = this.place;
    const heard = fresh.find((item) => fits(this, item));
    if (!heard) return;
    this.announcement = say(lang, "hotspot.new", { what: heard.category_label[lang], where: whereOf(lang, heard), counts: counts(lang, heard) });
    this.draw();
  }

  /** The hotspots that go on and fit the chosen category, as the list and the map show them. */
  shownHotspots() {
    return this.hotspots.living.filter((item) => fits(this, item));
  }

  /**
   * Opens a hotspot in the list and shows it on the map, or closes it.
   * @param {string} id
   */
  openHotspot(id) {
    this.hotspots.toggle(id);
    if (this.hotspots.opened === id) this.room.flyToSpot(id);
  }

  async loadUnits() {
    await this.#load("units", async () => {
      const body = /** @type {Unit[] | { items: Unit[] }} */ (await ask("/v1/units"));
      const units = Array.isArray(body) ? body : body.items;
      return units.slice().sort((a, b) => b.open - a.open || a.name.localeCompare(b.name, "id"));
    }, () => true);
    if (this.units.state !== "ready" || this.units.value.length === 0) return;
    if (!this.place.unit) this.go({ unit: this.units.value[0].code });
    else if (this.inbox.state === "none") this.loadInbox();
  }

  async loadInbox() {
    const { unit } = this.place;
    if (!unit) return;
    await this.#load("inbox", () => ask("/v1/inbox", { unit, limit: INBOX_PAGE }), () => this.place.unit === unit);
  }

  async loadMoreInbox() {
    if (this.inbox.state !== "ready" || !this.inbox.value.next_cursor) return;
    const before = this.inbox.value;
    const { unit } = this.place;
    await this.#load("inbox", async () => {
      const next = /** @type {Inbox} */ (await ask("/v1/inbox", { unit, limit: INBOX_PAGE, cursor: before.next_cursor }));
      return { ...next, items: [...before.items, ...next.items] };
    }, () => this.place.unit === unit);
  }

  /** @param {string | null} id */
  pickReport(id) {
    this.pickedReport = id;
    this.report = { state: "none" };
    this.draw();
    if (id === null) return;
    // Two channels may know the same id.
    const channel = this.inbox.state === "none" ? undefined : this.inbox.value?.items.find((item) => item.id === id)?.channel;
    this.#load("report", async () => {
      const body = /** @type {any} */ (await ask(`/v1/reports/${encodeURIComponent(id)}`, { channel }));
      const steps = /** @type {any[]} */ (body.timeline ?? body.transitions ?? []);
      return steps.map((step) => ({ status: String(step.status), time: step.time ?? step.at ?? step.event_time, unit: step.unit ?? undefined }));
    }, () => this.pickedReport === id);
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

  /** @param {string} words */
  searchUnits(words) {
    this.unitSearch = words;
    this.draw();
  }

  /** @param {boolean} open */
  openDensest(open) {
    this.densestOpen = open;
    this.draw();
  }

  /**
   * Loads into a field, keeping what was there while it loads; an answer nobody waits for any more is dropped.
   * @template {"ranking" | "units" | "inbox" | "report"} F
   * @param {F} field
   * @param {() => Promise<any>} load
   * @param {() => boolean} wanted
   */
  async #load(field, load, wanted) {
    const before = /** @type {any} */ (this[field]);
    const kept = before.state === "none" ? undefined : before.value;
    /** @type {any} */ (this)[field] = { state: "loading", value: kept };
    this.draw();
    let outcome;
    try {
      outcome = { state: "ready", value: await load() };
    } catch (error) {
      outcome = { state: "failed", problem: problemOf(error), value: kept };
    }
    if (!wanted()) return;
    /** @type {any} */ (this)[field] = outcome;
    this.draw();
  }

  #hearWatermark() {
    this.#showRising();
    this.#tick();
  }

  #showRising() {
    const { lang } = this.place;
    this.room.showRising(this.live.watermark?.trending ?? [], (item) =>
      say(lang, "map.rank", { rank: item.rank, what: item.category_label[lang], where: placeOf(this, item) }));
  }

  #showHotspots() {
    const { lang } = this.place;
    this.room.showSpots(this.shownHotspots().map((item, at) => ({
      id: item.id, letter: letterOf(at), cells: item.cells, picked: item.id === this.hotspots.opened,
      label: say(lang, "hotspot.label", { letter: letterOf(at), what: item.category_label[lang], where: whereOf(lang, item) }),
    })));
  }

  /** Each second, and with each watermark: is what we show still true? */
  #tick() {
    const before = this.fresh.kind;
    this.fresh = freshness({
      asOf: this.live.asOf,
      nowMs: this.live.nowMs(),
      sources: this.live.watermark?.sources ?? [],
      silentMs: this.live.silentMs(),
      heard: this.live.heard,
    });
    if (before !== this.fresh.kind) {
      this.room.map?.setDimmed(this.fresh.kind === "cut");
      this.announcement = say(this.place.lang, `fresh.${this.fresh.kind}`);
    } else {
      this.#announceFirst();
    }
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
    if (document.hidden) return;
    // What a day in the past looked like does not change by itself.
    if (this.place.tab === "peringkat" && (this.place.asOf === "" || this.ranking.state !== "ready")) this.loadRanking();
    if (this.place.tab === "peta") this.loadHotspots();
    if (this.place.tab === "antrean") {
      if (this.units.state === "none" || this.units.state === "failed") this.loadUnits();
      else if (this.inbox.state === "ready" && this.inbox.value.items.length <= INBOX_PAGE) this.loadInbox();
    }
  }
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
const app = new App(root);
app.start();
// The browser tests ask the map what it has drawn; so may anyone with the console open.
/** @type {any} */ (globalThis).tanggap = app;
