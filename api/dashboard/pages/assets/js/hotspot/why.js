// Why a hotspot is one: the numbers it stands on, counted out, and what each channel adds.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { clock, counted, dayAndClock, number, span } from "../format.js";
import { learn, say, sayKnown } from "../i18n.js";
import { failure, loading, roundedWords } from "../view-parts.js";
import { weekCurve } from "./week.js";
import { WORDS } from "./why-words.js";
import { recurrence } from "./words.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").HotspotChannel} HotspotChannel */
/** @typedef {import("../types").HotspotWhy} HotspotWhy */
/** @typedef {import("../types").Lang} Lang */

learn(WORDS);

/** Ids of reports shown; the others are counted. */
const MEMBERS_SHOWN = 50;

/** The reasons of the opened one. @param {App} app */
export function why(app) {
  const { lang } = app.place;
  const loaded = app.hotspots.why;
  const told = loaded.state === "none" ? undefined : loaded.value;
  return html`
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => app.hotspots.again()) : nothing}
    ${told ? reasons(app, told) : loaded.state === "failed" ? nothing : loading(lang)}`;
}

/**
 * @param {App} app
 * @param {HotspotWhy} told
 */
function reasons(app, told) {
  const { lang } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const n = (/** @type {number | null} */ value, digits = 0) => number(lang, value, digits);
  const roundedTo = told.rounded_to ?? 1;
  const c = (/** @type {number} */ value) => counted(lang, value, roundedTo);
  const products = { days: n(told.study_days), zone: c(told.of_zone), window: c(told.of_window), city: c(told.of_city), expected: n(told.expected, 1) };
  return html`
    <h3>${t("hotspot.why")}</h3>
    <p>${t("hotspot.seen", { observed: c(told.observed), family: told.family_label[lang], span: span(lang, told.window_min * 60), time: clock(lang, app.hotspots.tick) })}</p>
    <p>${t("hotspot.expected", products)}</p>
    ${roundedTo > 1 ? html`<p class="muted">${counted(lang, roundedTo, roundedTo)}: ${roundedWords(lang, roundedTo)}</p>` : html`<p>${told.usual === null ? t("hotspot.usual.none") : t("hotspot.usual", { usual: n(told.usual, 1) })}</p>`}
    ${told.week ? weekCurve(lang, told.week) : nothing}
    <p>${t("hotspot.rare", { often: recurrence(lang, told.recurrence_days) })}</p>
    ${told.channels.length === 0 ? nothing : channels(lang, told.channels, roundedTo)}
    <dl class="facts">
      <div><dt>${t("hotspot.opened")}</dt><dd>${dayAndClock(lang, told.opened)}</dd></div>
      <div><dt>${t("hotspot.changed")}</dt><dd>${sayKnown(lang, "change", told.change)}, ${dayAndClock(lang, told.changed)}${told.revision > 0 ? html` (${t("hotspot.revised", { n: n(told.revision) })})` : nothing}</dd></div>
      ${told.merged_into === null ? nothing : html`<div><dt>${t("hotspot.into")}</dt><dd><code>${told.merged_into}</code></dd></div>`}
      <div><dt>${t("hotspot.places")}</dt><dd>${told.places.map((place) => place.name ?? place.kelurahan).join(", ") || "–"}</dd></div>
      ${told.label ? html`<div><dt>${t("hotspot.pattern")}</dt><dd>${sayKnown(lang, "emerging", told.label)}</dd></div>` : nothing}
      <div><dt>${t("hotspot.test")}</dt><dd>${told.test}${told.statistic === null ? nothing : html`, LLR ${n(told.statistic, 1)}`}, p ${told.p < 1e-6 ? told.p.toExponential(1) : n(told.p, 6)}</dd></div>
    </dl>
    <p class="muted">${t("hotspot.caveat")}</p>
    ${told.members ? members(lang, told.members) : nothing}`;
}

/**
 * @param {Lang} lang
 * @param {HotspotChannel[]} shares
 * @param {number} roundedTo
 */
function channels(lang, shares, roundedTo) {
  const hidden = html`<span class="muted">${say(lang, "hotspot.hidden")}</span>`;
  const figure = (/** @type {number | null} */ value) => (value === null ? hidden : counted(lang, value, roundedTo));
  return html`<table class="channels">
    <thead><tr><th scope="col">${say(lang, "hotspot.channel")}</th><th scope="col" class="figure">${say(lang, "hotspot.reporters")}</th><th scope="col" class="figure">${say(lang, "hotspot.without")}</th></tr></thead>
    <tbody>${shares.map((share) => html`<tr>
      <th scope="row">${sayKnown(lang, "channel", share.channel)}${share.decisive ? html` <span class="chip decisive"><span aria-hidden="true">▲</span> ${say(lang, "hotspot.decisive")}</span>` : nothing}</th>
      <td class="figure">${figure(share.reporters)}</td>
      <td class="figure">${figure(share.observed_without)}${share.expected_without === null ? nothing : html` <span class="muted">/ ${number(lang, share.expected_without, 1)}</span>`}</td></tr>`)}</tbody>
  </table>`;
}

/**
 * @param {Lang} lang
 * @param {{ channel: string, id: string }[]} reports
 */
function members(lang, reports) {
  const rest = reports.length - MEMBERS_SHOWN;
  return html`<details><summary>${say(lang, "hotspot.members", { n: number(lang, reports.length) })}</summary>
    <ul class="members">${reports.slice(0, MEMBERS_SHOWN).map(({ channel, id }) => html`<li>${sayKnown(lang, "channel", channel)} <code>${id}</code></li>`)}
      ${rest > 0 ? html`<li class="muted">${say(lang, "rank.tier.more", { n: number(lang, rest) })}</li>` : nothing}</ul></details>`;
}
