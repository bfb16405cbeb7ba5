// The caterpillar: every unit's restricted mean with its 95 % interval, beside the mean all are held against. A reading aid; the
// verdict is the tiers'. Rows are HTML, so names wrap and grow with the type, and only the lines are drawn.

import { html, nothing, svg } from "/assets/vendor/lit-html/lit-html.js";
import { hours, number } from "../format.js";
import { say } from "../i18n.js";
import { sorted } from "./columns.js";
import { mark } from "./marks.js";
import { keys, markId, pointedAt } from "./pointer.js";
import { SHAPES, VERDICTS, intervalOf, meanOf, nameOf, placeInWords, verdictOf } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").AskedRanking} AskedRanking */
/** @typedef {import("../types").RankingItem} RankingItem */

const PLOT = "caterpillar";
/** Where the scale may end, hours; the mean itself is cut at the last. */
const SCALES_H = [12, 24, 48, 72, 120, 168];
const TICKS = 4;

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
export function caterpillar(app, ranking) {
  const { lang } = app.place;
  const items = sorted(ranking.items.filter((item) => item.rmst_resolution_h !== null), "mean", false);
  const codes = items.map((item) => item.code);
  const pointed = pointedAt(app, codes);
  const mean = meanOf(ranking.items);
  const most = Math.max(1, ...items.map((item) => item.upper ?? item.rmst_resolution_h ?? 0));
  const scale = SCALES_H.find((end) => most <= end) ?? 168;
  const count = (/** @type {string} */ verdict) => number(lang, items.filter((item) => verdictOf(item) === verdict).length);
  const summary = say(lang, "plot.caterpillar.said", { n: number(lang, items.length), mean: hours(lang, mean), slow: count("slow"), same: count("same"), fast: count("fast"), few: count("few") });
  return html`<figure class="plot caterpillar" aria-labelledby="caterpillar-title">
    <h2 id="caterpillar-title">${say(lang, "plot.caterpillar")}</h2>
    <figcaption>${summary}</figcaption>
    <p class="legend-line">${VERDICTS.map((verdict) => html`<span data-tier=${verdict}><span class="shape" aria-hidden="true">${verdict === "few" ? "×" : SHAPES[verdict]}</span> ${say(lang, `tier.${verdict}`)}</span> `)}
      <span><span class="dash" aria-hidden="true"></span> ${say(lang, "plot.mean", { hours: hours(lang, mean) })}</span></p>
    <div class="caterpillar-rows" role="listbox" tabindex="0" aria-label=${say(lang, "plot.caterpillar.label")}
      aria-activedescendant=${pointed === null ? nothing : markId(PLOT, pointed)} @keydown=${keys(app, PLOT, codes)}>
      ${items.map((item) => row(app, item, scale, mean, item.code === pointed))}
    </div>
    ${axis(app, scale)}
  </figure>`;
}

/**
 * @param {App} app
 * @param {RankingItem} item
 * @param {number} scale hours at the right end
 * @param {number | null} mean
 * @param {boolean} pointed
 */
function row(app, item, scale, mean, pointed) {
  const { lang, level } = app.place;
  const verdict = verdictOf(item);
  const name = nameOf(lang, level, item);
  const at = (/** @type {number} */ value) => (Math.min(Math.max(value, 0), scale) / scale) * 100;
  const line = (/** @type {string} */ what, /** @type {number} */ from, /** @type {number} */ to, y1 = "50%", y2 = "50%") =>
    svg`<line class=${what} x1="${at(from).toFixed(2)}%" x2="${at(to).toFixed(2)}%" y1=${y1} y2=${y2} />`;
  const value = hours(lang, item.rmst_resolution_h);
  const interval = intervalOf(lang, item);
  const said = say(lang, "plot.caterpillar.unit", { name, hours: value, interval: interval || "–", place: placeInWords(lang, item) || say(lang, "rank.place.none"), verdict: say(lang, `tier.${verdict}`) });
  return html`<div role="option" id=${markId(PLOT, item.code)} data-tier=${verdict} aria-selected=${pointed} aria-label=${said} @click=${() => app.pickRanked(item.code)}>
    <span class="unit">${name}</span>
    <svg class="row" aria-hidden="true">
      ${mean === null ? nothing : line("mean-line", mean, mean, "0", "100%")}
      ${item.lower === null || item.upper === null ? nothing : line("interval", item.lower, item.upper)}
      ${mark(verdict, at(item.rmst_resolution_h ?? 0), 50)}
    </svg>
    <span class="value">${value} <span class="muted">${interval === "" ? nothing : `(${interval})`}</span></span>
  </div>`;
}

/** @param {App} app @param {number} scale */
function axis(app, scale) {
  const { lang } = app.place;
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => i);
  return html`<div class="axis-row" aria-hidden="true"><span></span>
    <svg class="axis">${ticks.map((i) => svg`<line x1="${i * 25}%" x2="${i * 25}%" y1="0" y2="5" /><text x="${i * 25}%" y="1.15em" text-anchor=${i === 0 ? "start" : i === TICKS ? "end" : "middle"}>${number(lang, (scale * i) / TICKS)}</text>`)}</svg>
    <span class="value muted">${say(lang, "rank.hours")}</span></div>`;
}
