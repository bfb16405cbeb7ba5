/** What the API answers, as far as the dashboard reads it. Times are RFC 3339, durations are in the unit of their name. */

export type Lang = "id" | "en";
export type Words = { id: string; en: string };
export type WindowName = "15m" | "60m" | "6h" | "24h";
export type RoomName = "peta" | "peringkat" | "antrean" | "dinding" | "verifikasi" | "operator" | "wilayah" | "laporan";
/** Words by key. */
export type Dictionary = Record<string, [indonesian: string, english: string]>;
type App = import("./main.js").App;

/** What a room does. It must not keep anything running after `leave`. */
export interface RoomModule {
  view(app: App): unknown;
  /** It is on the page now, for the first time or again. */
  enter?(app: App): void;
  /** The place has changed and is still in this room. */
  arrive?(app: App, before: import("./state.js").Place): void;
  leave?(app: App): void;
  /** Every half minute while it is looked at, and when the page is shown again. */
  refresh?(app: App): void;
  /** Every second, and with each watermark. */
  tick?(app: App): void;
  /** Of a quiet room: how fresh what it shows is. */
  fresh?(app: App): import("./freshness.js").Freshness;
}

/** A row of `rooms.js`. */
export interface Room {
  name: RoomName;
  path: string;
  /** Class of the section it is drawn in. */
  style: string;
  /** Whether the frame's tabs lead to it. */
  listed?: boolean;
  /** Whether it takes the whole page, without the frame. */
  whole?: boolean;
  /** Whether it does without the live stream: it is for slow lines. */
  quiet?: boolean;
  /** Style sheets under `/assets/css/`, without `.css`. */
  sheets?: string[];
  words?: () => Promise<{ WORDS: Dictionary }>;
  load: () => Promise<RoomModule>;
}
export type Level = "kota" | "kecamatan" | "kelurahan" | "dinas" | "channel";
export type Tier = "slow" | "same" | "fast" | null;

export interface LiveCells {
  grid: string;
  window_s: number;
  as_of: string | null;
  final: boolean;
  rounded_to?: number;
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
  /** The first cell. */
  first: string;
  /** H3 indexes as steps of so many `unit` from the cell before, the first from itself. */
  h3: number[];
  unit: number;
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
  /** Of this unit alone. */
  rmst_standard_error_h?: number | null;
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
  /** Probability to be among the slowest tenth of those that have a place. */
  p_slowest_tenth?: number | null;
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
  /** How it came to be, such as `new_hot`; null where there is no pattern. */
  label: string | null;
  /** H3 cells, coarser than the grid's or as fine. */
  cells: string[];
  places: { kelurahan: string; name: string | null }[];
  window_min: number;
  observed: number;
  expected: number;
  usual: number | null;
  /** What counts are rounded down to a multiple of; 1 = they are exact. */
  rounded_to?: number;
  test: string;
  /** Null where counts are rounded, as `usual` and what else would tell them. */
  statistic: number | null;
  p: number;
  recurrence_days: number;
}

export interface Hotspots { as_of: string | null; tick: string | null; items: Hotspot[] }

export interface HotspotChannel { channel: string; reporters: number | null; observed_without: number | null; expected_without: number | null; statistic_without: number | null; recurrence_days_without: number | null; decisive: boolean }

export interface HotspotWhy extends Hotspot {
  study_days: number;
  /** Usual reporters in each hour of the week, Monday's first. */
  week: number[] | null;
  of_zone: number;
  of_window: number;
  of_city: number;
  channels: HotspotChannel[];
  members?: { channel: string; id: string }[];
}

export interface JamItem { h3: string; index: number | null; jams: number; level: number | null; delay_s: number | null; length_m: number | null; speed_kmh: number | null; since: string; last_seen: string }
export interface Traffic { as_of: string | null; sources: SourceState[]; items: JamItem[] }

export interface GaugeItem { id: string; name: string; lon: number; lat: number; level_cm: number | null; time: string | null; siaga: 1 | 2 | 3 | 4 | null; trend_cm_h: number | null }
export interface Gauges { gauges: GaugeItem[] }

/** A word or hashtag that more people use than usual. */
export interface TermItem { rank: number; term: string; hashtag: boolean; observed: number; expected: number; exceedance: number; p: number; q: number; rising: boolean; first_seen: string | null; categories: { category: string; category_label: Words; reporters: number }[] }
export interface Terms { as_of: string | null; kept: boolean; area: string | null; rounded_to: number; minimum_reporters: number; sample: number; items: TermItem[] }

/** A cell of a moment; to the public those of too few people are not there. */
export interface CellItem { h3: string; index: number | null; kelurahan: string | null; n: number; expected: number; z: number }
export interface Cells { as_of: string | null; final: boolean; rounded_to?: number; window_start: string | null; window_end: string | null; items: CellItem[] }

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
  state?: InboxState;
  status: string;
  /** How many transitions it has had; whoever acts on it says which version they saw. */
  version?: number;
  /** What may be done with it now. */
  actions?: string[];
  /** The incident it tells of, and how many people do. */
  incident?: string | null;
  witnesses?: number | null;
  /** When others like it were done, in seconds from now. */
  expected?: { p50_s: number | null; p80_s: number | null; n: number } | null;
  reason: Words;
  confidence: number | null;
  second_unit: string | null;
  boundary_m: number | null;
}

export type InboxState = "new" | "open" | "at_risk" | "overdue";
export type InboxCounts = Record<InboxState, number>;

/** How a case is, told to whoever saw it otherwise. */
export interface CaseNow { status: string; unit: string | null; version: number; time: string | null }

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { parameter?: string; allowed?: unknown }[];
  /** Of a conflict. */
  current?: CaseNow;
  /** Seconds the server asks to wait before the next try. */
  waitS?: number;
}

/** A thing fetched: not asked yet, under way (with the previous value, if any), here, or failed. */
export type Loaded<T> =
  | { state: "none" }
  | { state: "loading"; value?: T }
  | { state: "ready"; value: T }
  | { state: "failed"; problem: Problem; value?: T };

export interface MapCell { n: number; z10: number; level: number }

/** A hotspot as the map draws it. */
export interface MapSpot { id: string; letter: string; label: string; cells: number[]; at: [number, number]; picked: boolean }

/** A cell in which drivers stand, as the map draws it: level 1 to 5, 0 where none is told. */
export interface MapJam { at: [number, number]; level: number }

/** A gauge as the map draws it; `siaga` 1 is the worst, 4 the usual, null where nobody knows. */
export interface MapGauge { at: [number, number]; siaga: number | null; label: string }

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
  /** Draws these jams and no others. */
  setJams(jams: MapJam[]): void;
  /** Draws these gauges and no others. */
  setGauges(gauges: MapGauge[]): void;
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
