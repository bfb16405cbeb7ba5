// One report: what may be done with it, how long is left, why it is here, who else tells of it, where it lies, what it shows, what happened.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "../access/access.js";
import { deedForm } from "../deed/form.js";
import { KEYS } from "../deed/deed.js";
import { kbd } from "../deed/keys.js";
import { outbox } from "../deed/office.js";
import { deedPanel } from "../deed/status.js";
import { moment, number, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { shotRow, shotsOf } from "../photo/shots.js";
import { failure, loading } from "../view-parts.js";
import { dueChip } from "./due.js";
import { placeMap } from "./place-map.js";
import { witnesses } from "./witnesses.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./room.js").InboxRoom} InboxRoom */
/** @typedef {import("../types").InboxItem} InboxItem */

/** A report this near to a boundary carries a warning, m. */
const NEAR_BOUNDARY_M = 100;

/** @param {App} app @param {InboxRoom} here */
export function detail(app, here) {
  const { lang } = app.place;
  const { item } = here.desk;
  if (!item) return html`<p class="note">${say(lang, "inbox.pick")}</p>`;
  const fact = (/** @type {string} */ key, /** @type {unknown} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  return html`<article aria-label=${item.category_label[lang]}>
    <h2 tabindex="-1">${item.category_label[lang]} <button type="button" class="icon small" aria-label=${say(lang, "app.close")} @click=${() => here.press("Escape")}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button></h2>
    <p class="muted"><code>${item.id}</code></p>
    ${acting(app, here, item)}
    <dl class="facts">
      ${fact("inbox.due", item.due ? html`${moment(lang, item.due, here.desk.told.times)} ${dueChip(lang, item)}` : say(lang, "inbox.nodue"))}
      ${item.expected ? fact("inbox.expected", expected(app, item.expected)) : nothing}
      ${fact("inbox.status", sayKnown(lang, "status", item.status))}
      ${fact("list.received", moment(lang, item.received, here.desk.told.times))}
      ${fact("inbox.where", item.kelurahan_name ?? item.kelurahan ?? say(lang, "inbox.unlocated"))}
      ${fact("list.channel", sayKnown(lang, "channel", item.channel))}
    </dl>
    <h3>${say(lang, "inbox.why")}</h3>
    <p>${item.reason[lang]}${item.confidence === null ? nothing : html` <span class="muted">(${say(lang, "inbox.confidence", { p: number(lang, item.confidence, 2) })})</span>`}</p>
    ${item.second_unit ? html`<p class="muted">${say(lang, "inbox.second", { unit: here.desk.nameOf(item.second_unit) })}</p>` : nothing}
    ${item.boundary_m !== null && item.boundary_m < NEAR_BOUNDARY_M ? html`<p class="warning"><span aria-hidden="true">▲</span> ${say(lang, "inbox.boundary", { m: number(lang, item.boundary_m) })}</p>` : nothing}
    ${witnesses(app, here, item)}
    ${placeMap(app, here, item)}
    ${photos(app, here)}
    ${history(app, here)}
  </article>`;
}

/** @param {App} app @param {NonNullable<InboxItem["expected"]>} told */
function expected(app, { p50_s, p80_s, n }) {
  const { lang } = app.place;
  if (p50_s === null) return say(lang, "inbox.expected.seldom", { n: number(lang, n) });
  const values = { half: span(lang, p50_s), most: span(lang, p80_s), n: number(lang, n) };
  return say(lang, p80_s === null ? "inbox.expected.half" : "inbox.expected.said", values);
}

/** The buttons, the form that one of them opened, or what became of it. @param {App} app @param {InboxRoom} here @param {InboxItem} item */
function acting(app, here, item) {
  const { lang } = app.place;
  if (!here.mayAct) {
    // To whoever has shown nothing the way in is beside the name of the desk.
    return access.may("act") || access.staff ? html`<p class="muted not-yours">${say(lang, "inbox.notyours")}</p>` : html`<p class="muted not-yours">${say(lang, "inbox.signin")}</p>`;
  }
  const { deed } = here;
  if (deed && here.writing && deed.state === "draft") {
    const units = here.desk.units.state === "none" ? [] : (here.desk.units.value ?? []);
    const drop = () => { outbox.drop(deed); here.shut(); };
    return deedForm(app, deed, { units, holder: here.desk.unit, asked: here.asked, submit: () => here.submit(), cancel: () => here.shut(), drop });
  }
  if (deed && deed.state !== "draft") return deedPanel(app, deed, { edit: (one) => here.edit(one), nameOf: (code) => here.desk.nameOf(code) });
  const actions = here.actionsOf(item);
  if (actions.length === 0) return html`<p class="muted">${say(lang, "inbox.settling")}</p>`;
  return html`<div class="actions" role="group" aria-label=${say(lang, "list.actions")}>
    ${actions.map((action, i) => html`<button type="button" class=${i === 0 ? "primary" : "plain"} data-action=${action} aria-keyshortcuts=${here.keys.on ? KEYS[action].toUpperCase() : nothing} @click=${() => here.begin(action)}>
      ${say(lang, `act.${action}`)}${deed?.action === action ? html` <span class="muted">${say(lang, "deed.draft")}</span>` : nothing}${here.keys.on ? kbd(KEYS[action]) : nothing}</button>`)}
  </div>`;
}

/** What its steps show, told to staff only; it comes with them, so nothing above it moves. @param {App} app @param {InboxRoom} here */
function photos(app, here) {
  const loaded = here.desk.report;
  const shots = shotsOf((loaded.state === "none" ? undefined : loaded.value)?.timeline ?? []);
  return shots.length === 0 ? nothing : html`<h3>${say(app.place.lang, "shot.title")}</h3>${shotRow(app, here.desk.photos, shots)}`;
}

/** @param {App} app @param {InboxRoom} here */
function history(app, here) {
  const { lang } = app.place;
  const loaded = here.desk.report;
  if (loaded.state === "none") return nothing;
  const report = loaded.value;
  if (loaded.state === "failed" && !report) return failure(lang, loaded.problem, null);
  if (!report) return loading(lang);
  if (report.timeline.length === 0) return nothing;
  return html`<h3>${say(lang, "inbox.history")}</h3>
    <ol class="history">${report.timeline.map((step) => html`<li><time>${moment(lang, step.time, report.times)}</time> ${sayKnown(lang, "status", step.status)}
      ${step.unit || step.actor_role ? html`<span class="muted">${[step.actor_role, step.unit ? here.desk.nameOf(step.unit) : null].filter(Boolean).join(", ")}</span>` : nothing}</li>`)}</ol>`;
}
