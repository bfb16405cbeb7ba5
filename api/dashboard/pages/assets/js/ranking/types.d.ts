/** What stands behind a row of the ranking. Times are RFC 3339 unless their name ends in `_us` (µs since epoch UTC). */

import type { PhotoSide, ShownPhoto } from "../photo/types";
import type { End, Level, Tier, Words } from "../types";

/** A reporter who asked to be named. */
export interface NamedReporter {
  /** Null = too few, for staff only. */
  place: number | null;
  shared: boolean;
  pseudonym: string;
  points: number;
  confirmed: number;
  incidents: number;
  reports: number;
  dismissed_share: number;
  duplicate_share: number;
  first_witness: number;
}

export interface Reporters { window: string; window_start: string | null; window_end: string | null; minimum_n: number; a_day: number; suppressed: boolean; minimum_reporters: number; items: NamedReporter[] }

export type Step = "week" | "month";

/** A unit at one moment. */
export interface TrendPoint {
  as_of: string;
  n: number;
  open: number;
  rmst_resolution_h: number | null;
  lower: number | null;
  upper: number | null;
  tier: Tier;
}

export interface Trend { level: Level; code: string; name: string; window: string; step: Step; points: TrendPoint[] }

/** Two restricted means beside each other: hours, the first less the second. */
export interface Difference { hours: number; low: number; high: number; faster: number }

export interface Share { part: number; whole: number; share: number; lower: number; upper: number }

export interface UnitFlags { code: string; doubted: Share | null; reopened: Share | null; flags: Record<string, number>; bursts: number }
export interface LevelFlags { level: Level; items: UnitFlags[] }

export interface FlagItem {
  id: string;
  channel: string;
  filed: string;
  resolved: string | null;
  flag: string;
  strong: boolean;
  says: Words;
  /** Which members there are depends on the kind. */
  evidence: { shown?: { id: string; channel: string }[]; file?: string | null };
  /** The photos it is about, the one of this closing first. */
  photos?: FlagPhoto[];
}

export interface FlagPhoto extends ShownPhoto { side: PhotoSide; channel: string; id: string }

export interface Quality {
  code: string;
  doubted: Share | null;
  reopened: Share | null;
  flags: Record<string, number>;
  bursts: { month: string; part: number; whole: number; share: number; expected: number; limit: number }[];
  items: FlagItem[];
  next_cursor: string | null;
}

export interface Spell { named: string | null; unit: string | null; from_us: number; to_us: number | null; paused_s: number }

export interface AuditCase {
  id: string;
  channel: string;
  category: string;
  filed_us: number;
  end_us: number | null;
  counted_end: End | null;
  doubted: boolean;
  limit_s: number | null;
  seconds: number;
  reopenings: number;
  spells: Spell[];
}

export interface Audit {
  formula: string;
  level: Level;
  code: string;
  as_of_us: number;
  versions: Record<string, string>;
  cases: AuditCase[];
  excluded_counts: Record<string, number>;
  excluded: { id: string; channel: string; filed_us: number; reason: string }[];
}

/** An audit with the file it came in. */
export interface HeldAudit { audit: Audit; sha256: string; fits: boolean | null; url: string; name: string }

/** A run of time within a case, seconds since it was filed. */
export interface Segment { holder: string | null; own: boolean; from: number; to: number; paused: number }
