// Carries a deed to the server: its photo first, which is the same photo however often it is sent, then the deed under its key.

import { problemOf, send } from "../api.js";
import { bodyOf } from "./deed.js";

/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").Done} Done */

/** A photo of a megabyte and a half takes four minutes at 50 kbit/s, ms. */
const PHOTO_PATIENCE_MS = 300_000;

/**
 * @param {Deed} deed
 * @returns {Promise<Done>}
 */
export async function give(deed) {
  const photo = await photoOf(deed);
  return send(`/v1/reports/${encodeURIComponent(deed.report)}/transitions`, bodyOf(deed, photo), { key: deed.key });
}

/** @param {Deed} deed */
async function photoOf(deed) {
  if (!deed.photo) return null;
  try {
    const facts = /** @type {{ sha256: string }} */ (await send("/v1/photos", deed.photo.blob, { patienceMs: PHOTO_PATIENCE_MS }));
    return facts.sha256;
  } catch (error) {
    throw { problem: problemOf(error), untouched: true };
  }
}
