// The wall: the whole city on one screen that nobody operates. In five seconds and from five metres: where it is unusual, what it
// is, and whether this is now.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { clock, counted, longDay, number } from "../format.js";
import { CATEGORIES, say, sayKnown } from "../i18n.js";
import { WINDOWS } from "../state.js";
import { badge, banner, follow } from "../view-frame.js";
import { mapButtons, mapMessage } from "../view-map.js";
import { choices, roundedWords } from "../view-parts.js";
import { wallLegend } from "./legend.js";
import { wallList } from "./list.js";
import { sourceStrip } from "./sources.js";
import { tape } from "./tape.js";
import { timeline } from "./timeline.js";
import { Wall } from "./wall.js";

/** @typedef {import("../main.js").App} App */

/** The one that hangs, as long as somebody looks. @type {Wall | null} */
let hanging = null;
/** @param {App} app */
const wallOf = (app) => (hanging ??= new Wall(app));

/** @type {import("../types").RoomModule} */
export const room = {
  view,
  enter: (app) => wallOf(app).enter(),
  arrive: (_, before) => hanging?.arrive(before),
  leave: () => {
    hanging?.leave();
    hanging = null;
  },
  refresh: (app) => app.loadHotspots(),
  tick: () => hanging?.tick(),
};

/** @param {App} app */
function view(app) {
  const wall = wallOf(app);
  const { lang } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  return html`<div class="wall" ?data-replay=${wall.replay.on} data-fresh=${app.fresh.kind}>
    <a class="skip" href="#main">${t("app.skip")}</a>
    <header>
      <div class="wall-top">
        <h1>${t("wall.title")}</h1>
        <div class="wall-badge">${wall.replay.on ? replayBadge(app, wall) : badge(app)}</div>
        ${totals(app, wall)}
        ${tools(app)}
        <p class="wall-clock"><b>${clock(lang, app.live.nowMs())}</b> <span>WIB${wall.replay.on ? ` ${t("wall.now")}` : ""}</span><span class="day">${longDay(lang, app.live.nowMs())}</span></p>
      </div>
      <div class="wall-banners">
        ${banner(app)}
        ${wall.replay.on ? replayBanner(app, wall) : nothing}
      </div>
    </header>
    <p class="sr" role="status" aria-live="polite">${app.announcement}</p>
    <main id="main" tabindex="-1" data-tab="dinding">
      <section class="wall-stage" aria-label=${t("map.title")}>
        <div class="map-frame" ?data-cut=${app.fresh.kind === "cut"}>
          ${app.room.place}
          ${mapButtons(app)}
          ${stageMessage(app, wall)}
        </div>
        ${wallLegend(app, wall)}
      </section>
      <aside class="panel wall-list" aria-label=${t("wall.list")}>${wallList(app, wall)}</aside>
    </main>
    <footer class="wall-foot">
      ${sourceStrip(app, wall.sources)}
      ${tape(app, wall)}
      ${filters(app, wall)}
      ${timeline(app, wall)}
    </footer>
  </div>`;
}

/**
 * @param {App} app
 * @param {Wall} wall
 */
function replayBadge(app, wall) {
  const { lang } = app.place;
  return html`<p class="badge" data-kind="replay"><span class="shape" aria-hidden="true">⟲</span> <b>${say(lang, "wall.replay")}</b> <span class="asof">${clock(lang, wall.replay.shownMs)}</span></p>`;
}

/**
 * Nobody may take the past for now, from wherever they look.
 * @param {App} app
 * @param {Wall} wall
 */
function replayBanner(app, { replay }) {
  const { lang } = app.place;
  if (replay.problem) {
    const words = replay.problem.status === 0 ? say(lang, "load.network") : (replay.problem.detail ?? replay.problem.title);
    return html`<p class="banner" data-kind="cut" role="alert"><span aria-hidden="true">✖</span> ${say(lang, "wall.replay.failed")} ${words}
      <button type="button" class="plain" @click=${() => replay.again()}>${say(lang, "app.retry")}</button></p>`;
  }
  const when = replay.shownMs === null ? say(lang, "load.loading") : `${longDay(lang, replay.shownMs)}, ${clock(lang, replay.shownMs)} WIB`;
  const speed = replay.playing ? say(lang, "wall.speed", { n: number(lang, replay.speed) }) : say(lang, "wall.stands");
  return html`<p class="banner" data-kind="replay"><span aria-hidden="true">⟲</span> ${say(lang, "wall.replay.banner", { when })} · ${speed}</p>`;
}

/**
 * @param {App} app
 * @param {Wall} wall
 */
