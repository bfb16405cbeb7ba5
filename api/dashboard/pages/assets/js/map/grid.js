// The grid as it travels. As GeoJSON the city's cells weigh 250 kB on the wire, half of the page; as indexes and middles in whole
// hundred-thousandths of a degree, each told from the one before, they weigh 12 kB. Over one city all cells of a resolution
// have the same shape to within a metre, so one shape goes with them.

import { CornerNet } from "./corners.js";

/** @typedef {import("../types").Grid} Grid */
/** @typedef {import("../types").CompactGrid} CompactGrid */

/** Asks for the compact form, and takes GeoJSON from a server that does not have it. */
export const GRID_TYPES = "application/vnd.tanggap.grid+json, application/geo+json;q=0.9";

/** Degrees of one step of the middles. */
const STEP_DEG = 1e-5;

/**
 * The grid as GeoJSON, whichever way it came.
 * @param {Grid | CompactGrid} body
 * @returns {Grid}
 */
export function gridOf(body) {
  if ("features" in body) return body;
  // The one shape leaves a metre between neighbours, which shows as specks; corners that are one are drawn as one.
  const net = new CornerNet();
  let [x, y, code] = [0, 0, 0];
  let cell = BigInt(`0x${body.first}`);
  const unit = BigInt(body.unit);
  const features = body.h3.map((step, index) => {
    cell += BigInt(step) * unit;
    x += body.lon[index];
    y += body.lat[index];
    code += body.kelurahan[index];
    const ring = body.shape.map(([dx, dy]) => net.corners[net.numberOf(x * STEP_DEG + dx, y * STEP_DEG + dy)]);
    return /** @type {Grid["features"][number]} */ ({
      type: "Feature", id: index, properties: { h3: cell.toString(16), kelurahan: body.codes[code] ?? null },
      geometry: { type: "Polygon", coordinates: [[...ring, ring[0]]] },
    });
  });
  return { type: "FeatureCollection", version: body.version, features };
}
