// A room in which somebody goes through a list and does something with each report: what is the same whether they answer for a unit or
// verify for a kelurahan.

import { access } from "../access/access.js";
import { learn, say } from "../i18n.js";
import { empty, missing, plain } from "./deed.js";
import { focusAfter, Keys } from "./keys.js";
import { hearers, openOffice, outbox } from "./office.js";
import { WORDS } from "./words.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").Words} Words */
/** @typedef {import("./types").Action} Action */
/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").Done} Done */
/** @typedef {{ id: string, channel: string, category_label: Words, version?: number }} Item */

learn(WORDS);

/** Two channels may know the same id. @param {{ channel: string, id: string }} item */
export const keyOf = ({ channel, id }) => `${channel}:${id}`;
/** As in inbox.css. */
const NARROW = "(max-width: 900px)";
const FIRST_FIELD = ".deed-form :is(select, input, textarea)";
const FIRST_FAULT = '.deed-form [aria-invalid="true"] input, .deed-form [aria-invalid="true"]';

/**
 * What such a room goes through.
 * @template {Item} I
 * @typedef {{ readonly items: I[], readonly item: I | undefined, readonly picked: string, pick(key: string): void }} List
 */

/** @template {Item} I */
export class ActingRoom {
  /**
   * @param {App} app
   * @param {"inbox" | "verify"} name
   * @param {List<I>} list
   */
  constructor(app, name, list) {
    this.app = app;
    this.name = name;
    this.list = list;
    /** Whether the form of the picked report's draft is open. */
    this.writing = false;
    /** Whether somebody has tried to send it as it is. */
    this.asked = false;
    this.helping = false;
    this.keys = new Keys((key) => this.press(key));
    this.hear = () => { this.choose(); app.draw(); };
    this.draw = () => app.draw();
    this.told = (/** @type {Deed} */ deed, /** @type {Done | null} */ done) => this.#tell(deed, done);
  }

  enter() {
    openOffice();
    access.listeners.add(this.hear);
    hearers.changed.add(this.draw);
    hearers.told.add(this.told);
    this.keys.enter();
    access.load();
    this.choose();
  }

  leave() {
    outbox.flush();
    access.listeners.delete(this.hear);
    hearers.changed.delete(this.draw);
    hearers.told.delete(this.told);
    this.keys.leave();
  }

  /** Decides whose list it is, from the address and from who is here. */
  choose() {}

  /** What whoever is here may do with a report. @param {I} _item @returns {Action[]} */
  actionsOf(_item) {
    return [];
  }

  /** Where a report is, for a list that does not show it any more. @param {I} _item */
  placeOf(_item) {
    return "";
  }

  /** A deed about a report arrived (`done`), or somebody else acted first (null). @param {Deed} _deed @param {Done | null} _done */
  settle(_deed, _done) {}

  /** The deed about the picked report, if there is one. */
  get deed() {
    const { item } = this.list;
    return item ? outbox.of(item.channel, item.id) : undefined;
  }

  /** @param {string} key */
  pick(key) {
    const { deed } = this;
    if (key !== this.list.picked) {
      this.writing = false;
      if (deed?.state === "draft" && empty(deed)) outbox.drop(deed);
    }
    this.asked = false;
    this.list.pick(key);
    // What was begun is gone on with.
    const { item } = this.list;
    if (item && this.deed?.state === "draft" && this.actionsOf(item).length > 0) this.writing = true;
  }

  /** @param {Action} action @returns {boolean} whether it may be done at all */
  begin(action) {
    const { item } = this.list;
    if (!item || !this.actionsOf(item).includes(action)) return false;
    const about = { room: this.name, report: item.id, channel: item.channel, label: item.category_label, place: this.placeOf(item), action, expected: item.version ?? 0 };
    const deed = outbox.begin(about);
    if (deed.state !== "draft" || deed.tried) return true;
    if (plain(action)) {
      this.#submit(deed);
      return true;
    }
    this.writing = true;
    this.asked = false;
    focusAfter(this.app, FIRST_FIELD);
    return true;
  }

  /** Sends the open draft, or says what it lacks. */
  submit() {
    const { deed } = this;
    if (!deed) return;
    this.asked = true;
    if (missing(deed).length > 0) focusAfter(this.app, FIRST_FAULT);
    else this.#submit(deed);
  }

