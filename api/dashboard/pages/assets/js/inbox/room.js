// The desk of a unit: whose it is, what may be done on it, and what its keys bring about.

import { access } from "../access/access.js";
import { ActingRoom } from "../deed/acting.js";
import { focusAfter } from "../deed/keys.js";
import { outbox } from "../deed/office.js";
import { bondSaid } from "./bond-form.js";
import { Bonds, lacking } from "./bonds.js";
import { Desk, FILTERS } from "./desk.js";
import { KEY_OF } from "./keys.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../deed/types").Action} Action */
/** @typedef {import("../deed/types").Deed} Deed */
/** @typedef {import("../deed/types").Done} Done */
/** @typedef {import("./types").Bond} Bond */
/** @typedef {import("./types").BondDone} BondDone */
/** @typedef {import("../types").InboxItem} InboxItem */

/** What takes a report off a desk. */
const LEAVES = ["redirect", "complete", "close"];
const FIRST_FAULT = '.bond-form [aria-invalid="true"] input, .bond-form [aria-invalid="true"]';

/** @extends {ActingRoom<InboxItem>} */
export class InboxRoom extends ActingRoom {
  /** @param {App} app */
  constructor(app) {
    const desk = new Desk(() => app.draw());
    super(app, "inbox", desk);
    this.desk = desk;
    this.unitSearch = "";
    this.mapOpen = false;
    this.witnessesOpen = false;
    this.account = "";
    this.bonds = new Bonds({ changed: this.draw, told: (bond, done) => this.#hearBond(bond, done) });
    /** What was said of the picked report's incident last, and is in the log; or (null) was so already. @type {{ bond: Bond, done: BondDone | null } | null} */
    this.said = null;
  }

  /** @override */
  enter() {
    super.enter();
    this.desk.loadUnits().then(() => this.choose());
  }

  arrive() {
    this.choose();
  }

  /** @override */
  leave() {
    super.leave();
    this.desk.photos.close();
  }

  /** The unit of the address, else one's own, else the fullest desk. @override */
  choose() {
    // Whose desk it is must be known first: nobody wants to see another's flash by.
    if (access.me.state === "none" || access.me.state === "loading") return;
    this.#welcome();
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
    if (key !== this.desk.picked) Object.assign(this, { mapOpen: false, witnessesOpen: this.bonds.of(key) !== undefined, said: null });
    super.pick(key);
    if (this.witnessesOpen) this.desk.loadIncident();
  }

  /** @param {Deed} deed @param {Done | null} done @override */
  settle(deed, done) {
    if (done) this.desk.settle(done, LEAVES.includes(deed.action));
    // Somebody else acted: what is on the page is old, what was written is not.
    else if (this.desk.item && outbox.of(this.desk.item.channel, this.desk.item.id) === deed) {
      this.desk.pick(this.desk.picked);
      if (this.witnessesOpen) this.desk.loadIncident();
    }
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

  /** Somebody came or went: who tells of a report is told to staff only, and what one began is not another's to say. */
  #welcome() {
    const account = access.staff ? (access.who?.account ?? "") : "";
    if (account === this.account) return;
    this.account = account;
    if (account) this.bonds.own(account);
    this.desk.reread();
  }

  /** @param {boolean} open */
  openWitnesses(open) {
    this.witnessesOpen = open;
    if (open) this.desk.loadIncident();
    this.app.draw();
  }

  /** Opens what is to be said of the picked report's incident. @param {import("./types").BondKind} kind @param {string} [other] the report that leaves it */
  beginBond(kind, other) {
    this.said = null;
    this.bonds.begin(this.desk.picked, kind, other);
    focusAfter(this.app, ".bond-form :is(select, input)");
  }

  /** Says it, or what it lacks. */
  bind() {
    const bond = this.bonds.of(this.desk.picked);
    if (!bond) return;
    this.bonds.submit(bond);
    focusAfter(this.app, lacking(bond).length > 0 ? FIRST_FAULT : '.bond-form [type="submit"]');
  }

  /** Nothing is said after all. */
  unbind() {
    const bond = this.bonds.of(this.desk.picked);
    if (!bond || bond.state === "sending") return;
    this.bonds.drop(bond);
    // Of what got no answer the page says what became of it.
    if (bond.state === "unsure") this.desk.rejoin(true);
    const button = bond.kind === "merge" ? '[data-begin="merge"]' : `[data-report="${CSS.escape(bond.other)}"] [data-begin]`;
    focusAfter(this.app, `.witnesses ${button}, .witnesses:not(:has(${button})) summary`);
  }

  /** @param {Bond} bond @param {BondDone | null} done */
  #hearBond(bond, done) {
    this.app.announcement = bondSaid(this.app.place.lang, bond, done);
    const status = bond.problem?.status;
    // A token that is not good any more is looked at once more, which opens the way in.
    if (status === 401) access.load(true);
    if (this.desk.picked !== bond.about) return this.desk.refresh();
    // There is nothing left to be said.
    if (status === 422) this.bonds.drop(bond);
    if (done || status === 422) {
      this.said = { bond, done };
      if (document.activeElement?.closest(".bond-form")) focusAfter(this.app, ".witnesses summary");
    }
    // Refused because it is so already, or is no more: what is on the page is old.
    if (done || status === 404 || status === 422) this.desk.rejoin(done?.seen ?? true);
  }
}
