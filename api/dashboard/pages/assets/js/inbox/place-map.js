// Where a report lies: the outline of its kelurahan and its cell, as a drawing of a few kilobytes. Fetched when somebody opens it, and the
// outlines once; the live map, with its library, would weigh four times as much as the whole desk.

import { html, nothing, svg } from "/assets/vendor/lit-html/lit-html.js";
import { ask } from "../api.js";
import { load } from "../loaded.js";
import { say } from "../i18n.js";
import { GRID_TYPES, gridOf } from "../map/grid.js";
import { boundsOf } from "../map/shapes.js";
import { failure, loading } from "../view-parts.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./room.js").InboxRoom} InboxRoom */
/** @typedef {import("../types").Areas} Areas */
/** @typedef {import("../types").Grid} Grid */
/** @typedef {import("../types").InboxItem} InboxItem */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

const WIDE = 320;
const HIGH = 220;

/** @type {Loaded<{ areas: Areas, grid: Grid }>} */
let city = { state: "none" };

/** @param {App} app */
function fetchCity(app) {
  if (city.state === "loading" || city.state === "ready") return;
  const asking = async () => {
    const [areas, grid] = await Promise.all([ask("/v1/areas", { level: "kelurahan", format: "geojson" }), ask("/v1/grid", {}, GRID_TYPES)]);
    return { areas: /** @type {Areas} */ (areas), grid: gridOf(/** @type {Grid} */ (grid)) };
  };
  load(city, asking, (loaded) => { city = loaded; app.draw(); });
}

/** @param {App} app @param {InboxRoom} here @param {InboxItem} item */
export function placeMap(app, here, item) {
  if (!item.kelurahan) return nothing;
  const { lang } = app.place;
  const toggled = (/** @type {Event} */ event) => {
    here.mapOpen = /** @type {HTMLDetailsElement} */ (event.target).open;
    if (here.mapOpen) fetchCity(app);
  };
  return html`<details class="place" ?open=${here.mapOpen} @toggle=${toggled}>
    <summary>${say(lang, "inbox.map")} <span class="muted">${say(lang, "inbox.map.weight")}</span></summary>
    ${!here.mapOpen ? nothing : city.state === "failed" ? failure(lang, city.problem, () => fetchCity(app)) : city.state === "ready" ? drawing(app, here, item, city.value) : loading(lang)}
  </details>`;
}

/**
 * @param {App} app
 * @param {InboxRoom} here
 * @param {InboxItem} item
 * @param {{ areas: Areas, grid: Grid }} city
 */
function drawing(app, here, item, { areas, grid }) {
  const { lang } = app.place;
  const own = areas.features.find((area) => area.properties.code === item.kelurahan);
  if (!own) return html`<p class="note">${say(lang, "inbox.map.none")}</p>`;
  const report = here.desk.report.state === "none" ? undefined : here.desk.report.value;
  const cell = report?.h3 ? grid.features.find((one) => one.properties.h3 === report.h3) : undefined;
  const around = /** @type {Areas} */ ({ ...areas, features: cell ? [own, /** @type {any} */ (cell)] : [own] });
  const [west, south, east, north] = boundsOf(around);
  // A degree of longitude is shorter than one of latitude: here by half a percent.
  const scale = Math.min((WIDE - 40) / (east - west), (HIGH - 40) / (north - south));
  const at = (/** @type {number[]} */ [x, y]) => `${((x - (west + east) / 2) * scale + WIDE / 2).toFixed(1)},${(HIGH / 2 - (y - (south + north) / 2) * scale).toFixed(1)}`;
  const path = (/** @type {import("../types").Polygonal} */ shape) => (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates)
    .flatMap((polygon) => polygon.map((ring) => `M${ring.map(at).join("L")}Z`)).join("");
  const reach = [(east - west) * 1.5, (north - south) * 1.5];
  const near = areas.features.filter((area) => {
    const [w, s, e, n] = boundsOf({ features: [area] });
    return area !== own && e > west - reach[0] && w < east + reach[0] && n > south - reach[1] && s < north + reach[1];
  });
  const words = say(lang, cell ? "inbox.map.cell" : "inbox.map.area", { name: own.properties.name, kecamatan: own.properties.kecamatan ?? "" });
  return html`<svg class="outline" viewBox=${`0 0 ${WIDE} ${HIGH}`} role="img" aria-label=${words}>
      ${near.map((area) => svg`<path class="near" d=${path(area.geometry)} />`)}
      <path class="own" d=${path(own.geometry)} />
      ${cell ? svg`<path class="cell" d=${path(cell.geometry)} />` : nothing}
    </svg><p class="muted">${words}${areas.approximate ? html` ${say(lang, "map.approximate")}` : nothing}</p>`;
}
