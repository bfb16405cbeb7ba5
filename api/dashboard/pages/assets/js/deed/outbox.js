// What was written and has not arrived: drafts, what leaves in some seconds and can be undone, what waits for the line, what was refused.
// Nothing in it is lost with the page, nothing leaves twice, and nothing leaves or fails without being said.
//
// ```text
// draft ─submit─▶ held ─10 s─▶ unsent ─line─▶ sending ─201─▶ gone, in `sent`
//   ▲               │undo         ▲              │no answer, 401, 429, 503: again, with the same key
//   └───────────────┘             └──────────────┤409 ─▶ stale ─again, another key─▶ held
//   ▲                                            └4xx ─▶ refused
//   └────────────────edit, another key───────────────────┘
// ```

import { newKey, plain } from "./deed.js";

/** @typedef {import("./types").Action} Action */
/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").DeedStore} DeedStore */
/** @typedef {import("./types").Done} Done */
/** @typedef {import("./types").Sent} Sent */
/** @typedef {import("../types").Problem} Problem */

/** How long something asked for can be undone, ms. */
export const HOLD_MS = 10_000;
/** Waits before what did not arrive is tried again, ms; the last one for ever after. */
const AGAIN_MS = [3_000, 10_000, 30_000, 60_000];
/** What arrived is shown so many at a time. */
const SHOWN = 5;

export class Outbox {
  /**
   * @param {object} world
   * @param {(deed: Deed) => Promise<Done>} world.give carries a deed to the server; throws `{ problem }`, with `untouched` where the deed
   *   itself was not sent yet
   * @param {() => number} world.now ms
   * @param {() => void} world.changed something is to be drawn anew
   * @param {(deed: Deed, done: Done | null) => void} world.told a deed arrived, or came back (null)
   * @param {number} [world.holdMs]
   */
  constructor({ give, now, changed, told, holdMs = HOLD_MS }) {
    this.world = { give, now, changed, told };
    this.holdMs = holdMs;
    /** @type {DeedStore | null} */
    this.store = null;
    this.account = "";
    /** @type {Deed[]} */
    this.deeds = [];
    /** @type {Sent[]} the newest first */
    this.sent = [];
    /** Whether the browser refuses to keep what is written. */
    this.forgetful = false;
    this.failures = 0;
    /** Until when nothing is sent: the line was not there, ms. */
    this.quietUntil = 0;
    this.busy = false;
    /** Whether the server wants somebody to sign in first. */
    this.locked = false;
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.saving = new Map();
  }

  /**
   * Takes up what this account left behind. What was on its way then is tried again: its key makes that harmless.
   * @param {DeedStore} store
   * @param {string} account
   */
  async open(store, account) {
    this.store = store;
    this.forgetful = !store.lasting;
    this.account = account;
    this.locked = false;
    const kept = await store.all().catch(() => []);
    this.deeds = kept.filter((deed) => deed.account === account).sort((a, b) => a.begun - b.begun);
    for (const deed of this.deeds) {
      if (deed.state === "sending") deed.tried = true;
      if (deed.state === "held" || deed.state === "sending") Object.assign(deed, { state: "unsent", leaves: 0 });
    }
    this.world.changed();
    this.tick();
  }

  /** @param {string} channel @param {string} report */
  of(channel, report) {
    return this.deeds.find((deed) => deed.channel === channel && deed.report === report);
  }

  /** What still has to leave. */
  get waiting() {
    return this.deeds.filter((deed) => deed.state !== "draft");
  }

  /** Whether closing the page now would leave something undone that was asked for. */
  get urgent() {
    return this.deeds.some((deed) => ["held", "unsent", "sending"].includes(deed.state) || (this.forgetful && deed.state !== "held"));
  }

