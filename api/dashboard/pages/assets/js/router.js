// Fetches a room's code, words and style sheets when somebody first enters it, and keeps them. Says that it is under way, or what
// went wrong, until they are here.

import { learn } from "./i18n.js";
import { loadStyle } from "./map/shapes.js";
import { roomNamed } from "./rooms.js";

/** @typedef {import("./types").RoomModule} RoomModule */
/** @typedef {import("./types").RoomName} RoomName */
/** @template T @typedef {import("./types").Loaded<T>} Loaded */

export class Router {
  constructor() {
    /** @type {Map<RoomName, Loaded<RoomModule>>} */
    this.rooms = new Map();
    /** @type {Set<string>} style sheets that are here */
    this.sheets = new Set();
  }

  /**
   * What there is of a room.
   * @param {RoomName} name
   * @returns {Loaded<RoomModule>}
   */
  of(name) {
    return this.rooms.get(name) ?? { state: "none" };
  }

  /**
   * The module of a room, if it is here.
   * @param {RoomName} name
   */
  module(name) {
    const loaded = this.of(name);
    return loaded.state === "ready" ? loaded.value : null;
  }

  /**
   * Fetches a room unless it is here or under way; never throws.
   * @param {RoomName} name
   * @returns {Promise<RoomModule | null>} null when it could not be had
   */
  async fetch(name) {
    const { state } = this.of(name);
    if (state === "loading" || state === "ready") return this.module(name);
    const room = roomNamed(name);
    this.rooms.set(name, { state: "loading" });
    try {
      const sheets = (room.sheets ?? []).map((sheet) => this.#sheet(sheet));
      const [module, words] = await Promise.all([room.load(), room.words?.(), ...sheets]);
      if (words) learn(words.WORDS);
      this.rooms.set(name, { state: "ready", value: module });
    } catch {
      this.rooms.set(name, { state: "failed", problem: { title: "network", status: 0 } });
    }
    return this.module(name);
  }

  /** @param {string} sheet */
  async #sheet(sheet) {
    if (this.sheets.has(sheet)) return;
    await loadStyle(`/assets/css/${sheet}.css`, "append");
    this.sheets.add(sheet);
  }
}
