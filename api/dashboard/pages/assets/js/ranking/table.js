// The table: every unit with its place in words, its times with intervals, its share in time, how many are still open, and last the
// number that flatters, marked as such.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { hours, number } from "../format.js";
import { say } from "../i18n.js";
import { columnOf, sorted } from "./columns.js";
import { flagCell, flagHeader } from "./flag-counts.js";
import { SHAPES, chance, intervalOf, nameOf, percent, placeInWords, verdictOf } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").AskedRanking} AskedRanking */
/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("../types").RankingItem} RankingItem */

const HOUR_S = 3_600;

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
export function table(app, ranking) {
  const { lang, level } = app.place;
  const { key, down } = app.rankingSort;
  const items = sorted(ranking.items, key, down);
  const header = (/** @type {string} */ wanted, /** @type {number} */ rows, aside = "") => {
    const column = columnOf(wanted);
    const words = column.key === "name" ? say(lang, `level.${level}`) : say(lang, column.words);
    const full = column.group ? `${say(lang, column.group)}, ${words}` : words;
    return html`<th scope="col" rowspan=${rows} data-column=${column.key} class=${classOf(wanted)}
      aria-sort=${column.key === key ? (down ? "descending" : "ascending") : nothing}>
      <button type="button" title=${say(lang, "rank.sort", { column: full })} @click=${() => app.sortRanking(column.key)}>${words}<span class="arrow" aria-hidden="true">${column.key === key ? (down ? "▾" : "▴") : ""}</span></button>${aside ? html`<span class="aside">${aside}</span>` : nothing}</th>`;
  };
  const group = (/** @type {string} */ words) =>
    html`<th scope="colgroup" colspan="2" class="group wide">${say(lang, words)} <span class="muted">${say(lang, "rank.hours")}</span></th>`;
  return html`<div class="scroller" role="region" tabindex="0" aria-label=${say(lang, "rank.title")}>
    <table class="ranking">
      <caption class="sr">${say(lang, "rank.caption", { level: say(lang, `level.${level}`), window: say(lang, `window.${ranking.asked.window}`) })}</caption>
      <thead>
        <tr>${header("rank", 2)}${header("name", 2)}${header("tier", 2)}${header("mean", 2, say(lang, "rank.mean.aside"))}${header("slowest", 2, say(lang, "rank.slowest.aside"))}
          ${group("rank.col.first")}${group("rank.col.resolution")}
          ${header("intime", 2)}${header("mix", 2, say(lang, "rank.mix.aside"))}${header("n", 2)}${header("open", 2)}${header("closed", 2, say(lang, "rank.closed.aside"))}${flagHeader(app)}</tr>
        <tr>${header("first", 1)}${header("first90", 1)}${header("resolution", 1)}${header("resolution90", 1)}</tr>
      </thead>
      <tbody>${items.map((item) => row(app, item))}</tbody>
    </table>
  </div>`;
}

/** @param {string} key */
function classOf(key) {
  const { figure, minor, wide } = columnOf(key);
  return [key === "tier" && "verdict", key === "closed" && "flatters", figure && "figure", minor && "minor", wide && "wide"].filter(Boolean).join(" ");
}

/**
 * @param {App} app
 * @param {RankingItem} item
 */
function row(app, item) {
  const { lang, level, picked } = app.place;
  const verdict = verdictOf(item);
  const chip = html`<span class="chip" data-tier=${verdict}><span class="shape" aria-hidden="true">${SHAPES[verdict]}</span> ${say(lang, `tier.${verdict}`)}</span>`;
  const interval = intervalOf(lang, item);
  return html`<tr data-code=${item.code} data-tier=${verdict} ?data-picked=${item.code === picked}>
    <td class="rank">${placeInWords(lang, item) || "–"}</td>
    <th scope="row"><button type="button" class="pick" aria-pressed=${item.code === picked} @click=${() => app.pickRanked(item.code)}>${nameOf(lang, level, item)}</button><span class="narrow">${chip}</span></th>
    <td class="verdict">${chip}</td>
    <td class="mean"><b>${hours(lang, item.rmst_resolution_h)}</b> ${interval === "" ? nothing : html`<span class="muted">(${interval})</span>`}</td>
    <td class=${classOf("slowest")} data-slowest>${chance(lang, item.p_slowest_tenth)}</td>
    ${quantile(lang, item, item.median_first_response_h, "first")}${quantile(lang, item, item.p90_first_response_h, "first90")}
    ${quantile(lang, item, item.median_resolution_h, "resolution")}${quantile(lang, item, item.p90_resolution_h, "resolution90")}
    <td class=${classOf("intime")}>${share(lang, item)}</td>
    <td class=${classOf("mix")}>${mix(lang, item)}</td>
    <td class=${classOf("n")}>${number(lang, item.n)}</td>
    <td class="figure open" title=${say(lang, "rank.share", { n: number(lang, item.open), total: number(lang, item.n) })}>${number(lang, item.open)} <span class="muted of">${say(lang, "rank.of", { total: number(lang, item.n) })}</span></td>
    <td class=${classOf("closed")}>${typeof item.closed_resolution_mean_s === "number" ? hours(lang, item.closed_resolution_mean_s / HOUR_S) : "–"}</td>
    ${flagCell(app, item)}
  </tr>`;
}

/**
 * A quantile, or why there is none.
 * @param {Lang} lang
 * @param {RankingItem} item
 * @param {number | null} value
 * @param {string} key
 */
function quantile(lang, item, value, key) {
  const { minor } = columnOf(key);
  if (value !== null) return html`<td class=${classOf(key)}>${hours(lang, value)}</td>`;
  return html`<td class=${classOf(key)}><span class="never" title=${say(lang, "rank.never.long")}>${minor || item.n === 0 ? "–" : say(lang, "rank.never")}</span></td>`;
}

/** @param {Lang} lang @param {RankingItem} item */
function share(lang, { in_time: inTime }) {
  if (!inTime) return "–";
  return html`${percent(lang, inTime.share)} <span class="muted">(${number(lang, inTime.interval.low * 100)}–${number(lang, inTime.interval.high * 100)})</span>`;
}

/** @param {Lang} lang @param {RankingItem} item */
function mix(lang, { case_mix: caseMix }) {
  if (!caseMix || caseMix.ratio === null) return "–";
  const { ratio, interval } = caseMix;
  return html`${number(lang, ratio, 2)}×${interval === null ? nothing : html` <span class="muted">(${number(lang, interval.low, 2)}–${number(lang, interval.high, 2)})</span>`}`;
}
