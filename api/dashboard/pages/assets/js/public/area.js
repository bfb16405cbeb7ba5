// An area for whoever lives there: what is reported, what is unusual, how fast it is answered, and whether that grows better. One address,
// to be passed on.

import { html, nothing, svg } from "/assets/vendor/lit-html/lit-html.js";
import { ask } from "../api.js";
import { freshOf } from "../deed/fresh.js";
import { dayAndClock, hours, number } from "../format.js";
import { counts, life, whereOf } from "../hotspot/words.js";
import { say } from "../i18n.js";
import { load } from "../loaded.js";
import { placeInWords, SHAPES } from "../ranking/verdict.js";
import { follow } from "../view-frame.js";
import { failure, loading, roundedWords } from "../view-parts.js";
import { findBox, link } from "./find.js";
import { shareButton } from "./share.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").Hotspots} Hotspots */
/** @typedef {import("../types").Level} Level */
/** @typedef {import("./types").Area} Area */
/** @typedef {import("./types").AreaName} AreaName */
/** @typedef {import("./types").AreaPoint} AreaPoint */
/** @typedef {import("./types").AreaTrend} AreaTrend */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** Where the scale of the trend may end, hours. */
const SCALES_H = [12, 24, 48, 72, 120, 168];
const WEEKS = 12;

/** @returns {{ code: string, area: Loaded<Area>, spots: Loaded<Hotspots>, trend: Loaded<AreaTrend>, kota: Loaded<{ as_of: string | null, items: AreaName[] }> }} */
const nothingYet = () => ({ code: "", area: { state: "none" }, spots: { state: "none" }, trend: { state: "none" }, kota: { state: "none" } });

/** What was fetched of the area that is looked at. */
let held = nothingYet();

/** @type {import("../types").RoomModule} */
export const room = {
  view: areaView,
  enter: open,
  arrive: (app, before) => { if (before.argument !== app.place.argument) open(app); },
  refresh: open,
  fresh: (app) => freshOf(app, app.place.argument === "" ? held.kota : held.area),
};

/** Asks for what the address is about. @param {App} app */
function open(app) {
  const code = app.place.argument;
  if (code !== held.code) held = { ...nothingYet(), code, kota: held.kota };
  if (code === "") {
    load(held.kota, () => ask("/v1/areas", { level: "kota" }, "application/json"), (kota) => { held.kota = kota; app.draw(); });
    return;
  }
  const mine = () => held.code === code;
  const path = encodeURIComponent(code);
  load(held.area, () => ask(`/v1/areas/${path}`), (area) => {
    if (!mine()) return;
    held.area = area;
    app.draw();
    // Only the answer says of which level it is; regions are not ranked.
    if (area.state === "ready" && area.value.level !== "region" && held.trend.state !== "loading") openTrend(app, area.value.level, code);
  });
  load(held.spots, () => ask("/v1/hotspots"), (spots) => { if (mine()) { held.spots = spots; app.draw(); } });
}

/** @param {App} app @param {string} level @param {string} code */
function openTrend(app, level, code) {
  const asking = () => ask(`/v1/rankings/${level}/${encodeURIComponent(code)}/trend`, { window: "90d", step: "week", steps: WEEKS });
  load(held.trend, asking, (trend) => { if (held.code === code) { held.trend = trend; app.draw(); } });
}

/** @param {App} app */
function areaView(app) {
  const { lang } = app.place;
  if (app.place.argument === "") return overview(app);
  const { area } = held;
  const known = area.state === "none" ? undefined : area.value;
  if (area.state === "failed" && !known) {
    const missing = area.problem.status === 404;
    return html`<div class="public"><h1>${say(lang, "area.title")}</h1>
      ${missing ? html`<p class="note" role="alert">${say(lang, "area.none")}</p>` : failure(lang, area.problem, () => open(app))}${findBox(app)}</div>`;
  }
  if (!known) return html`<div class="public">${loading(lang)}</div>`;
  return html`<div class="public">
    ${head(app, known)}
    <div class="public-columns">
      ${reported(app, known)}
      ${spotsHere(app, known)}
      ${answered(app, known)}
    </div>
    <div class="public-foot">${findBox(app)}<p class="footnote"><a href=${`/v1/areas/${encodeURIComponent(known.code)}`}>${say(lang, "area.data")}</a></p></div>
  </div>`;
}

/** The page without an area: a way to find one. @param {App} app */
function overview(app) {
  const { lang } = app.place;
  const { kota } = held;
  return html`<div class="public"><h1>${say(lang, "area.title")}</h1><p>${say(lang, "area.pick")}</p>
    ${findBox(app)}
    <h2>${say(lang, "area.kota")}</h2>
    ${kota.state === "ready" ? html`<ul class="links">${kota.value.items.map(({ code, name }) => html`<li>${link(app, "wilayah", code, name)}</li>`)}</ul>`
      : kota.state === "failed" ? failure(lang, kota.problem, () => open(app)) : loading(lang)}</div>`;
}

