// One unit pointed at in the plots: arrows walk along it, Enter picks. Both plots are list boxes, so a screen reader hears each
// mark as a sentence and knows how many there are.

/** @typedef {import("../main.js").App} App */

/** Steps of the keys; the ends are far enough for any list. @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10, End: Infinity, Home: -Infinity };

/** A unit's id in the page. @param {string} plot @param {string} code */
export const markId = (plot, code) => `${plot}-${code}`;

/**
 * The unit pointed at, if it is in the plot: the one the arrows have reached, else the one picked.
 * @param {App} app
 * @param {string[]} codes
 */
export function pointedAt(app, codes) {
  return [app.pointed, app.place.picked].find((code) => code !== "" && codes.includes(code)) ?? null;
}

/**
 * What keys do in a plot whose marks stand in this order.
 * @param {App} app
 * @param {string} plot
 * @param {string[]} codes
 * @returns {(event: KeyboardEvent) => void}
 */
export function keys(app, plot, codes) {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || codes.length === 0) return;
    const at = codes.indexOf(pointedAt(app, codes) ?? "");
    if (event.key === "Enter" || event.key === " ") {
      if (at >= 0) app.pickRanked(codes[at]);
      event.preventDefault();
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = at < 0 && step === 1 ? 0 : Math.min(codes.length - 1, Math.max(0, at + step));
    app.point(codes[next]);
    document.getElementById(markId(plot, codes[next]))?.scrollIntoView({ block: "nearest" });
  };
}
