// The heat of one moment, or of one channel, as the server answers it: what the live stream does not bring.

import { ask } from "../api.js";

/** @typedef {import("../types").Cells} Cells */
/** @typedef {{ window: string, category: string, channel: string, atMs: number | null }} Question */
/** @typedef {{ n: number, z10: number }} Count */
/** @typedef {{ index: number, h3: string, n: number, z: number }} Peak */

/**
 * @typedef {object} Moment
 * @property {Map<number, Count>} cells by grid index
 * @property {number | null} endMs end of the window they are of
 * @property {number} total reports in them
 * @property {boolean} complete whether only late reports can change it
 * @property {Peak[]} peaks the cells farthest above usual
 */

/** Cells named in words. */
const PEAKS = 6;
/** Below this excess, standard deviations, a cell is no peak. */
const PEAK_Z = 2;

/**
 * @param {Question} question
 * @returns {Promise<Moment>}
 */
export async function momentOf({ window, category, channel, atMs }) {
  const at = atMs === null ? "" : new Date(atMs).toISOString();
  return read(/** @type {Cells} */ (await ask("/v1/cells", { window, category, channel, at })));
}

/**
 * @param {Cells} body
 * @returns {Moment}
 */
export function read({ items, window_end: end, final }) {
  /** @type {Map<number, Count>} */
  const cells = new Map();
  /** @type {Peak[]} */
  const peaks = [];
  let total = 0;
  for (const { index, h3, n, z } of items) {
    if (n === 0 || index === null) continue;
    total += n;
    cells.set(index, { n, z10: Math.round(z * 10) });
    if (z >= PEAK_Z) peaks.push({ index, h3, n, z });
  }
  peaks.sort((a, b) => b.z - a.z || a.index - b.index);
  return { cells, endMs: end === null ? null : Date.parse(end), total, complete: final, peaks: peaks.slice(0, PEAKS) };
}
