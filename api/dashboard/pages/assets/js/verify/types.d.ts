/** What `/v1/duty` answers, as far as the verifier's room reads it. */

import type { Words } from "../types";

export interface DutyWarning {
  id: string;
  channel: string;
  /** Metres between the two; null = the same cell, and more is not known. */
  metres: number | null;
  seconds: number;
  says: Words;
}

export interface DutyItem {
  id: string;
  channel: string;
  post: string | null;
  category: string;
  category_label: Words;
  filed: string;
  date: string;
  late: boolean;
  verdict: "verified" | "rejected" | "waiting";
  status: string | null;
  decided: string | null;
  actor_role: string | null;
  close_reason: string | null;
  warning: DutyWarning | null;
  version?: number;
}

export interface DutyQueue {
  as_of: string | null;
  kelurahan: string | null;
  kelurahan_name: string | null;
  first_month: string;
  last_month: string;
  known_since: string | null;
  waiting: number;
  items: DutyItem[];
  next_cursor: string | null;
}

/** Sums of a post, or of all. */
export interface DutySums {
  submitted: number;
  near_duplicates: number;
  verified: number;
  rejected: number;
  waiting: number;
  late: number;
  days_reported: number;
  days_reached: number;
  counted_daily: number;
  counted: number;
  amount_rupiah: number;
}

export interface DutyChange { id: string; time: string; before: string; after: string; actor_role: string | null; unit: string | null; close_reason: string | null }

export interface DutyPost extends DutySums {
  post: string | null;
  rate_rupiah: number;
  noted: DutyItem[];
  changes: DutyChange[];
}

export interface DutyRule { reports_a_day: number; paid_a_day: number; paid_a_month: number; rupiah_rt: number; rupiah_rw: number; near_m: number; near_minutes: number }

export interface DutyLedger {
  as_of: string | null;
  kelurahan: string | null;
  kelurahan_name: string | null;
  month: string;
  counted_as_of: string;
  known_since: string | null;
  rule: DutyRule;
  total: DutySums;
  /** SHA-256 of the CSV. */
  hash: string;
  posts: DutyPost[];
  next_cursor: string | null;
}

export interface AreaItem { code: string; name: string }

/** What became of a file that was asked for: under way, here with its hash checked, here unchecked, another one than the page shows, or not had. */
export type Export =
  | { state: "none" }
  | { state: "loading" }
  | { state: "same" | "unchecked" | "other"; hash: string; name: string; bytes: number }
  | { state: "failed"; problem: import("../types").Problem };