/** Its name, what it is part of, as of when. @param {App} app @param {Area} area */
function head(app, area) {
  const { lang } = app.place;
  const parts = area.code.split(".");
  const above = /** @type {[string, string | null][]} */ ([[parts.slice(0, 2).join("."), area.kota], [parts.slice(0, 3).join("."), area.kecamatan]])
    .filter(([code, name]) => name !== null && code !== area.code);
  return html`<div class="public-head">
    <div>
      ${above.length === 0 ? nothing : html`<p class="crumbs">${above.map(([code, name]) => html`${link(app, "wilayah", code, name)} <span aria-hidden="true">›</span> `)}</p>`}
      <h1>${area.name} ${area.level === "region" ? nothing : html`<span class="muted">${say(lang, `level.${area.level}`)}</span>`}</h1>
      <p class="muted">${area.as_of ? say(lang, "area.asof", { time: dayAndClock(lang, area.as_of) }) : say(lang, "area.asof.none")}
        ${area.approximate ? say(lang, "area.approximate") : nothing}</p>
    </div>
    ${shareButton(app, area.name)}
  </div>`;
}

/** @param {App} app @param {Area} area */
function reported(app, area) {
  const { lang } = app.place;
  const figure = (/** @type {string} */ key, /** @type {number} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${number(lang, value)}</dd></div>`;
  const figures = html`<dl class="counts">
    ${figure("area.n", area.n)}${figure("area.open", area.open)}${figure("area.inflow", area.inflow)}${figure("area.outflow", area.outflow)}</dl>`;
  return html`<section class="card" aria-labelledby="area-counts"><h2 id="area-counts">${say(lang, "area.counts")}</h2>
    ${area.n === 0 ? html`<p class="note">${say(lang, "area.counts.none")}</p>` : figures}
    ${area.categories.length === 0 ? nothing : html`<table class="by-category">
      <thead><tr><th scope="col">${say(lang, "area.category")}</th><th scope="col" class="figure">${say(lang, "area.n")}</th><th scope="col" class="figure">${say(lang, "area.open")}</th></tr></thead>
      <tbody>${area.categories.map((one) => html`<tr data-category=${one.category}><th scope="row">${one.category_label[lang]}</th><td class="figure">${number(lang, one.n)}</td><td class="figure">${number(lang, one.open)}</td></tr>`)}</tbody>
    </table>`}
    <p class="muted counted">${say(lang, "area.counted")}</p>
  </section>`;
}

/** @param {App} app @param {Area} area */
function spotsHere(app, area) {
  const { lang } = app.place;
  const { spots } = held;
  const known = spots.state === "none" ? undefined : spots.value;
  const here = (known?.items ?? []).filter(({ places }) => places.some(({ kelurahan }) => kelurahan === area.code || kelurahan.startsWith(`${area.code}.`)));
  const until = known?.tick ? Date.parse(known.tick) : null;
  return html`<section class="card spots-here" aria-labelledby="area-spots"><h2 id="area-spots">${say(lang, "area.spots")}</h2>
    ${!known ? (spots.state === "failed" ? failure(lang, spots.problem, () => open(app)) : loading(lang))
      : here.length === 0 ? html`<p class="note">${say(lang, "area.spots.none")}</p>`
      : html`<ul>${here.map((item) => html`<li data-id=${item.id}><b>${item.category_label[lang]}</b> <span class="muted">${whereOf(lang, item)}</span><br><span title=${roundedWords(lang, item.rounded_to) || nothing}>${counts(lang, item)}</span> · ${say(lang, "hotspot.life", { span: life(lang, item, until) })}</li>`)}</ul>`}
    <p class="muted">${say(lang, "area.spots.caveat")}</p>
  </section>`;
}

/** How fast it is answered, in words first. @param {App} app @param {Area} area */
function answered(app, area) {
  const { lang } = app.place;
  if (area.level === "region") return nothing;
  const { trend } = held;
  const known = trend.state === "none" ? undefined : trend.value;
  const title = html`<h2 id="area-rank">${say(lang, `area.rank.${area.level}`)}</h2>`;
  if (!known) {
    // Who was never reported about has no row.
    const words = trend.state === "failed" && trend.problem.status === 404 ? html`<p class="note">${say(lang, "area.rank.few")}</p>` : trend.state === "failed" ? failure(lang, trend.problem, () => open(app)) : loading(lang);
    return html`<section class="card" aria-labelledby="area-rank">${title}${words}</section>`;
  }
  const now = known.latest ?? known.points.at(-1) ?? null;
  const query = new URLSearchParams({ tingkat: area.level, periode: "90d", pilih: area.code, ...(lang === "id" ? {} : { lang }) });
  const look = () => app.go({ tab: "peringkat", level: /** @type {Level} */ (area.level), rankingWindow: "90d", picked: area.code, compared: "" }, true);
  return html`<section class="card" aria-labelledby="area-rank">${title}
    ${now ? verdict(app, now) : html`<p class="note">${say(lang, "area.rank.few")}</p>`}
    <p class="muted">${say(lang, "area.rank.window")}</p>
    <p><a href=${`/peringkat?${query}`} @click=${(/** @type {MouseEvent} */ event) => follow(event, look)}>${say(lang, "area.rank.link")}</a></p>
    ${weeks(app, known.points)}
  </section>`;
}

/** @param {App} app @param {AreaPoint} now */
function verdict(app, now) {
  const { lang } = app.place;
  const tier = now.tier ?? "few";
  const place = now.tier === null ? "" : placeInWords(lang, /** @type {import("../types").RankingItem} */ (/** @type {unknown} */ ({ rank: null, rank_lo: null, rank_hi: null, ...now })));
  const interval = now.lower === null || now.upper === null ? "" : ` (${hours(lang, now.lower)}–${hours(lang, now.upper)})`;
  return html`<p class="verdict-of" data-tier=${tier}><span aria-hidden="true">${SHAPES[tier]}</span> ${say(lang, `tier.${tier}`)}</p>
    ${tier === "few" ? html`<p>${say(lang, "area.rank.few")}</p>` : nothing}
    <dl class="facts">
      ${now.rmst_resolution_h === null ? nothing : html`<div><dt>${say(lang, "area.rank.mean")}</dt><dd>${say(lang, "rank.in.hours", { hours: hours(lang, now.rmst_resolution_h) })}${interval}</dd></div>`}
      ${place === "" ? nothing : html`<div><dt>${say(lang, "area.rank.place")}</dt><dd>${place}</dd></div>`}
      <div><dt>${say(lang, "area.open")}</dt><dd>${say(lang, "rank.share", { n: number(lang, now.open), total: number(lang, now.n) })}</dd></div>
    </dl>`;
}

/** The weeks as a line with its band, and as a table. @param {App} app @param {AreaPoint[]} points */
function weeks(app, points) {
  const { lang } = app.place;
  const known = points.filter((point) => point.rmst_resolution_h !== null);
  const title = html`<h3>${say(lang, "area.trend")}</h3>`;
  if (known.length === 0) return html`${title}<p class="note">${say(lang, "area.trend.none")}</p>`;
  const most = Math.max(...known.map((point) => point.upper ?? point.rmst_resolution_h ?? 0));
  const scale = SCALES_H.find((end) => most <= end) ?? 168;
  const x = (/** @type {AreaPoint} */ point) => (points.length < 2 ? 50 : (points.indexOf(point) / (points.length - 1)) * 100).toFixed(1);
  const y = (/** @type {number} */ value) => (100 - (Math.min(value, scale) / scale) * 100).toFixed(1);
  const mean = (/** @type {AreaPoint} */ point) => point.rmst_resolution_h ?? 0;
  const line = known.map((point, i) => `${i === 0 ? "M" : "L"}${x(point)} ${y(mean(point))}`).join("");
  const there = known.map((point) => `${x(point)} ${y(point.upper ?? mean(point))}`);
  const back = known.toReversed().map((point) => `${x(point)} ${y(point.lower ?? mean(point))}`);
  const inHours = (/** @type {AreaPoint | undefined} */ point) => say(lang, "rank.in.hours", { hours: hours(lang, point?.rmst_resolution_h) });
  return html`${title}
    <p>${say(lang, "area.trend.said", { first: inHours(known[0]), last: inHours(known.at(-1)) })}</p>
    <div class="weeks" aria-hidden="true"><span>${hours(lang, scale)}</span>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none">${[0, 50, 100].map((at) => svg`<line class="rule" x1="0" x2="100" y1=${at} y2=${at} />`)}
        <path class="band" d=${`M${[...there, ...back].join("L")}Z`} /><path class="line" d=${line} /></svg><span>0</span></div>
    <details><summary>${say(lang, "area.trend.figures")}</summary><table class="by-category">
      <thead><tr><th scope="col">${say(lang, "area.trend.week")}</th><th scope="col" class="figure">${say(lang, "rank.hours")}</th><th scope="col" class="figure">${say(lang, "area.n")}</th></tr></thead>
      <tbody>${points.map((point) => html`<tr><th scope="row">${dayAndClock(lang, point.as_of)}</th><td class="figure">${hours(lang, point.rmst_resolution_h)}</td><td class="figure">${number(lang, point.n)}</td></tr>`)}</tbody></table></details>`;
}
