// Small geometry both map engines need: bounds, the middle of an area, the style colours, and loading a stylesheet.

import { CornerNet } from "./corners.js";

/** @typedef {import("../types").Areas} Areas */
/** @typedef {import("../types").Grid} Grid */
/** @typedef {import("../types").Polygonal} Polygonal */

/** Land, sea and lines by theme; the classes' contrast was measured against `land`. */
export const PAPER = {
  dark: { sea: "#0b1016", land: "#161e27", line: "#33414f", border: "#7d8fa1", label: "#dfe7ee", halo: "#0b1016", hot: "#ffffff", casing: "#000000", pick: "#6cb6ff", spot: "#ff8ad8", spotCasing: "#000000", jam: "#ff9d5c", jamFill: "#0b1016" },
  light: { sea: "#dfe6ec", land: "#f3f5f7", line: "#c3ccd5", border: "#66788a", label: "#1d2a36", halo: "#ffffff", hot: "#ffffff", casing: "#0b1016", pick: "#0b5cad", spot: "#b8006b", spotCasing: "#ffffff", jam: "#a63d00", jamFill: "#ffffff" },
};

/**
 * The rings of a polygon or multipolygon, outer ones only.
 * @param {Polygonal} shape
 * @returns {number[][][]}
 */
function outerRings(shape) {
  return shape.type === "Polygon" ? [shape.coordinates[0]] : shape.coordinates.map((polygon) => polygon[0]);
}

/**
 * [west, south, east, north] in degrees.
 * @param {{ features: { geometry: Polygonal }[] }} collection
 * @returns {[number, number, number, number]}
 */
export function boundsOf(collection) {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const feature of collection.features) {
    for (const ring of outerRings(feature.geometry)) {
      for (const [x, y] of ring) {
        west = Math.min(west, x);
        east = Math.max(east, x);
        south = Math.min(south, y);
        north = Math.max(north, y);
      }
    }
  }
  return [west, south, east, north];
}

/**
 * A hexagon's middle: the mean of its corners.
 * @param {GeoJSON.Polygon} cell
 * @returns {[number, number]}
 */
export function middleOfCell(cell) {
  const corners = cell.coordinates[0].slice(0, -1);
  const sum = corners.reduce((at, [x, y]) => [at[0] + x, at[1] + y], [0, 0]);
  return [sum[0] / corners.length, sum[1] / corners.length];
}

/**
 * The centre of mass of an area's largest ring, where its name goes.
 * @param {Polygonal} shape
 * @returns {[number, number]}
 */
export function labelPoint(shape) {
  let best = 0;
  /** @type {[number, number]} */
  let at = [0, 0];
  for (const ring of outerRings(shape)) {
    let [area, x, y] = [0, 0, 0];
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      area += cross;
      x += (ring[i][0] + ring[i + 1][0]) * cross;
      y += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    if (Math.abs(area) > best) {
      best = Math.abs(area);
      at = [x / (3 * area), y / (3 * area)];
    }
  }
  return at;
}

/** More corners than a grid has. */
const CORNERS = 4_194_304;

/** The lines around groups of cells. Corners are matched once, when the grid comes; a contour is then a matter of counting. */
export class Contours {
  /** @param {Grid} grid */
  constructor(grid) {
    const net = new CornerNet();
    this.corners = net.corners;
    /** @type {Map<number, number[]>} corner numbers around each cell, by grid index */
    this.rings = new Map(grid.features.map((cell) => [Number(cell.id), cell.geometry.coordinates[0].slice(0, -1).map(([x, y]) => net.numberOf(x, y))]));
  }

  /**
   * The sides that only one of these cells has, as two-point lines.
   * @param {Iterable<number>} cells
   * @returns {[number, number][][]}
   */
  around(cells) {
    /** @type {Map<number, [number, number][]>} by the numbers of both ends */
    const sides = new Map();
    for (const cell of cells) {
      const ring = this.rings.get(cell) ?? [];
      ring.forEach((from, i) => {
        const to = ring[(i + 1) % ring.length];
        const key = Math.min(from, to) * CORNERS + Math.max(from, to);
        if (!sides.delete(key)) sides.set(key, [this.corners[from], this.corners[to]]);
      });
    }
    return [...sides.values()];
  }
}

/**
 * The part of the territory the first view frames: islands far from the mainland (Kepulauan Seribu lies 70 km out) would
 * make the city a thumbnail, so areas whose middle is more than four times as far out as the median area are left out.
 * @param {Areas} areas
 */
export function mainland(areas) {
  const middles = areas.features.map((feature) => labelPoint(feature.geometry));
  if (middles.length < 8) return areas;
  const median = (/** @type {number[]} */ values) => values.slice().sort((a, b) => a - b)[values.length >> 1];
  const centre = [median(middles.map((m) => m[0])), median(middles.map((m) => m[1]))];
  const far = middles.map((m) => Math.hypot(m[0] - centre[0], m[1] - centre[1]));
  const limit = 4 * median(far);
  return { ...areas, features: areas.features.filter((_, i) => far[i] <= limit) };
}

/**
 * Adds a stylesheet and waits for it, so that nothing is drawn unstyled.
 * @param {string} href
 * @param {"prepend" | "append"} place somebody else's goes before ours, so that our rules win; one of ours after them
 * @returns {Promise<void>}
 */
export function loadStyle(href, place) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(`cannot load ${href}`));
    };
    document.head[place](link);
  });
}