  /** The work goes on with the next report that nobody has answered: the same key answers that. @param {Deed} deed */
  #submit(deed) {
    this.writing = false;
    this.asked = false;
    outbox.submit(deed);
    this.#announce("held", deed);
    const { items, picked } = this.list;
    const at = items.findIndex((item) => keyOf(item) === picked);
    const next = [...items.slice(at + 1), ...items.slice(0, at)].find((item) => !outbox.of(item.channel, item.id));
    const key = next ? keyOf(next) : picked;
    // Where there is room for one thing only, the list is next: it says what leaves when, and how to undo it.
    this.pick(matchMedia(NARROW).matches ? "" : key);
    this.#focus(key);
  }

  /** Closes the form; what is written stays. */
  shut() {
    this.writing = false;
    const { deed } = this;
    if (deed?.state === "draft" && empty(deed)) outbox.drop(deed);
    outbox.flush();
    // The next letter is a command already, though the form is drawn for a moment longer.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.#focus(this.list.picked);
  }

  /** Opens a deed that came back, to be said otherwise. @param {Deed} deed */
  edit(deed) {
    const item = this.list.items.find((one) => keyOf(one) === keyOf({ channel: deed.channel, id: deed.report }));
    outbox.change(deed, { expected: Math.max(item?.version ?? 0, deed.current?.version ?? 0, deed.expected) });
    if (plain(deed.action)) outbox.drop(deed);
    else this.writing = true;
    focusAfter(this.app, FIRST_FIELD);
  }

  /** Shows what a deed is about. @param {Deed} deed */
  show(deed) {
    this.pick(keyOf({ channel: deed.channel, id: deed.report }));
    focusAfter(this.app, ".detail h2");
  }

  /** @param {Deed} deed @param {Done | null} done */
  #tell(deed, done) {
    if (done || deed.state === "stale") this.settle(deed, done);
    this.#announce(done ? "sent" : deed.state === "stale" || deed.state === "refused" ? deed.state : "unsent", deed);
  }

  /** @param {string} how @param {Deed} deed */
  #announce(how, deed) {
    const { lang } = this.app.place;
    const where = deed.place ? `${deed.label[lang]}, ${deed.place}` : deed.label[lang];
    this.app.announcement = say(lang, `said.${how}`, { what: say(lang, `act.${deed.action}`), where });
    this.app.draw();
  }

  /** Moves through the list. @param {number} step */
  move(step) {
    const { items, picked } = this.list;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
    const from = items.findIndex((item) => keyOf(item) === (focused ?? picked));
    const next = items[from < 0 ? 0 : from + step];
    if (!next) return false;
    this.pick(keyOf(next));
    this.#focus(keyOf(next));
    return true;
  }

  /**
   * What a key does; false = nothing, and the browser has it.
   * @param {string} key
   * @returns {boolean}
   */
  press(key) {
    if (key === "?") return this.help(!this.helping);
    if (key === "Escape") return this.#back();
    if (key === "u") return this.#undo();
    const step = /** @type {Record<string, number>} */ ({ j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 })[key];
    return step !== undefined && (key.length === 1 || document.activeElement?.closest(".cards") !== null) && this.move(step);
  }

  /** One step out: of the keys, of the form, of the report. */
  #back() {
    if (this.helping) return this.help(false);
    if (this.writing) this.shut();
    else if (this.list.picked) {
      const key = this.list.picked;
      this.pick("");
      this.#focus(key);
    } else return false;
    return true;
  }

  /** Takes back what has not left: of the picked report, else the last one. */
  #undo() {
    const held = this.deed?.state === "held" ? this.deed : outbox.deeds.filter((deed) => deed.state === "held").at(-1);
    if (!held || !outbox.undo(held)) return false;
    this.#announce("undone", held);
    return true;
  }

  /** @param {boolean} open */
  help(open) {
    this.helping = open;
    focusAfter(this.app, open ? ".key-help button" : ".keys button");
    return true;
  }

  /** Puts the focus on a report of the list. @param {string} key */
  #focus(key) {
    const card = `.cards button[data-key="${CSS.escape(key)}"]`;
    // At once if it is there: who presses J three times in a moment wants the third.
    const there = this.app.root.querySelector(card);
    if (there instanceof HTMLElement) there.focus();
    focusAfter(this.app, card);
  }
}
