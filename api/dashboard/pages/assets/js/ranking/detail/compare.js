// Two units beside each other: the difference of their means with its interval, how sure it is, and what their mixes of reports explain.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { hours, number } from "../../format.js";
import { say } from "../../i18n.js";
import { nameOf } from "../verdict.js";
import { differenceOf, verdictOf } from "./difference.js";

/** @typedef {import("../../main.js").App} App */
/** @typedef {import("../../types").Lang} Lang */
/** @typedef {import("../../types").RankingItem} RankingItem */

/**
 * @param {App} app
 * @param {RankingItem} one
 * @param {RankingItem} other
 */
export function compare(app, one, other) {
  const { lang, level } = app.place;
  const names = { one: nameOf(lang, level, one), other: nameOf(lang, level, other) };
  const difference = differenceOf(one, other);
  const verdict = verdictOf(difference);
  const [first, second] = [one.case_mix?.adjusted_rmst_h ?? null, other.case_mix?.adjusted_rmst_h ?? null];
  const expected = (/** @type {RankingItem} */ item) => {
    const value = item.case_mix?.expected_rmst_h ?? null;
    return `${nameOf(lang, level, item)}: ${value === null ? "–" : say(lang, "rank.in.hours", { hours: hours(lang, value) })}`;
  };
  return html`<section class="beside" aria-labelledby="beside-title" data-verdict=${verdict}>
    <h2 id="beside-title">${say(lang, "beside.title", names)}</h2>
    <p class="beside-says">${say(lang, `beside.verdict.${verdict}`, names)}</p>
    <dl>
      ${difference === null ? nothing : html`
        <div><dt>${say(lang, "beside.difference", names)}</dt><dd class="difference">${say(lang, "beside.hours", { hours: signed(lang, difference.hours), low: signed(lang, difference.low), high: signed(lang, difference.high) })}</dd></div>
        <div><dt>${say(lang, "beside.faster", names)}</dt><dd class="faster">${chance(lang, difference.faster)}</dd></div>`}
      <div><dt>${say(lang, "beside.mix")}</dt><dd>${expected(one)}<br>${expected(other)}</dd></div>
      <div><dt>${say(lang, "beside.adjusted")}</dt><dd>${first === null || second === null ? "–" : say(lang, "rank.in.hours", { hours: signed(lang, first - second) })}</dd></div>
    </dl>
    <p class="footnote">${say(lang, "beside.how")}${level === "dinas" ? ` ${say(lang, "beside.shared")}` : ""}</p>
  </section>`;
}

/** Hours with their sign: a difference without one says nothing. @param {Lang} lang @param {number} value */
function signed(lang, value) {
  return `${value < 0 ? "−" : "+"}${number(lang, Math.abs(value), 1)}`;
}

/** Nobody is sure to within less than a percent. @param {Lang} lang @param {number} probability */
function chance(lang, probability) {
  if (probability > 0.99) return `> ${number(lang, 99)} %`;
  if (probability < 0.01) return `< ${number(lang, 1)} %`;
  return `${number(lang, probability * 100)} %`;
}
