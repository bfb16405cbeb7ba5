// Joins the live counts to the map: loads the grid and the outlines once, turns counts into classes, keeps the marks in step
// with the rising list, and remembers which cell is picked.

import { ask, problemOf } from "./api.js";
import { EXCESS10, LADDERS, chooseBreaks, levelOf } from "./heat.js";
import { CellFamilies } from "./hotspot/cells.js";
import { GRID_TYPES, gridOf } from "./map/grid.js";
import { openMap } from "./map/index.js";
import { middleOfCell } from "./map/shapes.js";

/** @typedef {import("./types").Areas} Areas */
/** @typedef {import("./types").CompactGrid} CompactGrid */
/** @typedef {import("./types").Grid} Grid */
/** @typedef {import("./types").HeatMap} HeatMap */
/** @typedef {import("./types").JamItem} JamItem */
/** @typedef {import("./types").MapGauge} MapGauge */
/** @typedef {import("./types").MapCell} MapCell */
/** @typedef {import("./types").MapSpot} MapSpot */
/** @typedef {{ id: string, letter: string, label: string, cells: string[], picked: boolean }} Spot */
/** @typedef {import("./types").Problem} Problem */
/** @typedef {import("./types").Rising} Rising */
/** @typedef {import("./live.js").Live} Live */

/** How many of the rising places carry a number on the map; more would cover it. */
export const MARKS = 6;

/** @type {MapCell} */
const EMPTY = { n: 0, z10: 0, level: 0 };

/** Wait before asking again for a grid that could not be had. */
const AGAIN_MS = 5_000;

export class MapRoom {
  /**
   * @param {HTMLElement} place
   * @param {Live} live
   * @param {() => void} changed
   */
  constructor(place, live, changed) {
    this.place = place;
    this.live = live;
    this.changed = changed;
    this.breaks = LADDERS[1];
    /** @type {HeatMap | null} */
    this.map = null;
    /** @type {Problem | null} */
    this.problem = null;
    /** @type {Grid | null} */
    this.grid = null;
    this.gridVersion = "";
    this.approximate = false;
    /** @type {Map<string, string>} kelurahan names by code */
    this.names = new Map();
    /** @type {Map<number, Grid["features"][number]>} */
    this.byIndex = new Map();
    /** @type {number | null} */
    this.picked = null;
    /** @type {CellFamilies | null} */
    this.families = null;
    /** @type {Spot[]} hotspots as they were last given, for a map that comes later */
    this.spots = [];
    /** @type {JamItem[]} jams as they were last given */
    this.jams = [];
    /** @type {MapGauge[]} */
    this.gauges = [];
    /** Called when somebody picks a cell on the map, before it is drawn as picked. @type {(index: number | null) => void} */
    this.onPick = () => {};
    /** @type {MapSpot[]} those of them that lie in the grid */
    this.drawnSpots = [];
    this.spotsKey = "";
    /** @type {Map<number, { n: number, z10: number }> | null} counts shown instead of the stream's */
    this.held = null;
    /** @type {"n" | "z"} */
    this.measure = "n";
    /** @type {Set<number> | "all"} cells to redraw in the next frame */
    this.pending = new Set();
    this.drawing = false;
    this.loading = false;
    /** How often cells were drawn, and how long the last time took, ms; for tests and for the curious. */
    this.drawings = 0;
    this.drawnMs = 0;
  }

  /**
   * @param {"light" | "dark"} theme
   */
  async open(theme) {
    this.theme = theme;
    const opening = openMap(this.place, {
      theme,
      onPick: (index) => {
        const picked = index === this.picked ? null : index;
        this.onPick(picked);
        this.pick(picked, false);
      },
      onProblem: (what) => this.#fail({ title: what, status: 0 }),
    });
    await this.#load(opening);
  }

  /**
   * Loads grid and outlines; failing that, says so and tries again by itself.
   * @param {Promise<HeatMap> | HeatMap} opening
   */
  async #load(opening) {
    this.loading = true;
    try {
      const [map, grid, areas, kota] = await Promise.all([
        opening,
        ask("/v1/grid", {}, GRID_TYPES),
        ask("/v1/areas", { level: "kelurahan", format: "geojson" }),
        ask("/v1/areas", { level: "kota", format: "geojson" }),
      ]);
      this.#furnish(map, gridOf(/** @type {Grid | CompactGrid} */ (grid)), /** @type {Areas} */ (areas), /** @type {Areas} */ (kota));
      this.problem = null;
    } catch (error) {
      this.#fail(problemOf(error));
      setTimeout(() => this.#load(opening), AGAIN_MS);
    } finally {
      this.loading = false;
      this.changed();
    }
  }

