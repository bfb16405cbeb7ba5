// The map, what is rising, and how fresh each source is. The rising list is the map's text alternative: same ranks, same
// numbers.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { clock, counted, longDay, number, span } from "./format.js";
import { breakLabels } from "./heat.js";
import { hotspotList } from "./hotspot/list.js";
import { letterOf } from "./hotspot/words.js";
import { CATEGORIES, say, sayKnown } from "./i18n.js";
import { findBox, link } from "./public/find.js";
import { WINDOWS } from "./state.js";
import { choices, placeOf, roundedWords } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").Rising} Rising */
/** @typedef {import("./types").SourceState} SourceState */

/** @type {Record<string, string>} */
const SOURCE_SHAPES = { live: "●", idle: "◌", stale: "▲", never: "–" };
const RISING_SHOWN = 10;
const DENSEST_SHOWN = 20;

/** @type {import("./types").RoomModule} */
export const room = {
  view: mapView,
  enter: (app) => {
    app.openMap();
    app.loadHotspots();
  },
  refresh: (app) => app.loadHotspots(),
};

/** @param {App} app */
function mapView(app) {
  const { lang } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  return html`
    <h1 class="sr">${t("map.title")}</h1>
    <div class="stage">
      <div class="toolbar">
        <label class="field"><span class="sr">${t("map.category")}</span>
          <select @change=${(/** @type {Event} */ event) => app.go({ category: /** @type {HTMLSelectElement} */ (event.target).value })}>
            <option value="" ?selected=${app.place.category === ""}>${t("map.all")}</option>
            ${CATEGORIES.map((id) => html`<option value=${id} ?selected=${app.place.category === id}>${t(`cat.${id}`)}</option>`)}
          </select></label>
        ${choices(t("map.window"), WINDOWS, app.place.window, (value) => t(`window.${value}`), (window) => app.go({ window }))}
        <p class="today">${longDay(lang, app.live.nowMs())}</p>
      </div>
      <div class="map-frame" ?data-cut=${app.fresh.kind === "cut"}>
        ${app.room.place}
        ${mapButtons(app)}
        ${mapMessage(app)}
      </div>
      ${legend(app)}
    </div>
    <aside class="panel">
      ${totals(app)}
      <section class="block" aria-labelledby="find-title"><h2 id="find-title">${t("find.title")}</h2>${findBox(app)}</section>
      ${pickedCell(app)}
      ${hotspotList(app)}
      ${risingList(app)}
      ${sourceList(app)}
      ${densest(app)}
      <p class="footnote"><a href="/docs">${t("app.api")}</a></p>
    </aside>`;
}

/** @param {App} app */
export function mapButtons(app) {
  const t = (/** @type {string} */ key) => say(app.place.lang, key);
  return html`<div class="map-buttons">
    <button type="button" class="icon" aria-label=${t("map.zoomin")} title=${t("map.zoomin")} @click=${() => app.room.map?.zoom(1)}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 4v12M4 10h12" /></svg></button>
    <button type="button" class="icon" aria-label=${t("map.zoomout")} title=${t("map.zoomout")} @click=${() => app.room.map?.zoom(-1)}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h12" /></svg></button>
    <button type="button" class="icon" aria-label=${t("map.home")} title=${t("map.home")} @click=${() => app.room.map?.home()}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5" /></svg></button>
  </div>`;
}

/** @param {App} app */
export function mapMessage(app) {
  const { lang } = app.place;
  if (app.room.problem) {
    return html`<div class="map-message" role="alert"><b>${say(lang, "map.failed")}.</b> ${app.room.problem.status === 0 ? say(lang, "load.network") : (app.room.problem.detail ?? app.room.problem.title)}</div>`;
  }
  if (!app.room.map) return html`<p class="map-message">${say(lang, "map.loading")}</p>`;
  if (app.live.ready && app.live.cells.size === 0 && app.fresh.kind === "live") {
    return html`<p class="map-message">${say(lang, "map.empty", { window: say(lang, `window.${app.place.window}`) })}</p>`;
  }
  return nothing;
}

