/** What the public pages read of an area and of a report. Times are RFC 3339. */

import type { SourceState, Tier, Words } from "../types";

export type AreaLevel = "kelurahan" | "kecamatan" | "kota" | "region";
export interface AreaName { code: string; name: string; level: AreaLevel }

export interface AreaCategory { category: string; category_label: Words; n: number; open: number }

export interface Area {
  as_of: string | null;
  sources: SourceState[];
  code: string;
  level: AreaLevel;
  name: string;
  kecamatan: string | null;
  kota: string | null;
  approximate: boolean;
  n: number;
  open: number;
  inflow: number;
  outflow: number;
  /** From when inflow and outflow are counted. */
  since: string | null;
  categories: AreaCategory[];
}

export interface AreaPoint {
  as_of: string;
  n: number;
  open: number;
  rmst_resolution_h: number | null;
  lower: number | null;
  upper: number | null;
  rank?: number | null;
  rank_lo?: number | null;
  rank_hi?: number | null;
  tier: Tier;
}
export interface AreaTrend { points: AreaPoint[]; latest?: AreaPoint | null; minimum_n?: number }

export interface ReportStep {
  status: string;
  time: string;
  unit: string | null;
  actor_role: string | null;
  /** Photos are named to staff only. */
  before_photo?: import("../photo/types").ShownPhoto;
  after_photo?: import("../photo/types").ShownPhoto;
}
export interface ReportRoute {
  unit_code: string;
  unit: string;
  reason: Words;
  passed_on: boolean;
  respond_by: string | null;
  finish_by: string | null;
}
export interface Report {
  as_of: string | null;
  sources: SourceState[];
  id: string;
  channel: string;
  category: string;
  category_label: Words;
  kind: string | null;
  received: string;
  times?: "exact" | "day";
  kelurahan: string | null;
  kelurahan_name: string | null;
  status: string;
  unit: string | null;
  route: ReportRoute | null;
  timeline: ReportStep[];
}
export interface Unit { code: string; name: string }

/** How a report is: open, or ended by a step of its timeline; who has it, and whether it was answered. */
export interface Standing {
  status: string;
  since: string;
  unit: string | null;
  ended: ReportStep | null;
  answered: ReportStep | null;
}
