// The room of whoever verifies duty reports of RT and RW: which kelurahan, what waits, what one key does.

import { access } from "../access/access.js";
import { ActingRoom } from "../deed/acting.js";
import { Duty } from "./duty.js";
import { exportLedger } from "./export.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../deed/types").Action} Action */
/** @typedef {import("../deed/types").Deed} Deed */
/** @typedef {import("../deed/types").Done} Done */
/** @typedef {import("./types").DutyItem} DutyItem */
/** @typedef {import("./types").Export} Export */

/** A dotted code of a kelurahan. */
const KELURAHAN = /^\d\d\.\d\d\.\d\d\.\d{4}$/;

/** @extends {ActingRoom<DutyItem>} */
export class VerifyRoom extends ActingRoom {
  /** @param {App} app */
  constructor(app) {
    const duty = new Duty(() => app.draw());
    super(app, "verify", duty);
    this.duty = duty;
    /** @type {"queue" | "month"} */
    this.shown = "queue";
    /** @type {Export} */
    this.export = { state: "none" };
  }

  arrive() {
    this.choose();
  }

  /** Whether whoever is here may look at duty reports at all. */
  get mayLook() {
    return access.may("verify") || access.may("audit");
  }

  get mayJudge() {
    const area = access.who?.unit ?? "";
    const { kelurahan } = this.duty;
    return access.may("verify") && (access.who?.role === "operator" || kelurahan === area || kelurahan.startsWith(`${area}.`));
  }

  /** The kelurahan of the address, else one's own, else the first of one's area. @override */
  choose() {
    if (!this.mayLook) return;
    const area = access.who?.role === "verifier" ? (access.who.unit ?? "") : "";
    if (KELURAHAN.test(area)) return this.#open(area);
    this.duty.loadAreas(area).then(() => {
      const known = this.duty.areas.state === "ready" ? this.duty.areas.value : [];
      const wanted = this.app.place.unit;
      const chosen = wanted === "unplaced" ? wanted : (known.find(({ code }) => code === wanted)?.code ?? known[0]?.code ?? "");
      this.#open(chosen);
    });
  }

  /** @param {string} kelurahan */
  #open(kelurahan) {
    if (kelurahan === "" || kelurahan === this.duty.kelurahan) return;
    this.export = { state: "none" };
    this.writing = false;
    this.duty.open(kelurahan, this.duty.month);
  }

  /** @param {string} month as 2026-01 */
  turn(month) {
    this.export = { state: "none" };
    this.duty.open(this.duty.kelurahan, month);
    this.app.draw();
  }

  /** @param {"queue" | "month"} shown */
  look(shown) {
    this.shown = shown;
    this.app.draw();
  }

  /** Fetches the file that is paid from. */
  async save() {
    const { ledger } = this.duty;
    if (ledger.state !== "ready") return;
    this.export = { state: "loading" };
    this.app.draw();
    this.export = await exportLedger(ledger.value, this.duty.kelurahan);
    this.app.draw();
  }

  /** @returns {Action[]} @override */
  actionsOf() {
    return this.mayJudge ? ["verify", "reject"] : [];
  }

  /** @param {DutyItem} item @override */
  placeOf(item) {
    return item.post ?? "";
  }

  /** @param {Deed} _deed @param {Done | null} done @override */
  settle(_deed, done) {
    if (done) this.duty.settle(done);
    else this.duty.loadQueue();
  }

  /** @param {Deed} deed @override */
  show(deed) {
    this.shown = "queue";
    super.show(deed);
  }

  /** @param {string} key @override */
  press(key) {
    if (this.shown === "month") return ["?", "Escape", "u"].includes(key) && super.press(key);
    if (super.press(key)) return true;
    return (key === "v" && this.begin("verify")) || (key === "x" && this.begin("reject"));
  }
}
