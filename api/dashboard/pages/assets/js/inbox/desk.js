// What a unit has to answer, as the server last told it: its units, its list, the report that is looked at. Draws nothing.

import { ask } from "../api.js";
import { keyOf } from "../deed/acting.js";
import { load } from "../loaded.js";
import { Album } from "../photo/album.js";

/** @typedef {import("./types").DeskPage} DeskPage */
/** @typedef {import("./types").Filter} Filter */
/** @typedef {import("./types").Incident} Incident */
/** @typedef {import("./types").ReportFacts} ReportFacts */
/** @typedef {import("../types").InboxItem} InboxItem */
/** @typedef {import("../types").Unit} Unit */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

const PAGE = 50;
/** @type {Filter[]} */
export const FILTERS = ["all", "overdue", "at_risk", "new", "open"];

export class Desk {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.unit = "";
    /** @type {Filter} */
    this.filter = "all";
    /** Channel and id of the report that is looked at; empty = none. */
    this.picked = "";
    /** @type {Loaded<Unit[]>} */
    this.units = { state: "none" };
    /** @type {Loaded<DeskPage>} */
    this.page = { state: "none" };
    /** @type {Loaded<ReportFacts>} */
    this.report = { state: "none" };
    /** @type {Loaded<Incident>} */
    this.incident = { state: "none" };
    /** Photos of the report that is looked at. */
    this.photos = new Album(changed);
    /** Which asking for the report, and which for the incident, counts: the last one. */
    this.reportTurn = 0;
    this.incidentTurn = 0;
    /** Whether the desks do not show yet what was said of the incident. */
    this.incidentBehind = false;
    /** What was done here and left the desk: channel and id, and the version since then. @type {Map<string, number>} */
    this.left = new Map();
  }

  /** What moments of reports are, and what witnesses are rounded down to a multiple of. */
  get told() {
    const page = this.page.state === "none" ? undefined : this.page.value;
    return { times: page?.times, roundedTo: page?.rounded_to };
  }

  /** The list without what has left it: the server's desks lie a minute behind. @returns {InboxItem[]} */
  get items() {
    const items = this.page.state === "none" ? [] : (this.page.value?.items ?? []);
    return items.filter((item) => (item.version ?? 0) > (this.left.get(keyOf(item)) ?? -1));
  }

  get item() {
    return this.items.find((item) => keyOf(item) === this.picked);
  }

  /** @param {string} code */
  nameOf(code) {
    const units = this.units.state === "none" ? undefined : this.units.value;
    return units?.find((unit) => unit.code === code)?.name ?? code;
  }

  async loadUnits() {
    if (this.units.state === "loading" || this.units.state === "ready") return;
    const asking = async () => {
      const body = /** @type {Unit[] | { items: Unit[] }} */ (await ask("/v1/units"));
      const units = Array.isArray(body) ? body : body.items;
      return units.slice().sort((a, b) => b.open - a.open || a.name.localeCompare(b.name, "id"));
    };
    await load(this.units, asking, (units) => { this.units = units; this.changed(); });
  }

  /** Another unit or filter: nothing of the one before may stand under its name. @param {string} unit @param {Filter} filter */
  open(unit, filter) {
    if (unit !== this.unit || filter !== this.filter) {
      if (unit !== this.unit) this.pick("");
      this.unit = unit;
      this.filter = filter;
      this.page = { state: "none" };
    }
    return this.load();
  }

  async load() {
    if (!this.unit) return;
    await this.#load((query) => ask("/v1/inbox", query));
  }

  async loadMore() {
    if (this.page.state !== "ready" || !this.page.value.next_cursor) return;
    const before = this.page.value;
    await this.#load(async (query) => {
      const next = /** @type {DeskPage} */ (await ask("/v1/inbox", { ...query, cursor: before.next_cursor }));
      const known = new Set(before.items.map(keyOf));
      return { ...next, items: [...before.items, ...next.items.filter((item) => !known.has(keyOf(item)))] };
    });
  }

  /** @param {(query: Record<string, string | number>) => Promise<DeskPage>} asking */
  async #load(asking) {
    const { unit, filter } = this;
    const query = { unit, limit: PAGE, state: filter === "all" ? "" : filter };
    await load(this.page, () => asking(query), (page) => {
      if (this.unit !== unit || this.filter !== filter) return;
      this.page = page;
      this.changed();
    });
  }

  /** Asks again for what is looked at; a list somebody has lengthened is left alone. */
  refresh() {
    if (this.units.state === "failed") this.loadUnits();
    if (this.page.state !== "loading" && this.items.length <= PAGE) this.load();
    if (this.incidentBehind) this.loadIncident(true);
    this.incidentBehind = false;
  }

  /** Somebody has said which incident the picked report tells of: asks anew what it is, and once more later if it is not `seen` yet. @param {boolean} seen */
  rejoin(seen) {
    this.loadIncident(true);
    this.#loadReport();
    this.refresh();
    this.incidentBehind = !seen;
  }

  /**
   * A deed arrived: the list shows it at once.
   * @param {{ channel: string, id: string, status: string, version: number }} done
   * @param {boolean} gone whether it is no longer this desk's
   */
  settle(done, gone) {
    const item = this.items.find((one) => keyOf(one) === keyOf(done));
    if (gone) this.left.set(keyOf(done), done.version);
    if (item) Object.assign(item, { status: done.status, version: done.version, actions: [] });
    if (this.picked === keyOf(done)) {
      if (gone) this.pick("");
      else this.#loadReport();
    }
    this.changed();
  }

  /** @param {string} key */
  pick(key) {
    this.picked = key;
    this.photos.close();
    this.report = { state: "none" };
    this.incident = { state: "none" };
    this.incidentBehind = false;
    if (key) this.#loadReport();
    this.changed();
  }

  /** Somebody else looks at it now: nothing one was told is drawn for another. */
  reread() {
    const [report, incident] = [this.report.state !== "none", this.incident.state !== "none"];
    this.photos.close();
    this.report = { state: "none" };
    this.incident = { state: "none" };
    if (report) this.#loadReport();
    if (incident) this.loadIncident(true);
  }

  #loadReport() {
    const key = this.picked;
    const item = this.item;
    const turn = ++this.reportTurn;
    if (!item) return;
    const asking = () => ask(`/v1/reports/${encodeURIComponent(item.id)}`, { channel: item.channel });
    load(this.report, asking, (report) => {
      if (this.picked !== key || this.reportTurn !== turn) return;
      this.report = report;
      this.changed();
    });
  }

  /** The other reports of the same incident, once somebody wants to see them; `again` asks anew. @param {boolean} [again] */
  loadIncident(again = false) {
    const { item, picked } = this;
    if (!item || (!again && (this.incident.state === "loading" || this.incident.state === "ready"))) return;
    const turn = ++this.incidentTurn;
    // By the report itself: what its incident is called changes with who tells of it.
    load(this.incident, () => ask(`/v1/incidents/${encodeURIComponent(picked)}`), (incident) => {
      if (this.picked !== picked || this.incidentTurn !== turn) return;
      this.incident = incident;
      if (incident.state === "ready" && this.item) Object.assign(this.item, { incident: incident.value.id, witnesses: incident.value.witnesses });
      this.changed();
    });
  }
}