/** @param {App} app */
function legend(app) {
  const { lang } = app.place;
  const labels = breakLabels(app.room.breaks, (n) => number(lang, n));
  return html`<div class="legend">
    <p class="legend-title">${say(lang, "legend.title", { window: say(lang, `window.${app.place.window}`) })}</p>
    <ol class="classes">${labels.map((label, i) => html`<li><span class="swatch" data-level=${i + 1}></span>${label}</li>`)}</ol>
    <p class="legend-note">${say(lang, "legend.cell")}${app.room.approximate ? html` · ${say(lang, "map.approximate")}` : nothing}${app.room.map?.engine === "canvas" ? html` · ${say(lang, "map.canvas")}` : nothing}</p>
    ${app.live.roundedTo > 1 ? html`<p class="legend-note rounded">${counted(lang, app.live.roundedTo, app.live.roundedTo)}: ${roundedWords(lang, app.live.roundedTo)}</p>` : nothing}
    <p class="legend-note"><svg class="hexagon" viewBox="0 0 20 20" aria-hidden="true"><path class="casing" d="M10 2.5 16.5 6.200v7.5L10 17.5 3.5 13.700V6.200z" /><path class="line" d="M10 2.5 16.5 6.200v7.5L10 17.5 3.5 13.700V6.200z" /></svg> ${say(lang, "legend.hot")}</p>
    <p class="legend-note"><span class="map-rank sample" aria-hidden="true">1</span> ${say(lang, "legend.rank")}</p>
    <p class="legend-note"><span class="map-spot sample" aria-hidden="true">A</span> ${say(lang, "legend.spot")}</p>
  </div>`;
}

/** @param {App} app */
function totals(app) {
  const { lang } = app.place;
  const totals = app.live.watermark?.totals;
  const { roundedTo } = app.live;
  const figure = (/** @type {string} */ value, /** @type {string} */ key) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  return html`<dl class="totals" title=${roundedWords(lang, roundedTo) || nothing}>${figure(counted(lang, totals?.reports_60m, roundedTo), "total.reports")}${figure(number(lang, totals?.rate_per_min, totals && (totals.rate_per_min ?? 0) < 10 ? 1 : 0), "total.rate")}${figure(counted(lang, totals?.open, roundedTo), "total.open")}</dl>`;
}

/** @param {App} app */
export function pickedCell(app) {
  const index = app.room.picked;
  if (index === null) return nothing;
  const { lang } = app.place;
  const cell = app.room.cells.get(index) ?? { n: 0, z10: 0 };
  const { h3, name } = app.room.whereIs(index);
  const kelurahan = app.room.byIndex.get(index)?.properties.kelurahan;
  const z = number(lang, cell.z10 / 10, 1);
  const verdict = cell.z10 >= 30 ? "cell.far" : cell.z10 >= 10 ? "cell.above" : "cell.usual";
  const query = new URLSearchParams({ h3, window: app.place.window });
  return html`<section class="block picked" aria-label=${say(lang, "cell.title")}>
    <h2>${kelurahan ? link(app, "wilayah", kelurahan, name) : say(lang, "rising.outside")} <button type="button" class="icon small" aria-label=${say(lang, "app.close")} @click=${() => app.room.pick(null, false)}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button></h2>
    <p title=${roundedWords(lang, app.live.roundedTo) || nothing}><b>${say(lang, "cell.reports", { n: counted(lang, cell.n, app.live.roundedTo), window: say(lang, `window.${app.place.window}`) })}</b></p>
    <p class="muted">${say(lang, verdict, { z })}</p>
    ${app.room.spotsAt(index).map((id) => html`<p><button type="button" class="plain" @click=${() => { if (app.hotspots.opened !== id) app.openHotspot(id); }}>${say(lang, "cell.hotspot", { letter: letterOf(app.shownHotspots().findIndex((item) => item.id === id)) })}</button></p>`)}
    <p class="muted"><code>${h3}</code> · <a href=${`/v1/cells?${query}`}>${say(lang, "cell.data")}</a></p>
  </section>`;
}

/** @param {App} app */
export function risingList(app) {
  const { lang } = app.place;
  const items = (app.live.watermark?.trending ?? []).slice(0, RISING_SHOWN);
  return html`<section class="block rising" aria-labelledby="rising-title">
    <h2 id="rising-title">${say(lang, "rising.title")} <span class="muted">${say(lang, "rising.window", { window: say(lang, `window.${app.place.window}`) })}</span></h2>
    ${!app.live.watermark
      ? html`<p class="note" role="status">${say(lang, "load.loading")}</p>`
      : items.length === 0
        ? html`<p class="note">${say(lang, "rising.none")}</p>`
        : html`<ol>${repeat(items, (item) => `${item.category}-${item.h3}`, (item) => risingItem(app, item))}</ol>`}
  </section>`;
}

