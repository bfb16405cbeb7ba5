// What the map shows, as words beside it: hotspots, what rises, and gauges above the usual; of a moment of the past its farthest
// cells. It is the text alternative of the map: same letters, same numbers.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { clock, counted, number } from "../format.js";
import { hotspotList } from "../hotspot/list.js";
import { say } from "../i18n.js";
import { pickedCell, risingList } from "../view-map.js";
import { roundedWords } from "../view-parts.js";
import { gaugeWords } from "./layers.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./wall.js").Wall} Wall */

/** Gauges named. */
const GAUGES_SHOWN = 5;
/** Words of tweets named. */
const TERMS_SHOWN = 4;

/**
 * @param {App} app
 * @param {Wall} wall
 */
export function wallList(app, wall) {
  const now = !wall.replay.on && app.place.channel === "";
  return html`
    ${pickedCell(app)}
    ${hotspotList(app)}
    ${now ? risingList(app) : peaks(app, wall)}
    ${wall.replay.on ? nothing : terms(app, wall)}
    ${wall.replay.on ? nothing : gauges(app, wall)}`;
}

/**
 * The cells farthest above usual at the moment that is shown.
 * @param {App} app
 * @param {Wall} wall
 */
function peaks(app, wall) {
  const { lang } = app.place;
  const { moment } = wall;
  const title = wall.replay.on ? say(lang, "wall.peaks.at", { time: clock(lang, wall.replay.shownMs) }) : say(lang, "wall.peaks");
  return html`<section class="block rising" aria-labelledby="peaks-title">
    <h2 id="peaks-title">${title}</h2>
    ${!moment
      ? html`<p class="note" role="status">${say(lang, "load.loading")}</p>`
      : moment.peaks.length === 0
        ? html`<p class="note">${say(lang, "rising.none")}</p>`
        : html`<ol>${moment.peaks.map((peak, at) => html`<li><button type="button" data-h3=${peak.h3} aria-pressed=${app.room.picked === peak.index} @click=${() => app.room.pick(app.room.picked === peak.index ? null : peak.index, true)}>
            <span class="rank">${at + 1}</span>
            <span class="what">${app.room.whereIs(peak.index).name ?? say(lang, "rising.outside")}</span>
            <span class="how" title=${roundedWords(lang, app.live.roundedTo) || nothing}><b>${say(lang, "rising.reports", { n: counted(lang, peak.n, app.live.roundedTo) })}</b></span>
            <span class="ratio">z ${number(lang, peak.z, 1)}</span>
          </button></li>`)}</ol>`}
  </section>`;
}

/**
 * What tweets of the last hour speak of more than usual.
 * @param {App} app
 * @param {Wall} wall
 */
function terms(app, { terms }) {
  const { lang } = app.place;
  if (terms.are === "none" || (terms.are === "asking" && terms.kota.length === 0)) return nothing;
  const { answer, rising } = terms;
  const people = (/** @type {number} */ n) => counted(lang, n, answer?.rounded_to);
  return html`<section class="block wall-terms" aria-labelledby="terms-title">
    <h2 id="terms-title">${say(lang, "wall.terms.title")} <span class="muted">${say(lang, "wall.terms.window")}</span></h2>
    ${terms.kota.length === 0
      ? nothing
      : html`<select aria-label=${say(lang, "wall.terms.where")} @change=${(/** @type {Event} */ event) => terms.choose(/** @type {HTMLSelectElement} */ (event.target).value)}>
          <option value="" ?selected=${terms.area === ""}>${say(lang, "wall.terms.city")}</option>
          ${terms.kota.map(({ code, name }) => html`<option value=${code} ?selected=${terms.area === code}>${name}</option>`)}
          <option value="unknown" ?selected=${terms.area === "unknown"}>${say(lang, "wall.terms.unknown")}</option>
        </select>`}
    ${terms.are === "failed" ? html`<p class="note" role="status">${say(lang, "wall.terms.failed")}</p>` : nothing}
    ${!answer
      ? terms.are === "failed" ? nothing : html`<p class="note" role="status">${say(lang, "load.loading")}</p>`
      : rising.length === 0
        ? html`<p class="note">${say(lang, "wall.terms.empty", { n: people(answer.sample) })}</p>`
        : html`<ol>${rising.slice(0, TERMS_SHOWN).map((item) => html`<li title=${roundedWords(lang, answer.rounded_to) || nothing}>
            <b class="term">${item.term}</b> <span>${say(lang, "wall.terms.people", { n: people(item.observed) })}</span>
            <span class="muted">${say(lang, "wall.terms.usual", { n: number(lang, item.expected, 1) })}${item.first_seen ? html` · ${say(lang, "rising.since", { time: clock(lang, item.first_seen) })}` : nothing}</span>
          </li>`)}</ol>
          <p class="note">${say(lang, "wall.terms.sample", { n: people(answer.sample) })}</p>`}
  </section>`;
}

/**
 * @param {App} app
 * @param {Wall} wall
 */
function gauges(app, { traffic }) {
  const { lang } = app.place;
  if (traffic.gaugesAre === "none" || traffic.gaugesAre === "asking") return nothing;
  const { high } = traffic;
  return html`<section class="block wall-gauges" aria-labelledby="gauges-title">
    <h2 id="gauges-title">${say(lang, "wall.gauges.title")}</h2>
    ${high.length === 0
      ? html`<p class="note">${say(lang, traffic.gauges.length === 0 ? "wall.gauges.empty" : "wall.gauges.usual")}</p>`
      : html`<ul>${high.slice(0, GAUGES_SHOWN).map((gauge) => html`<li data-siaga=${gauge.siaga}><span class="map-gauge sample" data-siaga=${gauge.siaga} aria-hidden="true">${gauge.siaga}</span> ${gaugeWords(lang, gauge)}${gauge.time ? html` <span class="muted">${clock(lang, gauge.time)}</span>` : nothing}</li>`)}</ul>`}
  </section>`;
}
