// Which cells of the grid lie in a hotspot's cells. A hotspot's are coarser (H3 resolution 8, the grid has 9); the coarser cell of a
// cell is in its index: the resolution is written over and the digits below it are filled (H3 index, bits 52 to 55 and 3 a digit).

/** @typedef {import("../types").Grid} Grid */

const RESOLUTION_BIT = 52n;
const DIGIT_BITS = 3;
const FINEST = 15;

/** The resolution of a cell, 0 to 15. @param {string} h3 */
export const resolutionOf = (h3) => Number.parseInt(h3[1], 16);

/**
 * The cell of a coarser resolution that this one belongs to; itself at its own.
 * @param {string} h3
 * @param {number} resolution 0 to the cell's own
 */
export function parentOf(h3, resolution) {
  let bits = (BigInt(`0x${h3}`) & ~(0xfn << RESOLUTION_BIT)) | (BigInt(resolution) << RESOLUTION_BIT);
  for (let digit = resolution + 1; digit <= resolutionOf(h3); digit += 1) bits |= 7n << BigInt((FINEST - digit) * DIGIT_BITS);
  return bits.toString(16).padStart(h3.length, "0");
}

/** The grid's cells by the coarser cell they belong to; made once a resolution. */
export class CellFamilies {
  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    /** @type {Map<number, Map<string, number[]>>} */
    this.byResolution = new Map();
  }

  /**
   * Grid indexes of the cells that lie in these, which are as coarse as the grid or coarser. Those outside the grid have none.
   * @param {string[]} cells
   * @returns {number[]}
   */
  within(cells) {
    return cells.flatMap((cell) => this.#at(resolutionOf(cell)).get(cell) ?? []);
  }

  /** @param {number} resolution */
  #at(resolution) {
    const made = this.byResolution.get(resolution);
    if (made) return made;
    /** @type {Map<string, number[]>} */
    const families = new Map();
    for (const { id, properties } of this.grid.features) {
      if (resolutionOf(properties.h3) < resolution) continue;
      const parent = parentOf(properties.h3, resolution);
      const family = families.get(parent);
      if (family) family.push(Number(id));
      else families.set(parent, [Number(id)]);
    }
    this.byResolution.set(resolution, families);
    return families;
  }
}
