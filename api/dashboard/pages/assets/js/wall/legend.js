// What the wall's colours and signs mean, in words and units.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { number } from "../format.js";
import { breakLabels } from "../heat.js";
import { say, sayKnown } from "../i18n.js";
import { jamWords } from "./layers.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./wall.js").Wall} Wall */

/** The classes of excess, low to high: words, and what they stand for in standard deviations. */
const EXCESS = /** @type {const} */ ([["usual", "< 1"], ["above", "1–2"], ["clearly", "2–3"], ["far", "3–5"], ["veryfar", "5+"]]);

/**
 * @param {App} app
 * @param {Wall} wall
 */
export function wallLegend(app, wall) {
  const { lang, measure, channel } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const window = t(`window.${app.place.window}`);
  const counts = breakLabels(app.room.breaks, (n) => number(lang, n));
  return html`<div class="legend wall-legend">
    <p class="legend-title">${measure === "z" ? t("wall.legend.z", { window }) : t("legend.title", { window })}${channel ? html`, ${sayKnown(lang, "channel", channel)}` : nothing}</p>
    <ol class="classes" data-measure=${measure}>${EXCESS.map(([word, span], i) => html`<li><span class="swatch" data-level=${i + 1}></span>${measure === "z" ? html`<b>${t(`excess.${word}`)}</b> <span>${span}</span>` : counts[i]}</li>`)}</ol>
    <p class="legend-note">${measure === "z" ? t("wall.legend.unit") : nothing} ${t("legend.cell")}${app.room.approximate ? html` · ${t("map.approximate")}` : nothing}${app.room.map?.engine === "canvas" ? html` · ${t("map.canvas")}` : nothing}</p>
    <p class="legend-note"><span class="map-spot sample" aria-hidden="true">A</span> ${t("legend.spot")}</p>
    ${wall.replay.on ? html`<p class="legend-note">${t("wall.legend.now")}</p>` : html`
      <p class="legend-note"><span class="map-rank sample" aria-hidden="true">1</span> ${t("legend.rank")}</p>
      ${beside(app, wall)}`}
  </div>`;
}

/**
 * Jams and gauges: what their signs mean, or why there are none.
 * @param {App} app
 * @param {Wall} wall
 */
function beside(app, { traffic, layers }) {
  const { lang } = app.place;
  const old = (/** @type {string} */ having) => (having === "failed" ? html` · ${say(lang, "wall.layer.failed")}` : nothing);
  return html`
    ${layers.jams && traffic.jamsAre !== "none" ? html`<p class="legend-note jams"><span class="map-jam" aria-hidden="true"></span> ${say(lang, "wall.jams.sign")}: ${traffic.jamsAre === "asking" ? say(lang, "load.loading") : jamWords(lang, traffic.jams)}${old(traffic.jamsAre)}</p>` : nothing}
    ${traffic.gaugesAre === "none"
      ? html`<p class="legend-note gauges">${say(lang, "wall.gauges.none")}</p>`
      : layers.gauges ? html`<p class="legend-note gauges"><span class="map-gauge sample" data-siaga="2" aria-hidden="true">2</span> ${say(lang, "wall.gauges.sign")}${old(traffic.gaugesAre)}</p>` : nothing}`;
}
