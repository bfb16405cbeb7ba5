// The cases behind a number: each with who held it when, what was left out and why, and the file with its hash. A page at a time:
// there may be thousands.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, number, span } from "../../format.js";
import { say, sayKnown } from "../../i18n.js";
import { choices, failure, loading } from "../../view-parts.js";
import { desk } from "./desk.js";
import { addressOf } from "./flags.js";
import { bar, hatching, lengthOf, spellsInWords } from "./timeline.js";

/** @typedef {import("../../main.js").App} App */
/** @typedef {import("../../types").Lang} Lang */
/** @typedef {import("../../types").RankingItem} RankingItem */
/** @typedef {import("../types").Audit} Audit */
/** @typedef {import("../types").AuditCase} AuditCase */
/** @typedef {import("../types").HeldAudit} HeldAudit */

/** Cases on a page. */
const A_PAGE = 25;
/** Left out ones listed. */
const LISTED = 20;
const ORDERS = /** @type {const} */ (["longest", "newest"]);
const LEGEND = /** @type {const} */ (["own", "other", "paused", "limit"]);

/**
 * @param {App} app
 * @param {RankingItem} item
 */
export function audit(app, item) {
  const { lang } = app.place;
  const loaded = desk.audit;
  return html`<section class="audit" aria-labelledby="audit-title">
    <h2 id="audit-title">${say(lang, "audit.title")}</h2>
    ${loaded.state === "none" ? html`<p><button type="button" class="plain show" @click=${() => { desk.loadAudit(app); }}>${say(lang, "audit.show", { n: number(lang, item.n) })}</button></p>` : nothing}
    ${loaded.state === "loading" ? loading(lang) : nothing}
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => { desk.loadAudit(app); }) : nothing}
    ${loaded.state === "ready" ? filled(app, loaded.value) : nothing}
  </section>`;
}

/** @param {App} app @param {HeldAudit} held */
function filled(app, held) {
  const { lang, level } = app.place;
  const file = held.audit;
  const cases = ordered(file, desk.order);
  const pages = Math.max(1, Math.ceil(cases.length / A_PAGE));
  const page = Math.min(desk.page, pages - 1);
  const shown = cases.slice(page * A_PAGE, (page + 1) * A_PAGE);
  const scale = Math.max(1, ...shown.map((one) => lengthOf(file, one)));
  const range = say(lang, "audit.range", { from: number(lang, shown.length === 0 ? 0 : page * A_PAGE + 1), to: number(lang, page * A_PAGE + shown.length), total: number(lang, cases.length) });
  return html`
    ${proof(lang, held)}
    <div class="audit-tools">
      ${choices(say(lang, "audit.order"), ORDERS, desk.order, (order) => say(lang, `audit.order.${order}`), (order) => desk.sort(app, order))}
      <span class="pager"><button type="button" class="plain" ?disabled=${page === 0} @click=${() => desk.turn(app, page - 1)}>${say(lang, "audit.before")}</button>
        <span role="status">${range}</span>
        <button type="button" class="plain" ?disabled=${page >= pages - 1} @click=${() => desk.turn(app, page + 1)}>${say(lang, "audit.after")}</button></span>
    </div>
    ${hatching()}
    <p class="legend-line">${LEGEND.filter((what) => what !== "other" || level === "dinas").map((what) => html`<span><span class="swatch" data-what=${what} aria-hidden="true"></span> ${say(lang, `audit.legend.${what}`)}</span>`)}
      <span>${say(lang, "audit.scale", { span: span(lang, scale) })}</span></p>
    <ol class="cases" start=${page * A_PAGE + 1}>${shown.map((one) => row(lang, file, one, scale))}</ol>
    ${left(lang, file)}`;
}

/**
 * Cases in an order that is the same each time.
 * @param {Audit} file
 * @param {"longest" | "newest"} order
 */
function ordered({ cases }, order) {
  return cases.toSorted((a, b) => (order === "longest" ? b.seconds - a.seconds : 0) || b.filed_us - a.filed_us || a.id.localeCompare(b.id, "en"));
}

/** @param {Lang} lang @param {HeldAudit} held */
function proof(lang, held) {
  const fits = held.fits === null ? "unknown" : String(held.fits);
  return html`<dl class="proof">
    <div><dt>${say(lang, "audit.hash")}</dt><dd><code>${held.sha256}</code> <span data-fits=${fits}>${say(lang, `audit.hash.${fits}`)}</span></dd></div>
    <div><dt>${say(lang, "audit.formula")}</dt><dd>${held.audit.formula}</dd></div>
    <div><dt>${say(lang, "audit.versions")}</dt><dd>${Object.entries(held.audit.versions).map(([name, version]) => `${name} ${version}`).join(", ")}</dd></div>
  </dl>
  <p class="file"><a class="plain" href=${held.url} download=${held.name}>${say(lang, "audit.file")}</a></p>`;
}

/**
 * @param {Lang} lang
 * @param {Audit} file
 * @param {AuditCase} one
 * @param {number} scale
 */
function row(lang, file, one, scale) {
  const end = one.doubted ? say(lang, "audit.doubted") : one.counted_end === null ? say(lang, "audit.open") : sayKnown(lang, "status", one.counted_end);
  const late = one.limit_s !== null && one.seconds > one.limit_s;
  return html`<li class="case" data-end=${one.counted_end ?? "open"}>
    <p class="case-head"><a href=${addressOf(one.id)}>${one.id}</a> <span class="muted">${sayKnown(lang, "cat", one.category)}, ${sayKnown(lang, "channel", one.channel)}, ${say(lang, "audit.filed", { time: dayAndClock(lang, one.filed_us / 1000) })}</span>
      <span class="case-end">${say(lang, "audit.counted", { span: span(lang, one.seconds) })}, ${end}${one.reopenings > 0 ? `, ${say(lang, "audit.reopenings", { n: number(lang, one.reopenings) })}` : ""};
        <span class=${late ? "late" : "muted"}>${late ? html`<span aria-hidden="true">▲</span> ` : nothing}${one.limit_s === null ? say(lang, "audit.noclock") : say(lang, "audit.limit", { span: span(lang, one.limit_s) })}</span></span></p>
    ${bar(file, one, scale)}
    <p class="case-held muted">${spellsInWords(lang, file, one)}</p>
  </li>`;
}

/** What is not counted, and why. @param {Lang} lang @param {Audit} file */
function left(lang, file) {
  const total = Object.values(file.excluded_counts).reduce((sum, count) => sum + count, 0);
  if (total === 0) return nothing;
  const listed = file.excluded.slice(0, LISTED);
  return html`<details class="excluded"><summary>${say(lang, "audit.excluded", { n: number(lang, total) })}</summary>
    <ul>${Object.entries(file.excluded_counts).map(([reason, count]) => html`<li data-reason=${reason}>${sayKnown(lang, "excluded", reason)}: ${number(lang, count)}</li>`)}</ul>
    ${listed.length < total ? html`<p class="muted">${say(lang, "audit.excluded.some", { shown: number(lang, listed.length) })}</p>` : nothing}
    <ul>${listed.map((one) => html`<li><a href=${addressOf(one.id)}>${one.id}</a> <span class="muted">${dayAndClock(lang, one.filed_us / 1000)}, ${sayKnown(lang, "excluded", one.reason)}</span></li>`)}</ul>
  </details>`;
}
