/** What the desk reads. */

import type { ShownPhoto } from "../photo/types";
import type { InboxCounts, InboxItem, InboxState, Problem } from "../types";

/** A page of a unit's desk. */
export interface DeskPage {
  as_of: string | null;
  unit: string;
  unit_name?: string;
  counts?: InboxCounts;
  /** What moments of reports are: to the public, days. */
  times?: "exact" | "day";
  /** What witnesses are rounded down to a multiple of; 1 = they are exact. */
  rounded_to?: number;
  items: InboxItem[];
  next_cursor: string | null;
}

export type Filter = "all" | InboxState;

export interface ReportStep {
  status: string;
  time: string;
  unit: string | null;
  actor_role: string | null;
  before_photo?: ShownPhoto;
  after_photo?: ShownPhoto;
}

export interface ReportFacts {
  id: string;
  channel: string;
  h3: string | null;
  times?: "exact" | "day";
  kelurahan: string | null;
  status: string;
  timeline: ReportStep[];
}

/** What speaks for or against a report's incident; `value` in metres, seconds, or a count. */
export interface IncidentReason { feature: string; weight: number; value: number | null }

export interface IncidentMember {
  channel: string;
  id: string;
  time: string;
  kelurahan: string | null;
  tie: "first" | "rules" | "chain" | "operator";
  reasons: IncidentReason[];
  status: string | null;
  photo?: ShownPhoto;
}

/** What happened, and who tells of it; the reports themselves are for staff. */
export interface Incident {
  id: string;
  witnesses: number;
  rounded_to?: number;
  channels: { channel: string; witnesses: number | null }[];
  members?: IncidentMember[];
}

/** `split`: a report tells of another incident. `merge`: two incidents are one. */
export type BondKind = "split" | "merge";

/** What somebody says of incidents, until the server has answered. */
export interface Bond {
  /** Channel and id of the report that was looked at. */
  about: string;
  kind: BondKind;
  /** Channel and id of the report that leaves, or of one of the other incident. */
  other: string;
  /** Its number, where it is on no list here. */
  typed: string;
  reason: string;
  /** Idempotency key; empty until it is first sent, and again once something else is wanted. */
  key: string;
  /** `unsure`: no answer came, so it may be in the log. */
  state: "draft" | "sending" | "unsure" | "refused";
  /** Whether somebody has tried to send it, so what is missing is said. */
  asked: boolean;
  problem: Problem | null;
}

/** What the server says of a bond that is in the log. */
export interface BondDone {
  status: string;
  time: string;
  /** Whether the desks show it yet. */
  seen: boolean;
}
