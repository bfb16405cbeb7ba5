// The map on WebGL: one static grid whose cells change by feature state only, so a delta costs a fraction of a millisecond.

import { Map as GlCanvas, Marker, setWorkerUrl } from "/assets/vendor/maplibre-gl/maplibre-gl.mjs";
import { COLOURS, HOT_Z10 } from "../heat.js";
import { Contours, PAPER, boundsOf, labelPoint, mainland } from "./shapes.js";

/** @typedef {import("../types").HeatMap} HeatMap */
/** @typedef {import("../types").MapCell} MapCell */
/** @typedef {import("../types").MapGauge} MapGauge */
/** @typedef {import("../types").MapJam} MapJam */
/** @typedef {import("../types").MapSpot} MapSpot */
/** @typedef {import("../types").Grid} Grid */
/** @typedef {import("../types").Areas} Areas */
/** @typedef {"light" | "dark"} Theme */

/** @type {GeoJSON.FeatureCollection} */
const NOTHING = { type: "FeatureCollection", features: [] };
const STATE = /** @type {const} */ (["coalesce", ["feature-state", "level"], 0]);

setWorkerUrl("/assets/vendor/maplibre-gl/maplibre-gl-worker.mjs");

/** @implements {HeatMap} */
export class GlMap {
  /**
   * @param {HTMLElement} place
   * @param {{ theme: Theme, onPick: (index: number) => void, onProblem: (what: string) => void }} options
   */
  static async open(place, options) {
    const map = new GlCanvas({
      container: place,
      style: styleOf(options.theme, textScale()),
      center: [106.83, -6.2],
      zoom: 10,
      minZoom: 7,
      maxZoom: 17,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      localIdeographFontFamily: false,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.on("error", (event) => options.onProblem(event.error?.message ?? "map"));
    await new Promise((resolve) => map.once("style.load", () => resolve(undefined)));
    return new GlMap(map, options);
  }

  /**
   * @param {GlCanvas} map
   * @param {{ theme: Theme, onPick: (index: number) => void }} options
   */
  constructor(map, options) {
    /** @type {"webgl"} */
    this.engine = "webgl";
    this.map = map;
    this.theme = options.theme;
    /** @type {Map<number, MapCell>} */
    this.lit = new Map();
    /** @type {Marker[]} */
    this.marks = [];
    /** @type {Marker[]} */
    this.letters = [];
    /** @type {Marker[]} */
    this.gauges = [];
    /** @type {number | null} */
    this.selected = null;
    /** @type {Contours | null} */
    this.contours = null;
    /** The cells far above usual that the contour was last drawn around. */
    this.hotDrawn = "";
    /** @type {[number, number, number, number] | null} */
    this.bounds = null;
    map.on("click", "cells", (event) => {
      const id = event.features?.[0]?.id;
      if (typeof id === "number") options.onPick(id);
    });
    map.on("mouseenter", "cells", () => { map.getCanvas().classList.add("over-cell"); });
    map.on("mouseleave", "cells", () => { map.getCanvas().classList.remove("over-cell"); });
    // A city that was framed stays framed when the window changes its size; a place the user chose stays where it is.
    this.framed = true;
    map.on("dragstart", () => { this.framed = false; });
    map.on("zoomstart", (event) => { if (event.originalEvent) this.framed = false; });
    map.on("resize", () => { if (this.framed) this.#frame(false); });
  }

  /** @param {Grid} grid */
  setGrid(grid) {
    this.lit.clear();
    this.map.removeFeatureState({ source: "grid" });
    source(this.map, "grid").setData(grid);
    this.contours = new Contours(grid);
    this.#drawHot();
  }

  /**
   * @param {Areas} areas
   * @param {Areas | null} kota
   */
  setAreas(areas, kota) {
    source(this.map, "areas").setData(areas);
    source(this.map, "area-names").setData(names(areas));
    if (kota) {
      source(this.map, "kota").setData(kota);
      source(this.map, "kota-names").setData(names(kota));
    }
    this.bounds = boundsOf(mainland(areas));
    this.#frame(false);
  }

  /** @param {Iterable<[number, MapCell]>} changes */
  setCells(changes) {
    for (const [id, cell] of changes) {
      if (cell.level === 0) {
        if (!this.lit.delete(id)) continue;
        this.map.removeFeatureState({ source: "grid", id });
        continue;
      }
      const known = this.lit.get(id);
      this.lit.set(id, cell);
      // Another count of the same class looks the same, and telling it would cost as much.
      if (known?.level !== cell.level) this.map.setFeatureState({ source: "grid", id }, { level: cell.level });
    }
    this.#drawHot();
  }

  /** One line around each group of cells far above usual; sent to the map only when the group changed. */
  #drawHot() {
    const hot = [...this.lit].filter(([, cell]) => cell.z10 >= HOT_Z10).map(([id]) => id).sort((a, b) => a - b);
    const key = hot.join();
    if (!this.contours || key === this.hotDrawn) return;
    this.hotDrawn = key;
    source(this.map, "hot").setData(lines(this.contours.around(hot)));
  }

  clearCells() {
    this.lit.clear();
    this.map.removeFeatureState({ source: "grid" });
  }

  /** @param {{ rank: number, at: [number, number], label: string, index: number }[]} marks */
  setMarks(marks) {
    this.#pin(this.marks, marks, "map-rank", "center", (element, mark) => {
      element.dataset.rank = String(mark.rank);
      return String(mark.rank);
    });
  }

  /**
   * Puts a badge at each place; badges that are there are moved, not made anew.
   * @template {{ at: [number, number], label: string }} T
   * @param {Marker[]} markers
   * @param {T[]} items
   * @param {string} kind
   * @param {"center" | "bottom"} anchor
   * @param {(element: HTMLElement, item: T) => string} dress gives the words on it
   */
  #pin(markers, items, kind, anchor, dress) {
    items.forEach((item, i) => {
      const marker = (markers[i] ??= new Marker({ element: badge(kind), anchor }).setLngLat(item.at).addTo(this.map));
      const element = marker.getElement();
      const words = dress(element, item);
      if (element.textContent !== words) element.textContent = words;
      if (element.title !== item.label) element.title = item.label;
      const at = marker.getLngLat();
      if (at.lng !== item.at[0] || at.lat !== item.at[1]) marker.setLngLat(item.at);
    });
    for (const marker of markers.splice(items.length)) marker.remove();
  }

