/** What an officer or a verifier does with a report, as it is kept until the server has answered. */

import type { CaseNow, Problem, Words } from "../types";

export type Action = "accept" | "redirect" | "dispatch" | "complete" | "close" | "ask" | "answer" | "verify" | "reject" | "reopen";

/**
 * `draft`: being written. `held`: asked for, leaves in some seconds, can be undone. `unsent`: leaves as soon as the line is there.
 * `sending`: on its way. `stale`: somebody acted before. `refused`: it cannot be done like this.
 */
export type DeedState = "draft" | "held" | "unsent" | "sending" | "stale" | "refused";

/** What the person says with it. */
export interface DeedWords {
  target: string;
  officer: string;
  reason: string;
  note: string;
}

export interface DeedPhoto {
  blob: Blob;
  /** Bytes and squares a side of what was chosen, and of what is sent; the same where nothing was made smaller. */
  from: number;
  smaller: boolean;
  /** Whether the time at which it was taken goes with it. */
  dated: boolean;
}

export interface Deed extends DeedWords {
  /** Idempotency key; another one as soon as something else is asked for. */
  key: string;
  /** Whose it is: nobody else's token sends it. */
  account: string;
  /** `inbox` or `verify`: which room shows it. */
  room: "inbox" | "verify";
  report: string;
  channel: string;
  /** What it is about, for a list that does not show the report any more. */
  label: Words;
  place: string;
  action: Action;
  expected: number;
  photo: DeedPhoto | null;
  state: DeedState;
  /** Whether it was given to the server and nobody knows what became of it. */
  tried: boolean;
  /** When it was begun, ms. */
  begun: number;
  /** Of a held one: when it leaves, ms; of an unsent one: when it is tried again. */
  leaves: number;
  problem: Problem | null;
  current: CaseNow | null;
}

/** A free officer, as far as a desk is told: no position. */
export interface NearOfficer {
  officer: string;
  distance_m: number;
  direction_label: Words;
  age_s: number;
  accuracy_m: number | null;
  open_cases: number;
}

/** Who of the unit is free and near a report. */
export interface Near {
  configured: boolean;
  located: boolean;
  keep_min: number;
  stale: boolean;
  newest_age_s: number | null;
  free: number;
  busy: number;
  off: number;
  items: NearOfficer[];
}

/** What the server says of a deed that is done. */
export interface Done {
  id: string;
  channel: string;
  status: string;
  version: number;
  time: string;
  seen: boolean;
}

/** A deed that arrived, for the list of what was sent. */
export interface Sent { deed: Deed; done: Done }

/** Where deeds are kept. */
export interface DeedStore {
  /** Whether what is kept outlives the page. */
  readonly lasting: boolean;
  all(): Promise<Deed[]>;
  put(deed: Deed): Promise<void>;
  remove(key: string): Promise<void>;
}
