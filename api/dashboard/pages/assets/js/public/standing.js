// How a report is, from its timeline: open or ended, with whom, answered or not. Pure.

/** @typedef {import("./types").Report} Report */
/** @typedef {import("./types").ReportStep} ReportStep */
/** @typedef {import("./types").Standing} Standing */

const ENDS = ["resolved", "closed_no_action", "duplicate", "not_ours", "withdrawn"];
/** What nobody at the city does, or what moves no clock. */
const ASIDE = ["rated", "linked", "unlinked"];
/** These alone are no answer. */
const BEFORE_ANSWER = ["received", "verified", ...ASIDE];

/**
 * @param {Pick<Report, "received" | "timeline" | "route">} report
 * @returns {Standing}
 */
export function standingOf({ received, timeline, route }) {
  const steps = timeline.filter(({ status }) => !ASIDE.includes(status));
  const last = steps.at(-1);
  return {
    status: last?.status ?? "received",
    since: last?.time ?? received,
    unit: steps.findLast(({ unit }) => unit)?.unit ?? (route?.unit_code || null),
    ended: last && ENDS.includes(last.status) ? last : null,
    answered: steps.find(({ status }) => !BEFORE_ANSWER.includes(status)) ?? null,
  };
}

/**
 * How a deadline was kept: by what met it, if anything has, else by now.
 * @param {string} due
 * @param {ReportStep | null} met
 * @param {number} nowMs
 * @returns {{ how: "kept" | "missed" | "left" | "over", spanS: number }}
 */
export function kept(due, met, nowMs) {
  const left = (Date.parse(due) - (met ? Date.parse(met.time) : nowMs)) / 1000;
  if (met) return { how: left >= 0 ? "kept" : "missed", spanS: Math.abs(left) };
  return { how: left >= 0 ? "left" : "over", spanS: Math.abs(left) };
}

/**
 * The channel and the number in an address: `qlue:5000001`, or the number alone.
 * @param {string} argument
 */
export function named(argument) {
  const [, channel = "", id = argument] = argument.match(/^([a-z][a-z0-9_-]*):(.+)$/) ?? [];
  return { channel, id };
}
