// The answer before the table: who is clearly slow, who cannot be told apart, who is clearly fast, and of whom too little is known.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { hours, number } from "../format.js";
import { say } from "../i18n.js";
import { SHAPES, VERDICTS, nameOf, verdictOf } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").AskedRanking} AskedRanking */
/** @typedef {import("../types").RankingItem} RankingItem */

/** Units named at once; the others are behind a click. */
const NAMED = 8;

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
export function tiers(app, ranking) {
  const { lang } = app.place;
  return html`<div class="tiers">${VERDICTS.map((verdict) => {
    const units = unitsOf(ranking.items, verdict);
    const [first, rest] = [units.slice(0, NAMED), units.slice(NAMED)];
    return html`<section class="tier" data-tier=${verdict} aria-labelledby=${`tier-${verdict}`}>
      <h2 id=${`tier-${verdict}`}><span class="shape" aria-hidden="true">${SHAPES[verdict]}</span> ${say(lang, `rank.tier.${verdict}`)} <b class="count">${number(lang, units.length)}</b></h2>
      ${verdict === "few" ? html`<p class="muted">${say(lang, "rank.minimum", { n: number(lang, ranking.minimum_n) })}</p>` : nothing}
      ${units.length === 0 ? html`<p class="muted">${say(lang, "rank.tier.nobody")}</p>` : list(app, first)}
      ${rest.length === 0 ? nothing : html`<details><summary>${say(lang, "rank.tier.more", { n: number(lang, rest.length) })}</summary>${list(app, rest)}</details>`}
    </section>`;
  })}</div>`;
}

/**
 * Units of a verdict: of the slow ones those first that are most surely among the slowest, then the farthest from the mean, the slowest
 * of those that cannot be told apart.
 * @param {RankingItem[]} items
 * @param {string} verdict
 */
function unitsOf(items, verdict) {
  const sign = verdict === "fast" ? 1 : -1;
  const units = items.filter((item) => verdictOf(item) === verdict);
  if (verdict === "few") return units.sort((a, b) => b.n - a.n || a.name.localeCompare(b.name, "id"));
  const sure = (/** @type {RankingItem} */ item) => (verdict === "slow" ? item.p_slowest_tenth ?? 0 : 0);
  return units.sort((a, b) => sure(b) - sure(a) || sign * ((a.rmst_resolution_h ?? 0) - (b.rmst_resolution_h ?? 0)) || a.name.localeCompare(b.name, "id"));
}

/**
 * @param {App} app
 * @param {RankingItem[]} units
 */
function list(app, units) {
  const { lang, level, picked } = app.place;
  const figure = (/** @type {RankingItem} */ item) =>
    verdictOf(item) === "few" ? say(lang, "rising.reports", { n: number(lang, item.n) }) : say(lang, "rank.in.hours", { hours: hours(lang, item.rmst_resolution_h) });
  return html`<ul>${units.map((item) => html`<li><button type="button" data-code=${item.code} aria-pressed=${item.code === picked} @click=${() => app.pickRanked(item.code)}>
    <span class="unit">${nameOf(lang, level, item)}</span> <span class="muted">${figure(item)}</span></button></li>`)}</ul>`;
}
