// What a unit has to answer, by deadline, and why each report came to it. Reading only: acting on a report needs a sign-in
// that this page does not have yet.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { dayAndClock, number, span } from "./format.js";
import { say, sayKnown } from "./i18n.js";
import { failure, loading } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").InboxItem} InboxItem */
/** @typedef {import("./types").Unit} Unit */

/** A deadline this near is shown as urgent, s. */
const SOON_S = 3600;
/** A report this near to a boundary carries a warning, m. */
const NEAR_BOUNDARY_M = 100;

/** @param {App} app */
export function inboxView(app) {
  const { lang, unit } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const units = app.units.state === "none" ? undefined : app.units.value;
  if (app.units.state === "failed" && !units) return html`<div class="page-head"><h1>${t("inbox.title")}</h1></div>${failure(lang, app.units.problem, () => app.loadUnits())}`;
  if (!units) return html`<div class="page-head"><h1>${t("inbox.title")}</h1></div>${loading(lang)}`;
  if (units.length === 0) return html`<div class="page-head"><h1>${t("inbox.title")}</h1></div><p class="note">${t("inbox.nounits")}</p>`;
  const current = units.find((candidate) => candidate.code === unit);
  return html`<div class="inbox">
    ${unitList(app, units)}
    <div class="queue">
      <div class="page-head"><h1>${current?.name ?? t("inbox.title")}</h1>${current ? html`<p class="muted">${t("inbox.open", { n: number(lang, current.open) })}</p>` : nothing}
        <p class="keys"><kbd>J</kbd><kbd>K</kbd> ${t("inbox.keys")}</p></div>
      ${queue(app)}
    </div>
    <div class="detail">${detail(app)}</div>
  </div>`;
}

/**
 * @param {App} app
 * @param {Unit[]} units
 */
function unitList(app, units) {
  const { lang, unit } = app.place;
  const wanted = app.unitSearch.trim().toLocaleLowerCase("id");
  const shown = units.filter((candidate) => candidate.name.toLocaleLowerCase("id").includes(wanted) || candidate.code.includes(wanted));
  return html`<nav class="units" aria-label=${say(lang, "inbox.units")}>
    <label class="field wide-only"><span class="sr">${say(lang, "inbox.search")}</span>
      <input type="search" placeholder=${say(lang, "inbox.search")} .value=${app.unitSearch} @input=${(/** @type {Event} */ event) => app.searchUnits(/** @type {HTMLInputElement} */ (event.target).value)}></label>
    <ul class="wide-only">${repeat(shown, (candidate) => candidate.code, (candidate) => html`<li>
      <button type="button" data-unit=${candidate.code} aria-current=${candidate.code === unit ? "true" : nothing} @click=${() => app.go({ unit: candidate.code })}>
        <span>${candidate.name}</span> <span class="figure">${number(lang, candidate.open)}</span></button></li>`)}</ul>
    <label class="field narrow-only"><span>${say(lang, "inbox.unit")}</span>
      <select @change=${(/** @type {Event} */ event) => app.go({ unit: /** @type {HTMLSelectElement} */ (event.target).value })}>
        ${units.map((candidate) => html`<option value=${candidate.code} ?selected=${candidate.code === unit}>${candidate.name} (${number(lang, candidate.open)})</option>`)}
      </select></label>
  </nav>`;
}

/** @param {App} app */
function queue(app) {
  const { lang } = app.place;
  const loaded = app.inbox;
  const inbox = loaded.state === "none" ? undefined : loaded.value;
  if (loaded.state === "failed") return failure(lang, loaded.problem, () => app.loadInbox());
  if (!inbox) return loading(lang);
  if (inbox.items.length === 0) return html`<p class="note">${say(lang, "inbox.none")}</p>`;
  return html`<ol class="cards" aria-label=${say(lang, "inbox.list")} @keydown=${(/** @type {KeyboardEvent} */ event) => moveByKey(app, event)}>
      ${repeat(inbox.items, (item) => item.id, (item) => card(app, item))}
    </ol>
    ${inbox.next_cursor ? html`<button type="button" class="plain more" @click=${() => app.loadMoreInbox()}>${say(lang, "inbox.more")}</button>` : nothing}`;
}

/**
 * @param {App} app
 * @param {InboxItem} item
 */
