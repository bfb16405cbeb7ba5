/** What the desk reads. */

import type { InboxCounts, InboxItem, InboxState } from "../types";

/** A page of a unit's desk. */
export interface DeskPage {
  as_of: string | null;
  unit: string;
  unit_name?: string;
  counts?: InboxCounts;
  items: InboxItem[];
  next_cursor: string | null;
}

export type Filter = "all" | InboxState;

export interface ReportStep {
  status: string;
  time: string;
  unit: string | null;
  actor_role: string | null;
}

export interface ReportFacts {
  id: string;
  channel: string;
  h3: string | null;
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
}

/** What happened, and who tells of it; the reports themselves are for staff. */
export interface Incident {
  id: string;
  witnesses: number;
  channels: { channel: string; witnesses: number | null }[];
  members?: IncidentMember[];
}
