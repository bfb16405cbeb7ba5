// The photos of what is looked at. They are for staff, so each is fetched with the token and held as a `blob:` address of this page, which
// is taken back when the view is left. Draws nothing.

import { askFile, problemOf } from "../api.js";

/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** Squares a side of a picture in a list: what the server makes small ones of. */
const SMALL = 320;

/**
 * @param {string} sha256
 * @param {number | null} width null = as it is kept
 */
export async function addressOf(sha256, width) {
  const { bytes } = await askFile(`/v1/photos/${sha256}`, { width }, "image/jpeg");
  return URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
}

export class Album {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** Addresses by sha256. @type {Map<string, Loaded<string>>} */
    this.photos = new Map();
  }

  /** What there is of a photo; asks for it when it is first looked at. @param {string} sha256 @returns {Loaded<string>} */
  see(sha256) {
    const known = this.photos.get(sha256);
    if (known) return known;
    /** @type {Loaded<string>} */
    const asked = { state: "loading" };
    this.photos.set(sha256, asked);
    this.#ask(sha256, asked);
    return asked;
  }

  /** Asks again for one that did not come. @param {string} sha256 */
  again(sha256) {
    if (this.photos.get(sha256)?.state === "failed") this.photos.delete(sha256);
    this.changed();
  }

  /** Nobody looks any more. */
  close() {
    for (const photo of this.photos.values()) if (photo.state === "ready") URL.revokeObjectURL(photo.value);
    this.photos.clear();
  }

  /** @param {string} sha256 @param {Loaded<string>} asked */
  async #ask(sha256, asked) {
    /** @type {Loaded<string>} */
    let outcome;
    try {
      outcome = { state: "ready", value: await addressOf(sha256, SMALL) };
    } catch (error) {
      outcome = { state: "failed", problem: problemOf(error) };
    }
    // Meanwhile it may have been closed, and opened again.
    if (this.photos.get(sha256) !== asked) {
      if (outcome.state === "ready") URL.revokeObjectURL(outcome.value);
      return;
    }
    this.photos.set(sha256, outcome);
    this.changed();
  }
}
