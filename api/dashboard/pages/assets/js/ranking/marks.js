// The shapes of a plot, around (0, 0), in pixels. Two verdicts never share a shape, so colour is never needed.

import { svg } from "/assets/vendor/lit-html/lit-html.js";

const PATHS = /** @type {const} */ ({
  slow: "M-5.5-4h11L0 5.5z",
  same: "M-4-4h8v8h-8z",
  fast: "M-5.5 4h11L0-5.5z",
  few: "M-4-4l8 8M-4 4l8-8",
  edge: "M0-5.5 5.5 0 0 5.5-5.5 0z",
  within: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
});

/** @typedef {keyof typeof PATHS} Shape */

/**
 * A shape at a place of the drawing it lies in, both in percent.
 * @param {Shape} shape
 * @param {number} x
 * @param {number} y
 */
export function mark(shape, x, y) {
  return svg`<svg class="mark-at" x="${x.toFixed(2)}%" y="${y.toFixed(2)}%" width="1" height="1"><path class="shape-of" data-shape=${shape} d=${PATHS[shape]} /></svg>`;
}