  /** @param {MapSpot[]} spots */
  setHotspots(spots) {
    const { contours } = this;
    const outline = (/** @type {MapSpot} */ spot) => ({ ...lines(contours?.around(spot.cells) ?? []), properties: { picked: spot.picked } });
    source(this.map, "spots").setData({ type: "FeatureCollection", features: spots.map(outline) });
    const lettered = spots.filter((spot) => spot.letter !== "");
    this.#pin(this.letters, lettered, "map-spot", "bottom", (_, spot) => spot.letter);
  }

  /** @param {MapJam[]} jams */
  setJams(jams) {
    source(this.map, "jams").setData({
      type: "FeatureCollection",
      features: jams.map(({ at, level }) => ({ type: "Feature", properties: { level }, geometry: { type: "Point", coordinates: at } })),
    });
  }

  /** @param {MapGauge[]} gauges */
  setGauges(gauges) {
    this.#pin(this.gauges, gauges, "map-gauge", "center", (element, gauge) => {
      element.dataset.siaga = String(gauge.siaga);
      return String(gauge.siaga ?? "?");
    });
  }

  /** @param {number | null} index */
  select(index) {
    this.selected = index;
    source(this.map, "picked").setData(lines(index === null || !this.contours ? [] : this.contours.around([index])));
  }

  /** @param {[number, number]} at */
  flyTo(at) {
    this.framed = false;
    this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), 12.5), duration: duration(600) });
  }

  /** @param {number} step */
  zoom(step) {
    this.framed = false;
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: duration(250) });
  }

  home() {
    this.framed = true;
    this.#frame(true);
  }

  /** @param {Theme} theme */
  recolour(theme) {
    this.theme = theme;
    for (const [layer, property, value] of paints(theme)) this.map.setPaintProperty(layer, property, value);
  }

  /** @param {boolean} dimmed */
  setDimmed(dimmed) {
    this.map.setPaintProperty("cells", "fill-opacity", cellOpacity(dimmed));
  }

  litCells() {
    // A cell on the border of two tiles is found in both.
    const drawn = this.map.queryRenderedFeatures({ layers: ["cells"] }).filter((feature) => Number(feature.state.level) > 0);
    return new Set(drawn.map((feature) => feature.id)).size;
  }

  /** @param {number} index */
  levelOf(index) {
    return Number(this.map.getFeatureState({ source: "grid", id: index }).level ?? 0);
  }

  /** @param {boolean} moving */
  #frame(moving) {
    if (!this.bounds) return;
    const [west, south, east, north] = this.bounds;
    const wide = this.map.getContainer().clientWidth > 700;
    this.map.fitBounds([[west, south], [east, north]], { padding: wide ? { top: 24, right: 24, bottom: 24, left: 24 } : 12, duration: moving ? duration(500) : 0 });
  }
}

/** @param {number} ms */
function duration(ms) {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ms;
}

/** @param {string} kind */
function badge(kind) {
  const element = document.createElement("div");
  element.className = kind;
  // The list beside the map says the same; a second reading would only be noise.
  element.setAttribute("aria-hidden", "true");
  return element;
}

/**
 * @param {GlCanvas} map
 * @param {string} name
 */
function source(map, name) {
  return /** @type {import("/assets/vendor/maplibre-gl/maplibre-gl.mjs").GeoJSONSource} */ (map.getSource(name));
}

/**
 * @param {Areas} areas
 * @returns {GeoJSON.FeatureCollection}
 */
function names(areas) {
  return {
    type: "FeatureCollection",
    features: areas.features.map((feature) => ({
      type: "Feature",
      properties: { name: feature.properties.name },
      geometry: { type: "Point", coordinates: labelPoint(feature.geometry) },
    })),
  };
}

/**
 * @param {[number, number][][]} coordinates
 * @returns {GeoJSON.Feature}
 */
function lines(coordinates) {
  return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates } };
}