function card(app, item) {
  const { lang } = app.place;
  return html`<li><button type="button" data-id=${item.id} aria-current=${app.pickedReport === item.id ? "true" : nothing} @click=${() => app.pickReport(item.id)}>
    <span class="what">${item.category_label[lang]}</span>
    ${dueChip(app, item)}
    <span class="where">${item.kelurahan_name ?? item.kelurahan ?? say(lang, "inbox.unlocated")}</span>
    <span class="state">${sayKnown(lang, "status", item.status)}</span>
    <span class="why">${item.reason[lang]}</span>
  </button></li>`;
}

/**
 * @param {App} app
 * @param {InboxItem} item
 */
function dueChip(app, item) {
  const { lang } = app.place;
  if (!item.due) return html`<span class="chip" data-due="none">${say(lang, "inbox.nodue")}</span>`;
  const left = (Date.parse(item.due) - (app.live.nowMs() ?? Date.now())) / 1000;
  if (item.overdue || left < 0) return html`<span class="chip" data-due="late"><span aria-hidden="true">✖</span> ${say(lang, "inbox.late", { span: span(lang, Math.abs(left)) })}</span>`;
  const soon = left < SOON_S;
  return html`<span class="chip" data-due=${soon ? "soon" : "later"}><span aria-hidden="true">${soon ? "▲" : "◷"}</span> ${say(lang, "inbox.left", { span: span(lang, left) })}</span>`;
}

/** @param {App} app */
function detail(app) {
  const { lang } = app.place;
  const items = app.inbox.state === "none" ? undefined : app.inbox.value?.items;
  const item = items?.find((candidate) => candidate.id === app.pickedReport);
  if (!item) return html`<p class="note">${say(lang, "inbox.pick")}</p>`;
  const fact = (/** @type {string} */ key, /** @type {unknown} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  return html`<article aria-label=${item.category_label[lang]}>
    <h2>${item.category_label[lang]} <button type="button" class="icon small" aria-label=${say(lang, "app.close")} @click=${() => app.pickReport(null)}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button></h2>
    <p class="muted"><code>${item.id}</code></p>
    <dl class="facts">
      ${fact("inbox.due", item.due ? html`${dayAndClock(lang, item.due)} ${dueChip(app, item)}` : say(lang, "inbox.nodue"))}
      ${fact("inbox.status", sayKnown(lang, "status", item.status))}
      ${fact("inbox.received", dayAndClock(lang, item.received))}
      ${fact("inbox.where", item.kelurahan_name ?? item.kelurahan ?? say(lang, "inbox.unlocated"))}
      ${fact("inbox.channel", sayKnown(lang, "channel", item.channel))}
    </dl>
    <h3>${say(lang, "inbox.why")}</h3>
    <p>${item.reason[lang]}${item.confidence === null ? nothing : html` <span class="muted">(${say(lang, "inbox.confidence", { p: number(lang, item.confidence, 2) })})</span>`}</p>
    ${item.second_unit ? html`<p class="muted">${say(lang, "inbox.second", { unit: unitName(app, item.second_unit) })}</p>` : nothing}
    ${item.boundary_m !== null && item.boundary_m < NEAR_BOUNDARY_M ? html`<p class="warning"><span aria-hidden="true">▲</span> ${say(lang, "inbox.boundary", { m: number(lang, item.boundary_m) })}</p>` : nothing}
    ${history(app)}
  </article>`;
}

/** @param {App} app */
function history(app) {
  const { lang } = app.place;
  const loaded = app.report;
  if (loaded.state === "none") return nothing;
  if (loaded.state === "failed") return failure(lang, loaded.problem, null);
  if (!loaded.value) return loading(lang);
  if (loaded.value.length === 0) return nothing;
  return html`<h3>${say(lang, "inbox.history")}</h3>
    <ol class="history">${loaded.value.map((step) => html`<li><time>${dayAndClock(lang, step.time)}</time> ${sayKnown(lang, "status", step.status)}${step.unit ? html` <span class="muted">${unitName(app, step.unit)}</span>` : nothing}</li>`)}</ol>`;
}

/**
 * @param {App} app
 * @param {string} code
 */
function unitName(app, code) {
  const units = app.units.state === "none" ? undefined : app.units.value;
  return units?.find((candidate) => candidate.code === code)?.name ?? code;
}

/**
 * J and K (and the arrows) move through the list while the focus is in it, so they never take a letter somebody types.
 * @param {App} app
 * @param {KeyboardEvent} event
 */
function moveByKey(app, event) {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const buttons = [...list.querySelectorAll("button")];
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const next = buttons[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  app.pickReport(next.dataset.id ?? null);
}
