/** What the operator's room reads. Times are RFC 3339. */

import type { Problem, SourceState } from "../types";

export interface Accounting { in: number; applied: number; updated: number; duplicate: number; late: number; rejected: number; gap: number }
export type LaneAlarm = "stopped" | "stuck" | "unwritten" | "refusals";

export interface LaneItem {
  source: string;
  lane: string;
  topic: string;
  partition: number;
  state: SourceState["state"];
  watermark: string | null;
  behind_s: number | null;
  holds_back: boolean;
  lag_s: number | null;
  lag_messages: number | null;
  next_offset: number;
  high_watermark: number | null;
  epoch: number | null;
  written_at: string | null;
  commit_ms: number | null;
  unwritten_messages: number | null;
  alarm: LaneAlarm | null;
  restarts: number;
  accounting: Accounting;
  rejected_by: Record<string, number>;
  unknown_categories: Record<string, number>;
  unlocated: number;
  outside: number;
}
export interface Lanes { as_of: string | null; sources: SourceState[]; held_back_by: string | null; items: LaneItem[] }

export interface Hook { host: string; delivered: number; failed: number; dropped: number; waiting: number }
export interface Operation {
  time: string;
  program: string;
  build: string;
  format: number;
  territory: string;
  approximate: boolean;
  routes: string;
  disk: { free_bytes: number; total_bytes: number } | null;
  outputs: { topic: string; told: number }[];
  history: { table: string; files: number }[] | null;
  webhooks: Hook[];
}

export interface LetterItem { lane: string; seq: number; offset: number; reason: string | null; advice: string | null; field: string; bytes: number; replayed: string | null }
export interface LetterGroup { lane: string; reason: string | null; n: number }
export interface Letters { groups: LetterGroup[]; items: LetterItem[]; next_cursor: string | null }
export interface Letter {
  lane: string;
  topic: string;
  partition: number;
  offset: number;
  refusals: { seq: number; reason: string | null; advice: string | null; field: string }[];
  bytes: number;
  hex: string;
  text: string;
  /** The text is all of the payload, byte for byte. */
  exact: boolean;
  replayed: string | null;
}
export interface Replayed { given: number; empty: number; stopped: boolean; next_cursor: string | null }

export type ReplayState =
  | { state: "none" }
  | { state: "sending" }
  /** `again` goes on where there was more than is taken at once. */
  | { state: "done"; replayed: Replayed; again: (() => void) | null }
  | { state: "failed"; problem: Problem };

export interface Change { time: string; account: string; role: string; what: string; on: string; outcome: string }
export interface Told { id: string; revision: number; time: string; state: string; lane?: string; alarm?: string }

export type AlarmKind = LaneAlarm | "unbalanced" | "unsaved" | "held" | "disk" | "hook";
/** Something somebody should do. */
export interface Alarm { kind: AlarmKind; grave: boolean; on: string; values: Record<string, string | number> }