/** The same for all: each property that depends on a cell's state is counted anew for every cell that changes. @param {boolean} dimmed */
function cellOpacity(dimmed) {
  return dimmed ? 0.4 : 0.92;
}

/**
 * What depends on the theme: layer, property, value.
 * @param {Theme} theme
 * @returns {[string, any, any][]}
 */
function paints(theme) {
  const paper = PAPER[theme];
  const colours = COLOURS[theme];
  return [
    ["sea", "background-color", paper.sea],
    ["land", "fill-color", paper.land],
    ["cells", "fill-color", ["match", STATE, 1, colours[0], 2, colours[1], 3, colours[2], 4, colours[3], 5, colours[4], "rgba(0,0,0,0)"]],
    ["area-lines", "line-color", paper.line],
    ["kota-lines", "line-color", paper.border],
    ["hot-casing", "line-color", paper.casing],
    ["hot", "line-color", paper.hot],
    ["spots-casing", "line-color", paper.spotCasing],
    ["spots", "line-color", paper.spot],
    ["jams", "circle-color", paper.jamFill],
    ["jams", "circle-stroke-color", paper.jam],
    ["picked", "line-color", paper.pick],
    ["area-labels", "text-color", paper.label],
    ["area-labels", "text-halo-color", paper.halo],
    ["kota-labels", "text-color", paper.label],
    ["kota-labels", "text-halo-color", paper.halo],
  ];
}

/** How much larger than on a laptop the page's type is: names and lines on a wall grow with it. */
function textScale() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 15;
}

/**
 * @param {Theme} theme
 * @param {number} scale
 * @returns {import("/assets/vendor/maplibre-gl/maplibre-gl.mjs").StyleSpecification}
 */
function styleOf(theme, scale) {
  /** A size in pixels that grows from one zoom to another. @type {(zooms: [number, number][]) => any} */
  const growing = (zooms) => ["interpolate", ["linear"], ["zoom"], ...zooms.flatMap(([zoom, size]) => [zoom, size * scale])];
  /** The same of a jam: the worse it is, the larger. @type {(zooms: [number, number][]) => any} */
  const byLevel = (zooms) => ["interpolate", ["linear"], ["zoom"], ...zooms.flatMap(([zoom, size]) => [zoom, ["*", size * scale, ["+", 1, ["*", 0.28, ["get", "level"]]]]])];
  const empty = { type: /** @type {const} */ ("geojson"), data: NOTHING };
  const round = { "line-cap": "round", "line-join": "round" };
  /** @type {any[]} */
  const layers = [
    { id: "sea", type: "background", paint: {} },
    { id: "land", type: "fill", source: "areas", paint: { "fill-antialias": false } },
    { id: "cells", type: "fill", source: "grid", paint: { "fill-opacity": cellOpacity(false), "fill-antialias": false } },
    { id: "area-lines", type: "line", source: "areas", paint: { "line-width": growing([[9, 0.4], [12, 1], [15, 1.6]]) } },
    { id: "kota-lines", type: "line", source: "kota", paint: { "line-width": growing([[9, 1.1], [13, 2.2]]) } },
    { id: "hot-casing", type: "line", source: "hot", layout: round, paint: { "line-width": growing([[9, 2.2], [11, 3.6], [13, 5.5]]) } },
    { id: "hot", type: "line", source: "hot", layout: round, paint: { "line-width": growing([[9, 0.9], [11, 1.6], [13, 2.4]]) } },
    { id: "spots-casing", type: "line", source: "spots", layout: round, paint: { "line-width": growing([[9, 4], [11, 6], [13, 8.5]]) } },
    { id: "spots", type: "line", source: "spots", layout: round, paint: { "line-width": growing([[9, 2.2], [11, 3.4], [13, 5]]) } },
    { id: "jams", type: "circle", source: "jams", paint: { "circle-radius": byLevel([[9, 1.2], [11, 1.6], [14, 3.2]]), "circle-stroke-width": growing([[9, 1], [12, 1.8]]) } },
    { id: "picked", type: "line", source: "picked", layout: round, paint: { "line-width": 3.5 * scale } },
    {
      id: "area-labels", type: "symbol", source: "area-names", minzoom: 12.2,
      layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": 12 * scale, "text-max-width": 8, "text-padding": 6 },
      paint: { "text-halo-width": 1.4 },
    },
    {
      id: "kota-labels", type: "symbol", source: "kota-names", maxzoom: 12.2,
      layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": growing([[9, 10.5], [12, 14]]), "text-max-width": 8, "text-transform": "uppercase", "text-letter-spacing": 0.06 },
      paint: { "text-halo-width": 1.6 },
    },
  ];
  for (const [id, property, value] of paints(theme)) {
    const layer = layers.find((candidate) => candidate.id === id);
    layer.paint[property] = value;
  }
  return {
    version: 8,
    sources: { areas: { ...empty }, kota: { ...empty }, "area-names": { ...empty }, "kota-names": { ...empty }, grid: { ...empty }, hot: { ...empty }, spots: { ...empty }, jams: { ...empty }, picked: { ...empty } },
    layers,
  };
}
