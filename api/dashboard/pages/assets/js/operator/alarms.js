// What somebody should do, from what the lanes and the program say of themselves. Pure: the same answers give the same list.

/** @typedef {import("./types").Accounting} Accounting */
/** @typedef {import("./types").Alarm} Alarm */
/** @typedef {import("./types").LaneItem} LaneItem */
/** @typedef {import("./types").Lanes} Lanes */
/** @typedef {import("./types").Operation} Operation */

/** The fates of events, in the order of the equation: their sum is what came in. */
export const FATES = /** @type {const} */ (["applied", "updated", "duplicate", "late", "rejected", "gap"]);
/** A lane that holds the city back by more than this is worth a look, s. */
const HELD_S = 300;
/** Messages read this long ago should have been written down, s: epochs take one. */
const UNSAVED_S = 60;
/** Less room than this part of the disk, or than so many bytes, is little. */
const LITTLE_PART = 0.1;
const LITTLE_BYTES = 5 * 2 ** 30;

/**
 * What came in less its fates: 0 unless an event was lost or counted twice.
 * @param {Accounting} accounting
 */
export function missing(accounting) {
  return accounting.in - FATES.reduce((sum, fate) => sum + accounting[fate], 0);
}

/**
 * @param {LaneItem} lane
 * @param {number} nowMs the server's
 * @returns {Alarm[]}
 */
function ofLane(lane, nowMs) {
  /** @type {Alarm[]} */
  const alarms = [];
  const on = lane.lane;
  if (lane.alarm) alarms.push({ kind: lane.alarm, grave: lane.alarm !== "refusals", on, values: {} });
  const lost = missing(lane.accounting);
  if (lost !== 0) alarms.push({ kind: "unbalanced", grave: true, on, values: { n: Math.abs(lost) } });
  const writtenAgo = lane.written_at === null ? null : (nowMs - Date.parse(lane.written_at)) / 1000;
  if (lane.alarm === null && writtenAgo !== null && writtenAgo > UNSAVED_S && (lane.unwritten_messages ?? 0) > 0) {
    alarms.push({ kind: "unsaved", grave: true, on, values: { n: lane.unwritten_messages ?? 0, s: Math.round(writtenAgo) } });
  }
  if (lane.holds_back && (lane.behind_s ?? 0) > HELD_S) alarms.push({ kind: "held", grave: false, on, values: { s: lane.behind_s ?? 0 } });
  return alarms;
}

/**
 * The gravest first, else by lane.
 * @param {Lanes} lanes
 * @param {Operation | null} operation
 * @param {number} nowMs the server's
 * @returns {Alarm[]}
 */
export function alarmsOf(lanes, operation, nowMs) {
  const alarms = lanes.items.flatMap((lane) => ofLane(lane, nowMs));
  const disk = operation?.disk;
  if (disk && (disk.free_bytes < LITTLE_BYTES || disk.free_bytes < disk.total_bytes * LITTLE_PART)) {
    alarms.push({ kind: "disk", grave: true, on: "", values: { gib: disk.free_bytes / 2 ** 30 } });
  }
  for (const { host, waiting, dropped, failed } of operation?.webhooks ?? []) {
    if (dropped > 0 || (waiting > 0 && failed > 0)) alarms.push({ kind: "hook", grave: dropped > 0, on: host, values: { waiting, dropped } });
  }
  return alarms.map((alarm, at) => ({ alarm, at })).sort((a, b) => Number(b.alarm.grave) - Number(a.alarm.grave) || a.at - b.at).map(({ alarm }) => alarm);
}
