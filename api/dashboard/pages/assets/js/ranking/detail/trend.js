// The trend: a unit's mean with its interval at the end of each week or month, and another's beside it. The shapes are the verdicts of
// then; the table below says the same.

import { html, svg } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, hours, number } from "../../format.js";
import { say } from "../../i18n.js";
import { choices, failure, loading } from "../../view-parts.js";
import { mark } from "../marks.js";
import { nameOf } from "../verdict.js";
import { desk } from "./desk.js";

/** @typedef {import("../../main.js").App} App */
/** @typedef {import("../../types").AskedRanking} AskedRanking */
/** @typedef {import("../../types").RankingItem} RankingItem */
/** @typedef {import("../types").TrendPoint} TrendPoint */
/** @typedef {{ item: RankingItem, points: TrendPoint[] }} Series */

/** Where the scale may end, hours. */
const SCALES_H = [12, 24, 48, 72, 120, 168];
const STEPS = /** @type {const} */ (["week", "month"]);

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 * @param {RankingItem[]} units
 */
export function trend(app, ranking, units) {
  const { lang } = app.place;
  const loaded = units.map((item) => ({ item, trend: desk.trendOf(app, item.code) }));
  const failed = loaded.find(({ trend: one }) => one.state === "failed");
  const series = loaded.flatMap(({ item, trend: one }) => (one.state === "ready" ? [{ item, points: withNow(one.value.points, item, ranking.as_of) }] : []));
  const again = () => { for (const { item } of loaded) desk.loadTrend(app, item.code, true); };
  return html`<section class="trend" aria-labelledby="trend-title">
    <h2 id="trend-title">${say(lang, "trend.title")}
      ${choices(say(lang, "trend.step"), STEPS, desk.step, (step) => say(lang, `trend.step.${step}`), (step) => desk.choose(app, step))}</h2>
    ${failed?.trend.state === "failed" ? failure(lang, failed.trend.problem, again) : series.length < units.length ? loading(lang) : drawn(app, series)}
  </section>`;
}

/**
 * The points, and the row of the table as the last one unless the last step ended just then.
 * @param {TrendPoint[]} points
 * @param {RankingItem} item
 * @param {string | null} asOf
 * @returns {TrendPoint[]}
 */
function withNow(points, item, asOf) {
  const last = points.at(-1);
  if (asOf === null || (last && Date.parse(last.as_of) >= Date.parse(asOf))) return points;
  return [...points, { ...item, as_of: asOf }];
}

/**
 * @param {App} app
 * @param {Series[]} series
 */
function drawn(app, series) {
  const { lang, level } = app.place;
  const times = series.flatMap(({ points }) => points.map(({ as_of: time }) => Date.parse(time)));
  if (series.every(({ points }) => points.every(({ n }) => n === 0))) return html`<p class="note">${say(lang, "trend.none")}</p>`;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const most = Math.max(1, ...series.flatMap(({ points }) => points.map((point) => point.upper ?? point.rmst_resolution_h ?? 0)));
  const scale = SCALES_H.find((end) => most <= end) ?? 168;
  const x = (/** @type {TrendPoint} */ point) => (last === first ? 50 : ((Date.parse(point.as_of) - first) / (last - first)) * 100);
  const y = (/** @type {number} */ value) => 100 - (Math.min(Math.max(value, 0), scale) / scale) * 100;
  const ticks = [0, 1, 2, 3, 4];
  return html`
    <p class="muted">${say(lang, "trend.said")}</p>
    <p class="legend-line">${series.map(({ item }, i) => html`<span class=${`series-${i}`}><span class="stroke" aria-hidden="true"></span> ${say(lang, i === 0 ? "trend.named.0" : "trend.named.1", { name: nameOf(lang, level, item) })}</span>`)}</p>
    <div class="trend-box" aria-hidden="true">
      <svg class="axis y">${ticks.map((i) => svg`<text x="100%" dx="-4" y=${`${100 - i * 25}%`} dy=${i === 4 ? "0.8em" : i === 0 ? "0" : "0.35em"} text-anchor="end">${number(lang, (scale * i) / 4)}</text>`)}</svg>
      <div class="trend-field">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none">
          ${ticks.map((i) => svg`<line class="rule" x1="0" x2="100" y1=${i * 25} y2=${i * 25} />`)}
          ${series.map(({ points }, i) => runsOf(points).map((run) => svg`<path class=${`band series-${i}`} d=${bandOf(run, x, y)} /><path class=${`line series-${i}`} d=${lineOf(run, x, y)} />`))}
        </svg>
        <svg>${series.map(({ points }) => runsOf(points).flat().map((point) => mark(point.tier ?? "few", x(point), y(point.rmst_resolution_h ?? 0))))}</svg>
      </div>
      <div class="trend-ends"><span>${dayAndClock(lang, first)}</span><span>${say(lang, "rank.hours")}</span><span>${dayAndClock(lang, last)}</span></div>
    </div>
    <details class="trend-figures"><summary>${say(lang, "trend.figures")}</summary>
      <div class="wide-table" role="region" tabindex="0" aria-label=${say(lang, "trend.figures")}><table>
        <thead><tr><th scope="col">${say(lang, "trend.until")}</th>${series.map(({ item }) => html`<th scope="col">${nameOf(lang, level, item)}</th>`)}</tr></thead>
        <tbody>${series[0].points.map((point) => html`<tr><th scope="row">${dayAndClock(lang, point.as_of)}</th>${series.map(({ points }) => html`<td>${inWords(app, points.find(({ as_of: time }) => time === point.as_of))}</td>`)}</tr>`)}</tbody>
      </table></div></details>`;
}

/** @param {App} app @param {TrendPoint | undefined} point */
function inWords(app, point) {
  const { lang } = app.place;
  if (!point || point.rmst_resolution_h === null) return "–";
  const interval = point.lower === null || point.upper === null ? "" : ` (${hours(lang, point.lower)}–${hours(lang, point.upper)})`;
  return `${say(lang, "rank.in.hours", { hours: hours(lang, point.rmst_resolution_h) })}${interval}, ${say(lang, `tier.${point.tier ?? "few"}`)}, ${say(lang, "rank.share", { n: number(lang, point.open), total: number(lang, point.n) })}`;
}

/** Runs of points that have a value: a line does not cross what is not known. @param {TrendPoint[]} points */
function runsOf(points) {
  /** @type {TrendPoint[][]} */
  const runs = [[]];
  for (const point of points) {
    if (point.rmst_resolution_h === null) runs.push([]);
    else runs[runs.length - 1].push(point);
  }
  return runs.filter((run) => run.length > 0);
}

/**
 * @param {TrendPoint[]} run
 * @param {(point: TrendPoint) => number} x
 * @param {(value: number) => number} y
 */
function lineOf(run, x, y) {
  return run.map((point, i) => `${i === 0 ? "M" : "L"}${x(point).toFixed(2)} ${y(point.rmst_resolution_h ?? 0).toFixed(2)}`).join("");
}

/**
 * @param {TrendPoint[]} run
 * @param {(point: TrendPoint) => number} x
 * @param {(value: number) => number} y
 */
function bandOf(run, x, y) {
  const mean = (/** @type {TrendPoint} */ point) => point.rmst_resolution_h ?? 0;
  const there = run.map((point) => `${x(point).toFixed(2)} ${y(point.upper ?? mean(point)).toFixed(2)}`);
  const back = run.toReversed().map((point) => `${x(point).toFixed(2)} ${y(point.lower ?? mean(point)).toFixed(2)}`);
  return `M${[...there, ...back].join("L")}Z`;
}
