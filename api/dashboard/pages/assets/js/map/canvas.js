// The map without WebGL: Leaflet on a canvas. The same cells, classes, outlines and numbers; only lit cells are shapes.

import * as L from "/assets/vendor/leaflet/leaflet-src.esm.js";
import { COLOURS, HOT_Z10 } from "../heat.js";
import { Contours, PAPER, boundsOf, labelPoint, loadStyle, mainland } from "./shapes.js";

/** @typedef {import("../types").HeatMap} HeatMap */
/** @typedef {import("../types").MapCell} MapCell */
/** @typedef {import("../types").MapGauge} MapGauge */
/** @typedef {import("../types").MapJam} MapJam */
/** @typedef {import("../types").MapSpot} MapSpot */
/** @typedef {import("../types").Grid} Grid */
/** @typedef {import("../types").Areas} Areas */
/** @typedef {"light" | "dark"} Theme */

/** @implements {HeatMap} */
export class CanvasMap {
  /**
   * @param {HTMLElement} place
   * @param {{ theme: Theme, onPick: (index: number) => void }} options
   */
  static async open(place, options) {
    await loadStyle("/assets/vendor/leaflet/leaflet.css", "prepend");
    return new CanvasMap(place, options);
  }

  /**
   * @param {HTMLElement} place
   * @param {{ theme: Theme, onPick: (index: number) => void }} options
   */
  constructor(place, options) {
    /** @type {"canvas"} */
    this.engine = "canvas";
    this.theme = options.theme;
    this.onPick = options.onPick;
    this.map = L.map(place, { zoomControl: false, attributionControl: false, zoomSnap: 0, minZoom: 7, maxZoom: 17, fadeAnimation: false, zoomAnimation: !still() });
    this.map.setView([-6.2, 106.83], 11);
    // Panes stack land, cells, outlines, names; a canvas each, because Leaflet draws one canvas in order of arrival.
    const pane = (/** @type {string} */ name, /** @type {string} */ z, /** @type {boolean} */ touch) => {
      const element = this.map.createPane(name);
      element.style.zIndex = z;
      if (!touch) element.style.pointerEvents = "none";
      return L.canvas({ pane: name, padding: 0.3 });
    };
    this.onLand = pane("land", "310", false);
    this.onCells = pane("cells", "320", true);
    this.onLines = pane("lines", "330", false);
    /** @type {Map<number, MapCell>} */
    this.lit = new Map();
    /** @type {Map<number, L.Polygon>} */
    this.shapes = new Map();
    /** @type {Map<number, L.LatLngTuple[]>} */
    this.corners = new Map();
    /** @type {L.Marker[]} */
    this.marks = [];
    /** @type {L.GeoJSON[]} */
    this.layers = [];
    /** @type {L.LatLngBounds | null} */
    this.bounds = null;
    /** @type {L.Polygon | null} */
    this.outline = null;
    /** @type {L.Polyline[]} */
    this.hotLines = [];
    /** @type {MapSpot[]} */
    this.spots = [];
    /** @type {(L.Polyline | L.Marker)[]} */
    this.spotShapes = [];
    /** @type {MapJam[]} */
    this.jams = [];
    /** @type {L.CircleMarker[]} */
    this.jamShapes = [];
    /** @type {L.Marker[]} */
    this.gauges = [];
    /** @type {string | undefined} */
    this.hotDrawn = undefined;
    /** @type {Contours | null} */
    this.contours = null;
    this.dimmed = false;
    this.framed = true;
    this.map.on("dragstart", () => { this.framed = false; });
    new ResizeObserver(() => {
      this.map.invalidateSize({ pan: false });
      if (this.framed) this.#frame();
    }).observe(place);
  }

  /** @param {Grid} grid */
  setGrid(grid) {
    this.clearCells();
    this.corners.clear();
    this.contours = new Contours(grid);
    for (const cell of grid.features) {
      this.corners.set(Number(cell.id), cell.geometry.coordinates[0].map(([x, y]) => /** @type {L.LatLngTuple} */ ([y, x])));
    }
  }

