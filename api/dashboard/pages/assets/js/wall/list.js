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