function totals(app, wall) {
  const { lang } = app.place;
  const now = app.live.watermark?.totals;
  const { roundedTo } = app.live;
  const figure = (/** @type {string} */ value, /** @type {string} */ words) => html`<div><dt>${words}</dt><dd>${value}</dd></div>`;
  const title = roundedWords(lang, roundedTo) || nothing;
  const { moment } = wall;
  const window = say(lang, `window.${app.place.window}`);
  // Of one channel, and of the past, only what the map shows is known.
  if (wall.replay.on || app.place.channel !== "") return html`<dl class="totals" title=${title}>${figure(counted(lang, moment?.total, roundedTo), say(lang, "wall.total", { window }))}</dl>`;
  return html`<dl class="totals" title=${title}>${figure(counted(lang, now?.reports_60m, roundedTo), say(lang, "total.reports"))}${figure(number(lang, now?.rate_per_min, (now?.rate_per_min ?? 0) < 10 ? 1 : 0), say(lang, "total.rate"))}${figure(counted(lang, now?.open, roundedTo), say(lang, "total.open"))}</dl>`;
}

/**
 * @param {App} app
 * @param {Wall} wall
 */
function stageMessage(app, wall) {
  const { lang } = app.place;
  const instead = wall.replay.on || app.place.channel !== "";
  if (!instead || app.room.problem || !app.room.map) return mapMessage(app);
  if (!wall.replay.on && wall.channelProblem) return html`<p class="map-message" role="alert">${say(lang, "load.failed")}. ${wall.channelProblem.detail ?? say(lang, "load.network")}</p>`;
  if (!wall.moment) return wall.replay.problem ? nothing : html`<p class="map-message">${say(lang, "load.loading")}</p>`;
  if (wall.moment.total > 0) return nothing;
  return html`<p class="map-message">${say(lang, app.live.roundedTo > 1 ? "wall.empty.hidden" : "wall.empty", { window: say(lang, `window.${app.place.window}`) })}</p>`;
}

/** Language, theme, and the way out. @param {App} app */
function tools(app) {
  const { lang } = app.place;
  const t = (/** @type {string} */ key) => say(lang, key);
  return html`<div class="wall-tools">
    <div class="switch" role="group" aria-label=${t("app.language")}>
      ${(/** @type {const} */ (["id", "en"])).map((one) => html`<button type="button" lang=${one} aria-label=${one === "id" ? "ID, Bahasa Indonesia" : "EN, English"} aria-pressed=${lang === one} @click=${() => app.go({ lang: one })}>${one.toUpperCase()}</button>`)}
    </div>
    <button type="button" class="plain" @click=${() => app.setTheme(app.theme === "dark" ? "light" : "dark", false)}>${t(app.theme === "dark" ? "app.theme.light" : "app.theme.dark")}</button>
    <a class="plain" href="/" @click=${(/** @type {MouseEvent} */ event) => follow(event, () => app.go({ tab: "peta", at: "", channel: "" }, true))}>${t("wall.leave")}</a>
  </div>`;
}

/** Categories one press away; the others are in the list. */
const QUICK = ["", "banjir", "kemacetan", "jalan_rusak", "sampah"];

/**
 * @param {App} app
 * @param {Wall} wall
 */
function filters(app, wall) {
  const { lang, category, channel, window, measure } = app.place;
  const t = (/** @type {string} */ key) => say(lang, key);
  const chosen = (/** @type {Event} */ event) => /** @type {HTMLSelectElement} */ (event.target).value;
  const channels = [...new Set(wall.sources.map(({ source }) => source))];
  return html`<section class="wall-filters" aria-label=${t("wall.filters")}>
    ${choices(t("map.category"), QUICK, category, (id) => (id === "" ? t("wall.all") : t(`cat.${id}`)), (id) => app.go({ category: id }))}
    <label class="field"><span class="sr">${t("map.category")}</span>
      <select @change=${(/** @type {Event} */ event) => app.go({ category: chosen(event) })}>
        <option value="" ?selected=${category === ""}>${t("map.all")}</option>
        ${CATEGORIES.map((id) => html`<option value=${id} ?selected=${category === id}>${t(`cat.${id}`)}</option>`)}
      </select></label>
    ${app.live.roundedTo > 1 && channel === "" ? nothing : html`<label class="field"><span class="sr">${t("wall.channel")}</span>
      <select data-field="channel" @change=${(/** @type {Event} */ event) => app.go({ channel: chosen(event) })}>
        <option value="" ?selected=${channel === ""}>${t("wall.channels")}</option>
        ${[...new Set([...channels, ...(channel ? [channel] : [])])].map((id) => html`<option value=${id} ?selected=${channel === id}>${sayKnown(lang, "channel", id)}</option>`)}
      </select></label>`}
    ${choices(t("map.window"), WINDOWS, window, (value) => t(`window.${value}`), (value) => app.go({ window: value }))}
    ${choices(t("wall.measure"), /** @type {const} */ (["z", "n"]), measure, (value) => t(`wall.measure.${value}`), (value) => app.go({ measure: value }))}
    <div class="wall-tools">
      <button type="button" class="plain" aria-pressed=${wall.layers.jams} @click=${() => wall.toggleLayer("jams")}>${t("wall.jams")}</button>
      <button type="button" class="plain" aria-pressed=${wall.layers.gauges} ?hidden=${wall.traffic.gaugesAre === "none"} @click=${() => wall.toggleLayer("gauges")}>${t("wall.gauges")}</button>
    </div>
  </section>`;
}