  /**
   * @param {Areas} areas
   * @param {Areas | null} kota
   */
  setAreas(areas, kota) {
    for (const layer of this.layers) layer.remove();
    const paper = PAPER[this.theme];
    this.layers = [
      L.geoJSON(areas, /** @type {any} */ ({ renderer: this.onLand, pane: "land", interactive: false, style: { stroke: false, fillColor: paper.land, fillOpacity: 1 } })),
      L.geoJSON(areas, /** @type {any} */ ({ renderer: this.onLines, pane: "lines", interactive: false, style: { fill: false, color: paper.line, weight: 0.8 } })),
    ];
    if (kota) {
      this.layers.push(L.geoJSON(kota, /** @type {any} */ ({ renderer: this.onLines, pane: "lines", interactive: false, style: { fill: false, color: paper.border, weight: 1.6 } })));
      for (const area of kota.features) {
        const [x, y] = labelPoint(area.geometry);
        const icon = L.divIcon({ className: "map-name", html: "", iconSize: [140, 20] });
        const name = L.marker([y, x], { icon, interactive: false, keyboard: false });
        name.on("add", () => { const element = name.getElement(); if (element) element.textContent = area.properties.name; });
        name.addTo(this.map);
        this.layers.push(/** @type {any} */ (name));
      }
    }
    for (const layer of this.layers) layer.addTo(this.map);
    const [west, south, east, north] = boundsOf(mainland(areas));
    this.bounds = L.latLngBounds([south, west], [north, east]);
    this.areas = areas;
    this.kota = kota;
    this.#frame();
  }