/**
 * @param {App} app
 * @param {Rising} item
 */
function risingItem(app, item) {
  const { lang } = app.place;
  const usual = item.ratio === null || !Number.isFinite(item.ratio) || (item.expected ?? 0) < 0.05
    ? say(lang, "rising.new")
    : say(lang, "rising.ratio", { ratio: number(lang, item.ratio, item.ratio < 10 ? 1 : 0) });
  return html`<li>
    <button type="button" data-rank=${item.rank} data-h3=${item.h3} aria-pressed=${app.room.picked === item.index} @click=${() => app.room.pick(app.room.picked === item.index ? null : item.index, true)}>
      <span class="rank">${item.rank}</span>
      <span class="what">${item.category_label[lang]}</span>
      <span class="where">${placeOf(app, item)}${item.since ? html` <span class="since">· ${say(lang, "rising.since", { time: clock(lang, item.since) })}</span>` : nothing}</span>
      <span class="how" title=${roundedWords(lang, app.live.roundedTo) || nothing}><b>${say(lang, "rising.reports", { n: counted(lang, item.n, app.live.roundedTo) })}</b></span>
      <span class="ratio"><span aria-hidden="true">▲</span> ${usual}</span>
    </button>
  </li>`;
}

/** @param {App} app */
function sourceList(app) {
  const { lang } = app.place;
  const sources = app.live.watermark?.sources ?? [];
  return html`<section class="block sources" aria-labelledby="sources-title">
    <h2 id="sources-title">${say(lang, "sources.title")}</h2>
    ${sources.length === 0
      ? html`<p class="note">${say(lang, app.live.watermark ? "sources.none" : "load.loading")}</p>`
      : html`<ul>${repeat(sources, (source) => source.lane ?? source.source, (source) => sourceItem(app, source))}</ul>`}
  </section>`;
}

/**
 * @param {App} app
 * @param {SourceState} source
 */
function sourceItem(app, source) {
  const { lang } = app.place;
  // While the stream is cut nobody knows how the sources are; the last word must not look like news.
  const state = app.fresh.kind === "cut" ? "unknown" : source.state;
  const late = state === "stale" && source.lag_s !== null;
  return html`<li data-state=${state}>
    <span class="shape" aria-hidden="true">${SOURCE_SHAPES[state] ?? "?"}</span>
    <span class="what">${sayKnown(lang, "channel", source.source)}</span>
    <span class="state">${sayKnown(lang, "source", state)}</span>
    <span class="last">${late ? say(lang, "source.lag", { span: span(lang, source.lag_s) }) : source.last_event ? say(lang, "source.last", { time: clock(lang, source.last_event, true) }) : nothing}</span>
  </li>`;
}

/** @param {App} app */
function densest(app) {
  const { lang } = app.place;
  if (!app.room.grid) return nothing;
  const top = app.densestOpen ? [...app.live.cells].sort((a, b) => b[1].n - a[1].n || a[0] - b[0]).slice(0, DENSEST_SHOWN) : [];
  return html`<details class="block densest" @toggle=${(/** @type {Event} */ event) => app.openDensest(/** @type {HTMLDetailsElement} */ (event.target).open)}>
    <summary>${say(lang, "densest.title")}</summary>
    <table>
      <thead><tr><th scope="col">${say(lang, "densest.cell")}</th><th scope="col">${say(lang, "densest.where")}</th><th scope="col" class="figure">${say(lang, "densest.n")}</th><th scope="col" class="figure">z</th></tr></thead>
      <tbody>${top.map(([index, cell]) => {
        const { h3, name } = app.room.whereIs(index);
        return html`<tr><td><code>${h3}</code></td><td>${name ?? "–"}</td><td class="figure">${counted(lang, cell.n, app.live.roundedTo)}</td><td class="figure">${number(lang, cell.z10 / 10, 1)}</td></tr>`;
      })}</tbody>
    </table>
  </details>`;
}
