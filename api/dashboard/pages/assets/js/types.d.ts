/** What the API answers, as far as the dashboard reads it. Times are RFC 3339, durations are in the unit of their name. */

export type Lang = "id" | "en";
export type Words = { id: string; en: string };
export type WindowName = "15m" | "60m" | "6h" | "24h";
export type Tab = "peta" | "peringkat" | "antrean";
export type Level = "kota" | "kecamatan" | "kelurahan" | "dinas";
export type Tier = "slow" | "same" | "fast" | null;

export interface LiveCells {
  grid: string;
  window_s: number;
  as_of: string | null;
  final: boolean;
  /** Grid indexes, counts, and z × 10, three arrays of one length; a count of 0 clears the cell. */
  cells: [number[], number[], number[]];
}

export interface SourceState {
  source: string;
  lane?: string;
  lag_s: number | null;
  last_event: string | null;
  state: "live" | "idle" | "stale" | "never";
}

export interface Rising {
  rank: number;
  h3: string;
  index: number;
  kelurahan: string | null;
  kelurahan_name: string | null;
  category: string;
  category_label: Words;
  n: number;
  expected: number | null;
  ratio: number | null;
  since: string | null;
}

export interface Watermark {
  as_of: string | null;
  now: string;
  sources: SourceState[];
  trending: Rising[];
  totals: { reports_60m: number | null; open: number | null; rate_per_min: number | null };
}

export interface CellProperties { h3: string; kelurahan: string | null }
export interface AreaProperties { code: string; name: string; kecamatan?: string; kota?: string }

export type Polygonal = GeoJSON.Polygon | GeoJSON.MultiPolygon;
export type Grid = GeoJSON.FeatureCollection<GeoJSON.Polygon, CellProperties> & { version?: string };

/** The same grid in few bytes: numbers told from the one before, `lon` and `lat` in 1e-5 degrees, `shape` in degrees from the middle. */
export interface CompactGrid {
  version: string;
  h3: string[];
  /** Codes of kelurahan, and for each cell the step to its place among them. */
  codes: (string | null)[];
  kelurahan: number[];
  lon: number[];
  lat: number[];
  shape: [number, number][];
}

export type Areas = GeoJSON.FeatureCollection<Polygonal, AreaProperties> & { approximate?: boolean };

export interface RankingItem {
  code: string;
  name: string;
  n: number;
  open: number;
  median_first_response_h: number | null;
  p90_first_response_h: number | null;
  median_resolution_h: number | null;
  p90_resolution_h: number | null;
  rmst_resolution_h: number | null;
  lower: number | null;
  upper: number | null;
  rank: number | null;
  rank_lo: number | null;
  rank_hi: number | null;
  tier: Tier;
}

export interface Ranking { as_of: string | null; level: Level; window: string; minimum_n: number; items: RankingItem[] }

export interface Unit { code: string; name: string; open: number }

export interface InboxItem {
  id: string;
  channel: string;
  category: string;
  category_label: Words;
  kelurahan: string | null;
  kelurahan_name: string | null;
  received: string;
  due: string | null;
  overdue: boolean;
  status: string;
  reason: Words;
  confidence: number | null;
  second_unit: string | null;
  boundary_m: number | null;
}

export interface Inbox { as_of: string | null; unit: string; items: InboxItem[]; next_cursor: string | null }

export interface Problem { type?: string; title: string; status: number; detail?: string; errors?: { parameter?: string; allowed?: unknown }[] }

/** A thing fetched: not asked yet, under way (with the previous value, if any), here, or failed. */
export type Loaded<T> =
  | { state: "none" }
  | { state: "loading"; value?: T }
  | { state: "ready"; value: T }
  | { state: "failed"; problem: Problem; value?: T };

export interface MapCell { n: number; z10: number; level: number }

/** What both map engines offer. */
export interface HeatMap {
  readonly engine: "webgl" | "canvas";
  setGrid(grid: Grid): void;
  setAreas(areas: Areas, kota: Areas | null): void;
  /** Sets cells by grid index; level 0 clears. */
  setCells(changes: Iterable<[number, MapCell]>): void;
  clearCells(): void;
  setMarks(marks: { rank: number; at: [number, number]; label: string; index: number }[]): void;
  select(index: number | null, at: [number, number] | null): void;
  flyTo(at: [number, number]): void;
  zoom(step: number): void;
  home(): void;
  recolour(theme: "light" | "dark"): void;
  setDimmed(dimmed: boolean): void;
  /** For tests: how many cells are drawn with a level above 0. */
  litCells(): number;
  levelOf(index: number): number;
}
