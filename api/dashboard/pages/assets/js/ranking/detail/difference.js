// Two restricted means beside each other: a normal approximation, each with its own standard error, taken as independent.

/** @typedef {import("../../types").RankingItem} RankingItem */
/** @typedef {import("../types").Difference} Difference */

/** Half width of a 95 % interval in standard errors. */
const Z_95 = 1.959964;

/**
 * The standard error of a unit's mean, hours. One of 0 is no certainty (everything took equally long): the interval of the table knows
 * better, on the side where it was not cut off.
 * @param {RankingItem} item
 * @returns {number | null}
 */
export function standardErrorOf({ rmst_resolution_h: mean, rmst_standard_error_h: own, lower, upper }) {
  if (mean === null) return null;
  if (typeof own === "number" && own > 0) return own;
  if (lower === null || upper === null) return null;
  const reach = Math.max(upper - mean, mean - lower);
  return reach > 0 ? reach / Z_95 : null;
}

/**
 * The first less the second; nothing where one of them has too few data to be ranked.
 * @param {RankingItem} one
 * @param {RankingItem} other
 * @returns {Difference | null}
 */
export function differenceOf(one, other) {
  const [first, second] = [standardErrorOf(one), standardErrorOf(other)];
  if (one.tier === null || other.tier === null || one.rmst_resolution_h === null || other.rmst_resolution_h === null) return null;
  if (first === null || second === null) return null;
  const hours = one.rmst_resolution_h - other.rmst_resolution_h;
  const error = Math.hypot(first, second);
  return { hours, low: hours - Z_95 * error, high: hours + Z_95 * error, faster: normal(-hours / error) };
}

/**
 * Which of two the difference speaks for; it says nothing where its interval holds zero.
 * @param {Difference | null} difference
 * @returns {"fast" | "slow" | "same" | "few"}
 */
export function verdictOf(difference) {
  if (difference === null) return "few";
  return difference.high < 0 ? "fast" : difference.low > 0 ? "slow" : "same";
}

/**
 * The standard normal distribution (Abramowitz & Stegun 26.2.17, to within 7.5e-8).
 * @param {number} z
 */
export function normal(z) {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = Math.exp(-z * z / 2) * 0.3989422804014327 * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z < 0 ? tail : 1 - tail;
}
