// The verdict on a unit, its shape and its place in words; the mean all are held against; who lies where in the funnel.

import { hours, number } from "../format.js";
import { say, sayKnown } from "../i18n.js";

/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("../types").Level} Level */
/** @typedef {import("../types").RankingItem} RankingItem */
/** @typedef {"slow" | "same" | "fast" | "few"} Verdict */

/** In the order they are read: who must be helped first. @type {Verdict[]} */
export const VERDICTS = ["slow", "same", "fast", "few"];

/** A shape says what the colour says. */
export const SHAPES = /** @type {const} */ ({ slow: "▼", same: "■", fast: "▲", few: "?" });

/** @param {RankingItem} item @returns {Verdict} */
export const verdictOf = (item) => item.tier ?? "few";

/**
 * A channel has no name of its own; the pages know it by its id.
 * @param {Lang} lang
 * @param {Level} level
 * @param {RankingItem} item
 */
export function nameOf(lang, level, item) {
  return level === "channel" ? sayKnown(lang, "channel", item.code) : item.name;
}

/**
 * "tempat 12, mungkin 3–40", or nothing where there is no place.
 * @param {Lang} lang
 * @param {RankingItem} item
 */
export function placeInWords(lang, item) {
  if (item.rank === null || item.rank_lo === null || item.rank_hi === null || verdictOf(item) === "few") return "";
  const values = { rank: number(lang, item.rank), low: number(lang, item.rank_lo), high: number(lang, item.rank_hi) };
  return say(lang, item.rank_lo === item.rank_hi ? "rank.place.sure" : "rank.place", values);
}

/**
 * "30,1–38,9", or nothing.
 * @param {Lang} lang
 * @param {RankingItem} item
 */
export function intervalOf(lang, item) {
  return item.lower === null || item.upper === null ? "" : `${hours(lang, item.lower)}–${hours(lang, item.upper)}`;
}

/**
 * The mean the verdicts are held against, hours. A shrunken value lies between it and the unit's own, by its reliability, so it can
 * be read off any of them; the least reliable says it best. Without such values: the mean of the units, weighted by their reports.
 * @param {RankingItem[]} items
 * @returns {number | null}
 */
export function meanOf(items) {
  /** @type {{ reliability: number, mean: number } | null} */
  let best = null;
  let [sum, n] = [0, 0];
  for (const { rmst_resolution_h: own, shrunken_resolution_h: shrunken, reliability, n: reports } of items) {
    if (own === null) continue;
    sum += own * reports;
    n += reports;
    if (typeof shrunken !== "number" || typeof reliability !== "number" || reliability > 0.99) continue;
    if (best === null || reliability < best.reliability) best = { reliability, mean: (shrunken - reliability * own) / (1 - reliability) };
  }
  return best?.mean ?? (n > 0 ? sum / n : null);
}

/**
 * Where a unit lies in the funnel: outside 99.8 % limits, outside 95 % only, or within; nothing where there are no limits.
 * @param {RankingItem} item
 * @returns {"below" | "low" | "within" | "high" | "above" | null}
 */
export function inFunnel({ in_time: inTime }) {
  if (!inTime?.limits_998) return null;
  const { share, limits_95: inner, limits_998: outer } = inTime;
  if (share < outer.low) return "below";
  if (share > outer.high) return "above";
  if (inner && share < inner.low) return "low";
  if (inner && share > inner.high) return "high";
  return "within";
}

/** A probability in whole percent, which is never said to be none or all. @param {Lang} lang @param {number | null | undefined} probability */
export function chance(lang, probability) {
  if (typeof probability !== "number") return "–";
  if (probability < 0.01) return `< ${number(lang, 1)} %`;
  return probability > 0.99 ? `> ${number(lang, 99)} %` : `${number(lang, probability * 100)} %`;
}

/** A share in whole percent; one digit more near the ends, where it matters. @param {Lang} lang @param {number | null | undefined} share */
export function percent(lang, share) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${number(lang, share * 100, share > 0 && share < 0.1 || share > 0.9 && share < 1 ? 1 : 0)} %`;
}
