// Where a unit's numbers come from: how its complaints ended, what was seen and what was expected; and another unit beside it.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { hours, number } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { chance, inFunnel, intervalOf, nameOf, percent, placeInWords, verdictOf } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").AskedRanking} AskedRanking */
/** @typedef {import("../types").End} End */
/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("../types").RankingItem} RankingItem */

/** @type {End[]} */
const ENDS = ["resolved", "closed_no_action", "duplicate", "not_ours", "withdrawn", "handed_over"];

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
export function figures(app, ranking) {
  const { lang, level, picked, compared } = app.place;
  const one = ranking.items.find((item) => item.code === picked);
  if (!one) return nothing;
  const other = ranking.items.find((item) => item.code === compared && item.code !== picked);
  const units = other ? [one, other] : [one];
  const others = ranking.items.filter((item) => item.code !== picked).sort((a, b) => a.name.localeCompare(b.name, "id", { numeric: true }));
  const choose = (/** @type {Event} */ event) => app.go({ compared: /** @type {HTMLSelectElement} */ (event.target).value });
  return html`<section class="figures" id="figures" tabindex="-1" aria-labelledby="figures-title">
    <h2 id="figures-title">${say(lang, "rank.figures")}
      <label class="field"><span>${say(lang, "rank.compare")}</span>
        <select @change=${choose}><option value="" ?selected=${!other}>–</option>
          ${others.map((item) => html`<option value=${item.code} ?selected=${item.code === other?.code}>${nameOf(lang, level, item)}</option>`)}</select></label>
      <button type="button" class="icon small" aria-label=${say(lang, "app.close")} @click=${() => app.go({ picked: "", compared: "" })}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button></h2>
    <table>
      <thead><tr><td></td>${units.map((item) => html`<th scope="col">${nameOf(lang, level, item)}</th>`)}</tr></thead>
      <tbody>${rowsOf(lang, one).map(([words], i) => html`<tr><th scope="row">${words}</th>${units.map((item) => html`<td>${rowsOf(lang, item)[i][1]}</td>`)}</tr>`)}</tbody>
    </table>
  </section>`;
}

/**
 * The rows of a unit, words and figure; every unit has the same rows.
 * @param {Lang} lang
 * @param {RankingItem} item
 * @returns {[string, string][]}
 */
function rowsOf(lang, item) {
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const { in_time: inTime, case_mix: caseMix } = item;
  const between = (/** @type {import("../types").Range | null} */ range, factor = 1, digits = 0) =>
    range === null ? "" : ` (${number(lang, range.low * factor, digits)}–${number(lang, range.high * factor, digits)})`;
  const interval = intervalOf(lang, item);
  const where = inFunnel(item);
  const closed = item.closed_resolution_mean_s;
  return [
    [t("rank.col.tier"), [t(`tier.${verdictOf(item)}`), placeInWords(lang, item)].filter(Boolean).join(", ")],
    [t("figures.mean"), item.rmst_resolution_h === null ? "–" : t("rank.in.hours", { hours: hours(lang, item.rmst_resolution_h) }) + (interval === "" ? "" : ` (${interval})`)],
    [t("figures.shrunken"), typeof item.shrunken_resolution_h === "number" ? t("figures.believed", { hours: hours(lang, item.shrunken_resolution_h), share: percent(lang, item.reliability) }) : "–"],
    [t("figures.slowest"), chance(lang, item.p_slowest_tenth)],
    [t("figures.intime"), inTime ? `${t("figures.part", { part: number(lang, inTime.part), whole: number(lang, inTime.whole) })} = ${percent(lang, inTime.share)}${between(inTime.interval, 100)}${where === null ? "" : `, ${t(`funnel.${where}`)}`}` : "–"],
    [t("figures.mix"), caseMix && caseMix.ratio !== null ? `${t("figures.seen", { seen: number(lang, caseMix.observed), expected: number(lang, caseMix.expected, 1) })} = ${number(lang, caseMix.ratio, 2)}×${between(caseMix.interval, 1, 2)}` : "–"],
    [t("figures.adjusted"), caseMix && caseMix.adjusted_rmst_h !== null ? t("rank.in.hours", { hours: hours(lang, caseMix.adjusted_rmst_h) }) : "–"],
    [t("figures.shares"), typeof item.resolved_share === "number" ? `${percent(lang, item.resolved_share)} / ${percent(lang, item.otherwise_share)}` : "–"],
    [t("rank.col.n"), number(lang, item.n)],
    [t("rank.col.open"), number(lang, item.open)],
    ...ENDS.map((end) => /** @type {[string, string]} */ ([sayKnown(lang, "status", end), number(lang, item.ends?.[end])])),
    [t("figures.closed"), typeof closed === "number" ? t("rank.in.hours", { hours: hours(lang, closed / 3_600) }) : "–"],
  ];
}
