// The sortable columns of the ranking, and rows in their order.

import { VERDICTS, verdictOf } from "./verdict.js";

/** @typedef {import("../types").RankingItem} RankingItem */

/**
 * Key, words, group, what is hidden first where it is narrow, and the value it sorts by.
 * @typedef {{ key: string, words: string, group?: string, minor?: boolean, wide?: boolean, figure?: boolean, value: (item: RankingItem) => number | string | null }} Column
 */

/** @type {Column[]} */
export const COLUMNS = [
  { key: "rank", words: "rank.col.rank", value: (item) => item.rank },
  { key: "name", words: "", value: (item) => item.name },
  { key: "tier", words: "rank.col.tier", value: (item) => VERDICTS.indexOf(verdictOf(item)) },
  // A mean of too few would stand among the others as if it were as good.
  { key: "mean", words: "rank.col.mean", value: (item) => (verdictOf(item) === "few" ? null : item.rmst_resolution_h) },
  { key: "slowest", words: "rank.col.slowest", wide: true, figure: true, value: (item) => item.p_slowest_tenth ?? null },
  { key: "first", words: "rank.col.median", group: "rank.col.first", wide: true, figure: true, value: (item) => item.median_first_response_h },
  { key: "first90", words: "rank.col.p90", group: "rank.col.first", wide: true, minor: true, figure: true, value: (item) => item.p90_first_response_h },
  { key: "resolution", words: "rank.col.median", group: "rank.col.resolution", wide: true, figure: true, value: (item) => item.median_resolution_h },
  { key: "resolution90", words: "rank.col.p90", group: "rank.col.resolution", wide: true, minor: true, figure: true, value: (item) => item.p90_resolution_h },
  { key: "intime", words: "rank.col.intime", wide: true, figure: true, value: (item) => item.in_time?.share ?? null },
  { key: "mix", words: "rank.col.mix", wide: true, minor: true, figure: true, value: (item) => item.case_mix?.ratio ?? null },
  { key: "n", words: "rank.col.n", wide: true, figure: true, value: (item) => item.n },
  { key: "open", words: "rank.col.open", figure: true, value: (item) => item.open },
  { key: "closed", words: "rank.col.closed", wide: true, minor: true, figure: true, value: (item) => item.closed_resolution_mean_s ?? null },
];

/** @param {string} key */
export const columnOf = (key) => /** @type {Column} */ (COLUMNS.find((column) => column.key === key));

/**
 * Items by a column; those without a value come last either way.
 * @param {RankingItem[]} items
 * @param {string} key
 * @param {boolean} down
 */
export function sorted(items, key, down) {
  const { value } = columnOf(key);
  return items.slice().sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a.name.localeCompare(b.name, "id");
    const order = typeof x === "string" ? x.localeCompare(String(y), "id", { numeric: true }) : x - Number(y);
    return (down ? -order : order) || a.name.localeCompare(b.name, "id");
  });
}