  /**
   * @param {HeatMap} map
   * @param {Grid} grid
   * @param {Areas} areas
   * @param {Areas} kota
   */
  #furnish(map, grid, areas, kota) {
    this.grid = grid;
    this.gridVersion = grid.version ?? "";
    this.families = new CellFamilies(grid);
    this.spotsKey = "";
    this.byIndex = new Map(grid.features.map((cell) => [Number(cell.id), cell]));
    this.names = new Map(areas.features.map((area) => [area.properties.code, area.properties.name]));
    this.approximate = areas.approximate === true;
    map.setGrid(grid);
    map.setAreas(areas, kota);
    this.map = map;
    if (this.theme) map.recolour(this.theme);
    this.redraw(null);
    this.showRising(this.live.watermark?.trending ?? []);
    this.showSpots(this.spots);
    this.showJams(this.jams);
    this.showGauges(this.gauges);
  }

  /**
   * Names the part of the map that takes the keyboard: the WebGL canvas, or the whole place.
   * @param {string} words
   */
  label(words) {
    const canvas = this.place.querySelector("canvas.maplibregl-canvas");
    if (canvas) {
      this.place.removeAttribute("role");
      this.place.removeAttribute("aria-label");
    }
    const named = canvas ?? this.place;
    named.setAttribute("role", "region");
    named.setAttribute("aria-label", words);
  }

  /** @param {Problem} problem */
  #fail(problem) {
    this.problem = problem;
    this.changed();
  }

  /**
   * The stream speaks of a grid; another than ours must be loaded first.
   * @param {string} version
   */
  expectGrid(version) {
    if (!this.map || this.loading || !version || version === this.gridVersion) return;
    this.#load(this.map);
  }

  /**
   * The stream has changed these cells, or all when null; a map that shows something else is not touched.
   * @param {number[] | null} changed
   */
  follow(changed) {
    if (!this.held) this.redraw(changed);
  }

  /** The counts that are shown: the stream's, or those somebody holds up instead. */
  get cells() {
    return this.held ?? this.live.cells;
  }

  /**
   * Shows these counts instead of the stream's (a moment of the past, one channel), or the stream's again when null. Only cells that
   * differ are drawn.
   * @param {Map<number, { n: number, z10: number }> | null} cells
   */
  hold(cells) {
    const before = this.cells;
    this.held = cells;
    const after = this.cells;
    const same = (/** @type {number} */ index) => after.get(index)?.n === before.get(index)?.n && after.get(index)?.z10 === before.get(index)?.z10;
    const changed = [...before.keys()].filter((index) => !same(index));
    for (const index of after.keys()) if (!before.has(index)) changed.push(index);
    this.redraw(changed);
  }

  /**
   * Colours cells by their count, or by how far above usual they are.
   * @param {"n" | "z"} measure
   */
  colourBy(measure) {
    if (measure === this.measure) return;
    this.measure = measure;
    this.redraw(null);
  }

  /**
   * Redraws these cells, or all when null, in the next frame; several calls make one drawing.
   * @param {number[] | null} changed
   */
  redraw(changed) {
    if (changed === null) this.pending = "all";
    else if (this.pending !== "all") for (const index of changed) this.pending.add(index);
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.#draw();
    });
  }

  #draw() {
    if (!this.map) return;
    const began = performance.now();
    const { cells } = this;
    const breaks = chooseBreaks(Array.from(cells.values(), (cell) => cell.n), this.breaks);
    /** @type {Iterable<number>} */
    let indexes = this.pending === "all" ? cells.keys() : this.pending;
    if (this.pending === "all") this.map.clearCells();
    // Other classes colour every cell anew; those that have gone must still go.
    else if (breaks !== this.breaks && this.measure === "n") indexes = new Set([...cells.keys(), ...this.pending]);
    this.breaks = breaks;
    this.pending = new Set();
    /** @type {[number, MapCell][]} */
    const changes = [];
    for (const index of indexes) {
      const cell = cells.get(index);
      changes.push([index, cell ? { ...cell, level: this.measure === "z" ? levelOf(cell.z10, EXCESS10) : levelOf(cell.n, breaks) } : EMPTY]);
    }
    this.map.setCells(changes);
    this.drawnMs = performance.now() - began;
    this.drawings += 1;
    this.changed();
  }

  /** @param {Rising[]} rising */
  showRising(rising, say = (/** @type {Rising} */ item) => String(item.rank)) {
    if (!this.map) return;
    const marks = rising.slice(0, MARKS).flatMap((item) => {
      const at = this.middleOf(item.index);
      return at ? [{ rank: item.rank, at, label: say(item), index: item.index }] : [];
    });
    this.map.setMarks(marks);
  }

  /**
   * Draws these hotspots and no others; the same ones again cost nothing.
   * @param {Spot[]} spots
   */
  showSpots(spots) {
    this.spots = spots;
    if (!this.map || !this.families) return;
    const key = JSON.stringify(spots);
    if (key === this.spotsKey) return;
    this.spotsKey = key;
    const { families } = this;
    this.drawnSpots = spots.flatMap((spot) => {
      const cells = families.within(spot.cells);
      const at = this.#topOfCells(cells);
      return at ? [{ ...spot, cells, at }] : [];
    });
    this.map.setHotspots(this.drawnSpots);
  }

  /**
   * Draws these jams and no others; those outside the grid are left out.
   * @param {JamItem[]} jams
   */
  showJams(jams) {
    this.jams = jams;
    this.map?.setJams(jams.flatMap(({ index, level }) => {
      const at = index === null ? null : this.middleOf(index);
      return at ? [{ at, level: level ?? 0 }] : [];
    }));
  }

  /** @param {MapGauge[]} gauges */
  showGauges(gauges) {
    this.gauges = gauges;
    this.map?.setGauges(gauges);
  }

  /** @param {string} id */
  flyToSpot(id) {
    const spot = this.drawnSpots.find((one) => one.id === id);
    const at = spot && this.#middleOfCells(spot.cells);
    if (at) this.map?.flyTo(at);
  }

  /**
   * The hotspots a cell lies in.
   * @param {number} index
   * @returns {string[]}
   */
  spotsAt(index) {
    return this.drawnSpots.filter((spot) => spot.cells.includes(index)).map((spot) => spot.id);
  }

  /**
   * Above their middle, at their northern end: in the middle are the numbers of what rises.
   * @param {number[]} cells
   * @returns {[number, number] | null}
   */
  #topOfCells(cells) {
    const middle = this.#middleOfCells(cells);
    if (!middle) return null;
    const corners = cells.flatMap((cell) => this.byIndex.get(cell)?.geometry.coordinates[0] ?? []);
    return [middle[0], corners.reduce((north, [, y]) => Math.max(north, y), middle[1])];
  }

  /**
   * @param {number[]} cells
   * @returns {[number, number] | null}
   */
  #middleOfCells(cells) {
    const middles = cells.flatMap((cell) => { const at = this.middleOf(cell); return at ? [at] : []; });
    if (middles.length === 0) return null;
    const sum = middles.reduce(([x, y], [u, v]) => [x + u, y + v], [0, 0]);
    return [sum[0] / middles.length, sum[1] / middles.length];
  }

  /**
   * @param {number | null} index
   * @param {boolean} fly
   */
  pick(index, fly) {
    this.picked = index;
    const at = index === null ? null : this.middleOf(index);
    this.map?.select(index, at);
    if (fly && at) this.map?.flyTo(at);
    this.changed();
  }

  /**
   * @param {number} index
   * @returns {[number, number] | null}
   */
  middleOf(index) {
    const cell = this.byIndex.get(index);
    return cell ? middleOfCell(cell.geometry) : null;
  }

  /**
   * @param {number} index
   * @returns {{ h3: string, name: string | null }}
   */
  whereIs(index) {
    const cell = this.byIndex.get(index)?.properties;
    return { h3: cell?.h3 ?? "", name: (cell?.kelurahan && (this.names.get(cell.kelurahan) ?? cell.kelurahan)) || null };
  }
}
