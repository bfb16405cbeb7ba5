/** What the API answers, as far as the dashboard reads it. Times are RFC 3339, durations are in the unit of their name. */

export type Lang = "id" | "en";
export type Words = { id: string; en: string };
export type WindowName = "15m" | "60m" | "6h" | "24h";
export type Tab = "peta" | "peringkat" | "antrean";
export type Level = "kota" | "kecamatan" | "kelurahan" | "dinas" | "channel";
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
  /** How the others ended. */
  ends?: Ends;
  in_time?: InTime | null;
  case_mix?: CaseMix | null;
  shrunken_resolution_h?: number | null;
  reliability?: number | null;
  resolved_share?: number | null;
  otherwise_share?: number | null;
  /** Closed cases only: flatters. */
  closed_resolution_mean_s?: number | null;
}

export type End = "resolved" | "closed_no_action" | "duplicate" | "not_ours" | "withdrawn" | "handed_over";
export type Ends = Record<End, number>;

export interface Range { low: number; high: number }

/** Share resolved within the horizon, its exact 95 % interval, and between which shares chance leaves units of this size. */
export interface InTime {
  part: number;
  whole: number;
  share: number;
  interval: Range;
  limits_95: Range | null;
  limits_998: Range | null;
}

/** Beside what all units together would have done with the same mix of complaints. */
export interface CaseMix {
  observed: number;
  expected: number;
  ratio: number | null;
  interval: Range | null;
  expected_rmst_h: number | null;
  adjusted_rmst_h: number | null;
}

export interface Ranking { as_of: string | null; level: Level; window: string; minimum_n: number; quality?: string; items: RankingItem[] }

/** What a ranking was asked for with. */
export interface RankingQuestion { level: Level; window: string; asOf: string; quality: string }
export interface AskedRanking extends Ranking { asked: RankingQuestion }

export type HotspotChange = "opened" | "grew" | "moved" | "merged" | "closed" | "withdrawn";

export interface Hotspot {
  id: string;
  family: string;
  family_label: Words;
  category: string;
  category_label: Words;
  change: HotspotChange;
  opened: string;
  changed: string;
  revision: number;
  merged_into: string | null;
  /** H3 cells, coarser than the grid's or as fine. */
  cells: string[];
  places: { kelurahan: string; name: string | null }[];
  window_min: number;
  observed: number;
  expected: number;
  usual: number | null;
  test: string;
  statistic: number;
  p: number;
  recurrence_days: number;
}

export interface Hotspots { as_of: string | null; tick: string | null; items: Hotspot[] }

export interface HotspotChannel { channel: string; reporters: number | null; observed_without: number | null; expected_without: number; decisive: boolean }

export interface HotspotWhy extends Hotspot {
  of_zone: number;
  of_window: number;
  of_city: number;
  channels: HotspotChannel[];
  members?: { channel: string; id: string }[];
}

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

/** A hotspot as the map draws it. */
export interface MapSpot { id: string; letter: string; label: string; cells: number[]; at: [number, number]; picked: boolean }

/** What both map engines offer. */
export interface HeatMap {
  readonly engine: "webgl" | "canvas";
  setGrid(grid: Grid): void;
  setAreas(areas: Areas, kota: Areas | null): void;
  /** Sets cells by grid index; level 0 clears. */
  setCells(changes: Iterable<[number, MapCell]>): void;
  clearCells(): void;
  setMarks(marks: { rank: number; at: [number, number]; label: string; index: number }[]): void;
  /** Draws these hotspots and no others; `cells` are grid indexes, `at` is where the letter goes. */
  setHotspots(spots: MapSpot[]): void;
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
