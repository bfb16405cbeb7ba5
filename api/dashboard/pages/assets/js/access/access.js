// Who sits before the page, as the server sees it: one for all rooms of a tab.

import { ask, problemOf } from "../api.js";
import { forgetToken, keepToken, token } from "./token.js";

/** @typedef {import("./types").Me} Me */
/** @typedef {import("./types").Right} Right */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** What a token may be made of; anything else would not even travel. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

class Access {
  constructor() {
    /** @type {Loaded<Me>} */
    this.me = { state: "none" };
    /** Why the last try to sign in failed; empty = it did not. @type {"" | "token" | "bad" | "network" | "role"} */
    this.refused = "";
    /** Called whenever somebody comes or goes. @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /** Whoever it is, as far as it is known. @returns {Me | undefined} */
  get who() {
    return this.me.state === "none" ? undefined : this.me.value;
  }

  /** Whether somebody of the staff is here. */
  get staff() {
    return this.who !== undefined && this.who.role !== "public";
  }

  /** @param {Right} right */
  may(right) {
    return this.who?.rights.includes(right) ?? false;
  }

  /** Asks the server once; `again` asks it anew. @param {boolean} [again] @returns {Promise<void>} */
  async load(again = false) {
    if (!again && (this.me.state === "ready" || this.me.state === "loading")) return;
    this.me = { state: "loading", value: this.who };
    try {
      this.me = { state: "ready", value: await ask("/v1/me") };
    } catch (error) {
      const problem = problemOf(error);
      // A token that is not good any more opens nothing; the page goes on as the public's, and says so.
      if (problem.status === 401 && token()) {
        forgetToken();
        this.refused = "bad";
        this.me = { state: "none" };
        return this.load(true);
      }
      this.me = { state: "failed", problem, value: this.who };
    }
    for (const hear of this.listeners) hear();
  }

  /** @param {string} text */
  async signIn(text) {
    const secret = text.trim().replace(/^Bearer\s+/i, "");
    this.refused = "";
    if (!TOKEN.test(secret)) {
      this.refused = "token";
      for (const hear of this.listeners) hear();
      return;
    }
    keepToken(secret);
    await this.load(true);
    const problem = this.problem;
    if (problem) {
      // Nobody knows whether it is good; whoever typed it types it again.
      this.refused = problem.status === 403 ? "role" : "network";
      forgetToken();
      await this.load(true);
    }
  }

  /** Why nobody can say who it is. */
  get problem() {
    return this.me.state === "failed" ? this.me.problem : null;
  }

  async signOut() {
    forgetToken();
    this.refused = "";
    this.me = { state: "none" };
    await this.load(true);
  }
}

export const access = new Access();
