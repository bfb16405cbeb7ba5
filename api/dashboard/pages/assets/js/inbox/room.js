// The desk of a unit: whose it is, what may be done on it, and what its keys bring about.

import { access } from "../access/access.js";
import { ActingRoom } from "../deed/acting.js";
import { outbox } from "../deed/office.js";
import { Desk, FILTERS } from "./desk.js";
import { KEY_OF } from "./keys.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../deed/types").Action} Action */
/** @typedef {import("../deed/types").Deed} Deed */
/** @typedef {import("../deed/types").Done} Done */
/** @typedef {import("../types").InboxItem} InboxItem */

/** What takes a report off a desk. */
const LEAVES = ["redirect", "complete", "close"];

/** @extends {ActingRoom<InboxItem>} */
export class InboxRoom extends ActingRoom {
  /** @param {App} app */
  constructor(app) {
    const desk = new Desk(() => app.draw());
    super(app, "inbox", desk);
    this.desk = desk;
    this.unitSearch = "";
    this.mapOpen = false;
  }

  /** @override */
  enter() {
    super.enter();
    this.desk.loadUnits().then(() => this.choose());
  }

  arrive() {
    this.choose();
  }

  /** The unit of the address, else one's own, else the fullest desk. @override */
  choose() {
    // Whose desk it is must be known first: nobody wants to see another's flash by.
    if (access.me.state === "none" || access.me.state === "loading") return;
    const { units } = this.desk;
    const known = units.state === "ready" ? units.value : [];
    const wanted = known.find((unit) => unit.code === this.app.place.unit)?.code;
    const own = access.who?.role === "officer" ? access.who.unit : null;
    const unit = own ?? wanted ?? known[0]?.code ?? "";
    if (unit && unit !== this.desk.unit) this.desk.open(unit, this.desk.filter);
  }

  /** Whether whoever is here may act for the unit that is looked at. */
  get mayAct() {
    return access.may("act") && (access.who?.role === "operator" || access.who?.unit === this.desk.unit);
  }

  /** @param {InboxItem} item @returns {Action[]} @override */
  actionsOf(item) {
    return this.mayAct ? /** @type {Action[]} */ (item.actions ?? []) : [];
  }

  /** @param {InboxItem} item @override */
  placeOf(item) {
    return item.kelurahan_name ?? item.kelurahan ?? "";
  }

  /** @param {string} key @override */
  pick(key) {
    if (key !== this.desk.picked) this.mapOpen = false;
    super.pick(key);
  }

  /** @param {Deed} deed @param {Done | null} done @override */
  settle(deed, done) {
    if (done) this.desk.settle(done, LEAVES.includes(deed.action));
    // Somebody else acted: what is on the page is old, what was written is not.
    else if (this.desk.item && outbox.of(this.desk.item.channel, this.desk.item.id) === deed) this.desk.pick(this.desk.picked);
    this.desk.load();
  }

  /** @param {string} key @override */
  press(key) {
    if (super.press(key)) return true;
    if (key.length === 1 && key >= "1" && key <= String(FILTERS.length)) {
      this.filter(FILTERS[Number(key) - 1]);
      return true;
    }
    const action = KEY_OF.get(key);
    return action !== undefined && this.begin(action);
  }

  /** @param {import("./types").Filter} filter */
  filter(filter) {
    this.pick("");
    this.desk.open(this.desk.unit, filter);
    this.app.draw();
  }
}
