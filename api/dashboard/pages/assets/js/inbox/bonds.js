// What is said of incidents: that a report tells of another one, or that two incidents are one. A report that is looked at has one such
// wish at most; it keeps its key until somebody wants something else, so that asking again says it once. Draws nothing.

import { problemOf, send } from "../api.js";
import { newKey } from "../deed/deed.js";

/** @typedef {import("./types").Bond} Bond */
/** @typedef {import("./types").BondDone} BondDone */
/** @typedef {import("./types").BondKind} BondKind */

/** Codes of reasons, the most usual first. */
export const BOND_REASONS = /** @type {Record<BondKind, string[]>} */ ({
  split: ["lain_tempat", "lain_masalah", "lain_waktu"],
  merge: ["kejadian_sama", "dicek_lokasi", "pelapor_mengulang"],
});
/** Stands in `other` for a report that is on no list here: its number is in `typed`. No report is called so. */
export const TYPED = "*";
/** Channel and number, as the server reads them. */
const ADDRESS = /^[^:]+:.+$/;

/** The report it is said of: the one that leaves, or one of the other incident. @param {Bond} bond */
export function otherOf({ other, typed }) {
  return other === TYPED ? typed.trim() : other;
}

/** What is still missing. @param {Bond} bond */
export function lacking(bond) {
  return [...(ADDRESS.test(otherOf(bond)) ? [] : ["other"]), ...(bond.reason ? [] : ["reason"])];
}

/** Whether it may be in the log already, and so stays as it was said. @param {Bond} bond */
export function settled({ state }) {
  return state === "sending" || state === "unsure";
}

export class Bonds {
  /** @param {{ changed: () => void, told: (bond: Bond, done: BondDone | null) => void }} world `told`: it is in the log, or (null) not as far as we know */
  constructor(world) {
    this.world = world;
    this.account = "";
    /** By the report that was looked at. @type {Map<string, Bond>} */
    this.bonds = new Map();
  }

  /** @param {string} about channel and id of a report */
  of(about) {
    return this.bonds.get(about);
  }

  /** @param {string} about @param {BondKind} kind @param {string} [other] the report that leaves */
  begin(about, kind, other = "") {
    const before = this.of(about);
    if (before && settled(before)) return;
    this.bonds.set(about, { about, kind, other, typed: "", reason: "", key: "", state: "draft", asked: false, problem: null });
    this.world.changed();
  }

  /** @param {Bond} bond @param {Partial<Pick<Bond, "other" | "typed" | "reason">>} change */
  change(bond, change) {
    if (settled(bond)) return;
    Object.assign(bond, change, { key: "", state: "draft", problem: null });
    this.world.changed();
  }

  /** @param {Bond} bond */
  drop(bond) {
    if (bond.state === "sending") return;
    this.bonds.delete(bond.about);
    this.world.changed();
  }

  /** Whose they are: another account says nothing of what this one began. @param {string} account */
  own(account) {
    if (account !== this.account) this.bonds.clear();
    this.account = account;
  }

  /** Says it, or says it again. @param {Bond} bond */
  async submit(bond) {
    if (bond.state === "sending") return;
    bond.asked = true;
    if (lacking(bond).length > 0) return this.world.changed();
    bond.key ||= newKey();
    Object.assign(bond, { state: "sending", problem: null });
    this.world.changed();
    const { about, kind, reason, key } = bond;
    const body = kind === "merge" ? { with: otherOf(bond), reason } : { report: otherOf(bond), reason };
    /** @type {BondDone | null} */
    let done = null;
    try {
      done = await send(`/v1/incidents/${encodeURIComponent(about)}/${kind}`, body, { key });
    } catch (error) {
      const problem = problemOf(error);
      const certain = problem.status >= 400 && problem.status < 500 && problem.status !== 408;
      Object.assign(bond, { state: certain ? "refused" : "unsure", problem });
    }
    if (this.of(about) !== bond) return;
    if (done) this.bonds.delete(about);
    this.world.told(bond, done);
    this.world.changed();
  }
}