  /**
   * A draft; one report has one. What was written for another action stays where both ask for it.
   * @param {Pick<Deed, "room" | "report" | "channel" | "label" | "place" | "action" | "expected">} about
   */
  begin(about) {
    const before = this.of(about.channel, about.report);
    if (before && (before.tried || before.state === "held" || before.state === "sending")) return before;
    if (before) {
      Object.assign(before, { action: about.action, expected: about.expected, state: "draft", problem: null, current: null, key: this.#rename(before) });
      this.#keep(before);
      return before;
    }
    /** @type {Deed} */
    const deed = {
      ...about, key: newKey(), account: this.account, target: "", officer: "", reason: "", note: "", photo: null,
      state: "draft", tried: false, begun: this.world.now(), leaves: 0, problem: null, current: null,
    };
    this.deeds.push(deed);
    return deed;
  }

  /**
   * Changes what a deed says. What may have arrived says what it said.
   * @param {Deed} deed
   * @param {Partial<Deed>} change
   */
  change(deed, change) {
    if (deed.tried || deed.state === "held" || deed.state === "sending") return;
    Object.assign(deed, change, { state: "draft", problem: null, current: null });
    clearTimeout(this.saving.get(deed.key));
    this.saving.set(deed.key, setTimeout(() => this.#keep(deed), 250));
    this.world.changed();
  }

  /** Writes at once what a pause in typing would have written. */
  flush() {
    for (const [key, timer] of this.saving) {
      clearTimeout(timer);
      const deed = this.deeds.find((one) => one.key === key);
      if (deed) this.#keep(deed);
    }
    this.saving.clear();
  }

  /** Asks for a deed: it leaves when it can no longer be undone. @param {Deed} deed */
  submit(deed) {
    if (deed.state !== "draft" && deed.state !== "refused") return;
    Object.assign(deed, { state: "held", leaves: this.world.now() + this.holdMs, problem: null });
    this.#keep(deed);
    this.world.changed();
  }

  /** Takes back what has not left. @param {Deed} deed @returns {boolean} whether it had not */
  undo(deed) {
    const left = deed.tried || !(deed.state === "held" || deed.state === "unsent");
    if (left) return false;
    deed.state = "draft";
    // One key says all there is to say; nothing is written that should stay.
    if (plain(deed.action)) this.drop(deed);
    else this.#keep(deed);
    this.world.changed();
    return true;
  }

  /** Lets it leave at once. @param {Deed} deed */
  hurry(deed) {
    if (deed.state !== "held" && deed.state !== "unsent") return;
    Object.assign(deed, { state: "unsent", leaves: 0 });
    this.#keep(deed);
    this.quietUntil = 0;
    this.tick();
  }

  /** Asks for it once more, of the case as it is now. @param {Deed} deed */
  again(deed) {
    if (deed.state !== "stale" || !deed.current) return;
    Object.assign(deed, { key: this.#rename(deed), expected: deed.current.version, state: "draft", problem: null, current: null });
    this.submit(deed);
  }

  /** @param {Deed} deed */
  drop(deed) {
    if (deed.state === "sending") return;
    clearTimeout(this.saving.get(deed.key));
    this.saving.delete(deed.key);
    this.deeds = this.deeds.filter((one) => one !== deed);
    this.store?.remove(deed.key).catch(() => {});
    this.world.changed();
  }

  /** The line is back, or somebody has signed in. */
  resume() {
    this.locked = false;
    this.quietUntil = 0;
    this.tick();
  }

  /** To be called each second. */
  tick() {
    const now = this.world.now();
    for (const deed of this.deeds) {
      if (deed.state === "held" && deed.leaves <= now) {
        Object.assign(deed, { state: "unsent", leaves: 0 });
        this.#keep(deed);
        this.world.changed();
      }
    }
    this.#pump();
  }

  /** One after the other, in the order in which they were begun: what was asked for first arrives first. */
  async #pump() {
    if (this.busy || this.locked) return;
    this.busy = true;
    try {
      for (;;) {
        const now = this.world.now();
        const next = now < this.quietUntil ? undefined : this.deeds.find((deed) => deed.state === "unsent" && deed.leaves <= now);
        if (!next || this.locked) return;
        await this.#give(next);
      }
    } finally {
      this.busy = false;
    }
  }

  /** @param {Deed} deed */
  async #give(deed) {
    deed.state = "sending";
    await this.#keep(deed);
    this.world.changed();
    try {
      const done = await this.world.give(deed);
      this.failures = 0;
      this.sent = [{ deed, done }, ...this.sent].slice(0, SHOWN);
      this.deeds = this.deeds.filter((one) => one !== deed);
      this.world.told(deed, done);
      await this.store?.remove(deed.key).catch(() => {});
    } catch (error) {
      const { problem, untouched } = /** @type {{ problem?: Problem, untouched?: boolean }} */ (error);
      this.#refuse(deed, problem ?? { title: String(error), status: 0 }, untouched ?? false);
      await this.#keep(deed);
      this.world.told(deed, null);
    }
    this.world.changed();
  }

  /**
   * @param {Deed} deed
   * @param {Problem} problem
   * @param {boolean} untouched it went wrong before the deed itself was sent
   */
  #refuse(deed, problem, untouched) {
    deed.problem = problem;
    const { status } = problem;
    if (status === 409 && problem.current) {
      Object.assign(deed, { state: "stale", tried: false, current: problem.current });
    } else if (status === 401) {
      // Nothing was done; the deed waits for its owner.
      deed.state = "unsent";
      this.locked = true;
    } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      Object.assign(deed, { state: "refused", tried: false, key: this.#rename(deed) });
    } else {
      // No answer, or not now. Of what got no answer nobody knows whether it arrived.
      deed.state = "unsent";
      deed.tried ||= status !== 429 && !untouched;
      const wait = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)];
      this.failures += 1;
      this.quietUntil = this.world.now() + Math.max(wait, (problem.waitS ?? 0) * 1_000);
    }
  }

  /** Another key, for another wish; what is kept under the old one goes. @param {Deed} deed */
  #rename(deed) {
    this.store?.remove(deed.key).catch(() => {});
    clearTimeout(this.saving.get(deed.key));
    this.saving.delete(deed.key);
    return newKey();
  }

  /** @param {Deed} deed */
  async #keep(deed) {
    this.saving.delete(deed.key);
    if (!this.deeds.includes(deed)) return;
    try {
      await this.store?.put({ ...deed });
    } catch {
      this.forgetful = true;
      this.world.changed();
    }
  }
}
