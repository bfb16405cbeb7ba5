// The five classes of the heat: which counts belong to which class, and their colours. Every colour is a number of reports
// somebody can look up; nothing is blurred.

/** Lowest count of each class. The coarsest that keeps the top class rare is used, so an almost empty city shows 1, 2, 3. */
export const LADDERS = [
  [1, 2, 3, 4, 6],
  [1, 3, 6, 10, 20],
  [1, 5, 10, 25, 50],
  [1, 10, 30, 75, 150],
  [1, 25, 75, 200, 500],
  [1, 100, 300, 800, 2000],
];

/**
 * The classes of how far a cell is above usual, in tenths of a standard deviation: about usual or below, above, clearly, far, very far.
 * A cell with reports is never without a class.
 */
export const EXCESS10 = [-Infinity, 10, 20, 30, 50];

/** Share of the non-empty cells the top class may hold before a coarser ladder is taken, and below which a finer one is. */
const TOP_SHARE_MOST = 0.06;
const TOP_SHARE_LEAST = 0.01;

/**
 * Cividis cut where its steps stand 3:1 against the land and 8 CIEDE2000 apart under three kinds of colour blindness
 * (measured, see the research notes). Low to high.
 */
export const COLOURS = {
  dark: ["#696970", "#8a8577", "#ada476", "#dac561", "#fdea45"],
  light: ["#8c8777", "#6e6c71", "#46536d", "#16396d", "#002051"],
};

/** Excess over the expected, in tenths of a standard deviation, from which a cell is outlined. */
export const HOT_Z10 = 30;

/**
 * The class of a count, 1 to 5, or 0 for an empty cell.
 * @param {number} n
 * @param {number[]} breaks
 */
export function levelOf(n, breaks) {
  let level = 0;
  while (level < breaks.length && n >= breaks[level]) level += 1;
  return level;
}

/**
 * The ladder that suits these counts; stays with the current one until it clearly does not fit, so colours do not flicker.
 * @param {number[]} counts counts of the non-empty cells
 * @param {number[]} current
 * @returns {number[]}
 */
export function chooseBreaks(counts, current) {
  if (counts.length === 0) return current;
  const topShare = (/** @type {number[]} */ ladder) => counts.filter((n) => n >= ladder[4]).length / counts.length;
  let at = LADDERS.indexOf(current);
  while (at < LADDERS.length - 1 && topShare(LADDERS[at]) > TOP_SHARE_MOST) at += 1;
  while (at > 0 && topShare(LADDERS[at - 1]) < TOP_SHARE_LEAST) at -= 1;
  return LADDERS[at];
}

/**
 * What the legend says of each class: "1–2", "20+".
 * @param {number[]} breaks
 * @param {(n: number) => string} number
 */
export function breakLabels(breaks, number) {
  return breaks.map((from, i) => {
    if (i === breaks.length - 1) return `${number(from)}+`;
    const to = breaks[i + 1] - 1;
    return to === from ? number(from) : `${number(from)}–${number(to)}`;
  });
}