  /** @param {Iterable<[number, MapCell]>} changes */
  setCells(changes) {
    for (const [id, cell] of changes) {
      if (cell.level === 0) {
        this.lit.delete(id);
        this.shapes.get(id)?.remove();
        this.shapes.delete(id);
        continue;
      }
      this.lit.set(id, cell);
      const corners = this.corners.get(id);
      if (!corners) continue;
      const shape = this.shapes.get(id);
      if (shape) {
        shape.setStyle(this.#styleOf(cell));
      } else {
        const made = L.polygon(corners, { renderer: this.onCells, pane: "cells", ...this.#styleOf(cell) });
        made.on("click", () => this.onPick(id));
        this.shapes.set(id, made.addTo(this.map));
      }
    }
    this.#drawHot();
  }

  /** One line around each group of cells far above usual, white on black so that it shows on every class. */
  #drawHot() {
    const hot = [...this.lit].filter(([, cell]) => cell.z10 >= HOT_Z10).map(([id]) => id).sort((a, b) => a - b);
    const key = `${this.theme} ${hot.join()}`;
    if (!this.contours || key === this.hotDrawn) return;
    this.hotDrawn = key;
    const lines = this.contours.around(hot).map((line) => line.map(([x, y]) => /** @type {L.LatLngTuple} */ ([y, x])));
    const paper = PAPER[this.theme];
    for (const line of this.hotLines) line.remove();
    this.hotLines = [[paper.casing, 3.6], [paper.hot, 1.5]].map(([color, weight]) =>
      L.polyline(lines, { renderer: this.onLines, pane: "lines", interactive: false, color: String(color), weight: Number(weight) }).addTo(this.map));
  }

  clearCells() {
    for (const shape of this.shapes.values()) shape.remove();
    this.shapes.clear();
    this.lit.clear();
  }

  /** @param {{ rank: number, at: [number, number], label: string, index: number }[]} marks */
  setMarks(marks) {
    marks.forEach((mark, i) => {
      const marker = (this.marks[i] ??= L.marker([0, 0], { icon: L.divIcon({ className: "map-rank", html: "", iconSize: undefined }), keyboard: false, interactive: false }).addTo(this.map));
      marker.setLatLng([mark.at[1], mark.at[0]]);
      const element = marker.getElement();
      if (!element) return;
      element.textContent = String(mark.rank);
      element.dataset.rank = String(mark.rank);
      element.title = mark.label;
      element.setAttribute("aria-hidden", "true");
    });
    for (const marker of this.marks.splice(marks.length)) marker.remove();
  }

  /** @param {MapSpot[]} spots */
  setHotspots(spots) {
    this.spots = spots;
    for (const shape of this.spotShapes) shape.remove();
    const paper = PAPER[this.theme];
    this.spotShapes = spots.flatMap((spot) => {
      const sides = (this.contours?.around(spot.cells) ?? []).map((line) => line.map(([x, y]) => /** @type {L.LatLngTuple} */ ([y, x])));
      const strokes = /** @type {[string, number][]} */ ([[paper.spotCasing, 6], [paper.spot, 3.4]]);
      const outline = strokes.map(([color, weight]) => L.polyline(sides, { renderer: this.onLines, pane: "lines", interactive: false, color, weight }).addTo(this.map));
      return spot.letter === "" ? outline : [...outline, this.#letter(spot)];
    });
  }

  /** @param {MapSpot} spot */
  #letter(spot) {
    const icon = L.divIcon({ className: "map-spot", html: "", iconSize: undefined });
    const marker = L.marker([spot.at[1], spot.at[0]], { icon, keyboard: false, interactive: false }).addTo(this.map);
    const element = marker.getElement();
    if (element) {
      element.textContent = spot.letter;
      element.title = spot.label;
      element.setAttribute("aria-hidden", "true");
    }
    return marker;
  }

  /** @param {MapJam[]} jams */
  setJams(jams) {
    this.jams = jams;
    for (const shape of this.jamShapes) shape.remove();
    const { jam: color, jamFill: fillColor } = PAPER[this.theme];
    this.jamShapes = jams.map(({ at, level }) =>
      L.circleMarker([at[1], at[0]], { renderer: this.onLines, pane: "lines", interactive: false, radius: 2 + level * 0.6, weight: 1.6, color, fillColor, fillOpacity: 1 }).addTo(this.map));
  }

  /** @param {MapGauge[]} gauges */
  setGauges(gauges) {
    gauges.forEach((gauge, i) => {
      const marker = (this.gauges[i] ??= L.marker([0, 0], { icon: L.divIcon({ className: "map-gauge", html: "", iconSize: undefined }), keyboard: false, interactive: false }).addTo(this.map));
      marker.setLatLng([gauge.at[1], gauge.at[0]]);
      const element = marker.getElement();
      if (!element) return;
      element.textContent = String(gauge.siaga ?? "?");
      element.dataset.siaga = String(gauge.siaga);
      element.title = gauge.label;
      element.setAttribute("aria-hidden", "true");
    });
    for (const marker of this.gauges.splice(gauges.length)) marker.remove();
  }

  /** @param {number | null} index */
  select(index) {
    this.outline?.remove();
    this.outline = null;
    this.picked = index;
    const corners = index === null ? undefined : this.corners.get(index);
    if (!corners) return;
    this.outline = L.polygon(corners, { renderer: this.onLines, pane: "lines", interactive: false, fill: false, color: PAPER[this.theme].pick, weight: 3.5 }).addTo(this.map);
  }

  /** @param {[number, number]} at */
  flyTo(at) {
    this.framed = false;
    this.map.setView([at[1], at[0]], Math.max(this.map.getZoom(), 13.5), { animate: !still() });
  }

  /** @param {number} step */
  zoom(step) {
    this.framed = false;
    this.map.setZoom(this.map.getZoom() + step);
  }

  home() {
    this.framed = true;
    this.#frame();
  }

  /** @param {Theme} theme */
  recolour(theme) {
    this.theme = theme;
    if (this.areas) {
      const framed = this.framed;
      const view = /** @type {const} */ ([this.map.getCenter(), this.map.getZoom()]);
      this.setAreas(this.areas, this.kota ?? null);
      if (!framed) this.map.setView(...view, { animate: false });
    }
    for (const [id, shape] of this.shapes) {
      const cell = this.lit.get(id);
      if (cell) shape.setStyle(this.#styleOf(cell));
    }
    this.hotDrawn = undefined;
    this.#drawHot();
    this.setHotspots(this.spots);
    this.setJams(this.jams);
    this.select(this.picked ?? null);
  }

  /** @param {boolean} dimmed */
  setDimmed(dimmed) {
    if (this.dimmed === dimmed) return;
    this.dimmed = dimmed;
    this.recolour(this.theme);
  }

  litCells() {
    return this.shapes.size;
  }

  /** @param {number} index */
  levelOf(index) {
    return this.lit.get(index)?.level ?? 0;
  }

  /**
   * @param {MapCell} cell
   * @returns {L.PathOptions}
   */
  #styleOf(cell) {
    return { stroke: false, fillColor: COLOURS[this.theme][cell.level - 1], fillOpacity: this.dimmed ? 0.4 : 0.92 };
  }

  #frame() {
    if (this.bounds) this.map.fitBounds(this.bounds, { padding: [16, 16], animate: false });
  }
}

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
