// What a ranking is asked for with, and the addresses that ask it: the table's own and its CSV's are made from the same.

/** @typedef {import("../state.js").Place} Place */
/** @typedef {import("../types").RankingQuestion} RankingQuestion */

/**
 * @param {Place} place
 * @returns {RankingQuestion}
 */
export function questionOf({ level, rankingWindow, asOf, quality }) {
  return { level, window: rankingWindow, asOf, quality };
}

/**
 * @param {RankingQuestion} one
 * @param {RankingQuestion} other
 */
export function sameQuestion(one, other) {
  return one.level === other.level && one.window === other.window && one.asOf === other.asOf && one.quality === other.quality;
}

/**
 * The parameters of the API; empty ones are left out by whoever writes the address.
 * @param {RankingQuestion} question
 * @returns {Record<string, string>}
 */
export function parametersOf({ window, asOf, quality }) {
  return { window, as_of: endOfDay(asOf), quality: quality === "adjusted" ? quality : "" };
}

/** @param {RankingQuestion} question */
export function csvOf(question) {
  const kept = Object.entries(parametersOf(question)).filter(([, value]) => value !== "");
  return `/v1/rankings/${question.level}?${new URLSearchParams([...kept, ["format", "csv"]])}`;
}

/**
 * The end of a day in Jakarta (UTC+7, no summer time), RFC 3339.
 * @param {string} day as 2026-01-15, or empty
 */
export function endOfDay(day) {
  return day === "" ? "" : `${day}T17:00:00Z`;
}

/**
 * The day it is in Jakarta.
 * @param {number | null} nowMs
 */
export function today(nowMs) {
  return nowMs === null ? "" : new Date(nowMs + 7 * 3_600_000).toISOString().slice(0, 10);
}
