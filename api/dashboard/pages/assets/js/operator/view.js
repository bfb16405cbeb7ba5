// The operator's room: what is to be done, the lanes, the dead letters, what goes out, the machine, and who changed what.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "../access/access.js";
import { signInForm, whoBar } from "../access/view.js";
import { freshOf } from "../deed/fresh.js";
import { clock, dayAndClock, number, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { serverNow } from "../server-clock.js";
import { failure, loading } from "../view-parts.js";
import { alarmsOf } from "./alarms.js";
import { OperatorDesk } from "./desk.js";
import { laneTable } from "./lanes.js";
import { letterBrowser } from "./letters.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").Alarm} Alarm */
/** @typedef {import("./types").Operation} Operation */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

const GIB = 2 ** 30;

/** @type {OperatorDesk | null} */
let inside = null;
/** Hears of whoever signs in or out while the room is looked at. @type {(() => void) | null} */
let hears = null;
/** Whose figures are here. */
let account = "";

/** @param {App} app */
function at(app) {
  inside ??= new OperatorDesk(() => app.draw());
  return inside;
}

/** @type {import("../types").RoomModule} */
export const room = {
  view: operatorView,
  enter: (app) => {
    hears = () => { follow(app); app.draw(); };
    access.listeners.add(hears);
    if (access.me.state === "ready") hears();
    else access.load();
  },
  leave: () => {
    if (hears) access.listeners.delete(hears);
    hears = null;
  },
  refresh: () => { access.load(); },
  tick: (app) => { if (!document.hidden) follow(app); },
  fresh: (app) => freshOf(app, at(app).lanes),
};

/** Asks for figures if whoever sits here may see them; forgets what another has seen. @param {App} app */
function follow(app) {
  const desk = at(app);
  const now = access.may("operate") ? (access.who?.account ?? "") : "";
  if (now !== account) desk.forget();
  account = now;
  if (now !== "") desk.look();
}

/** @param {App} app */
function operatorView(app) {
  const { lang } = app.place;
  const head = html`<div class="page-head"><h1>${say(lang, "op.title")}</h1>${access.staff ? whoBar(app) : nothing}</div>`;
  if (!access.who) return html`<div class="op">${head}${access.me.state === "failed" ? failure(lang, access.me.problem, () => access.load(true)) : loading(lang)}</div>`;
  if (!access.may("operate")) return html`<div class="op">${head}<p class="note">${say(lang, access.staff ? "op.notyours" : "op.signin")}</p>${access.staff ? nothing : signInForm(app)}</div>`;
  const desk = at(app);
  const lanes = valueOf(desk.lanes);
  const old = [desk.lanes, desk.operation, desk.letters].some((loaded) => loaded.state === "failed" && loaded.value !== undefined);
  return html`<div class="op">${head}
    ${old ? html`<p class="warning" role="status"><span aria-hidden="true">▲</span> ${say(lang, "op.old")}</p>` : nothing}
    ${block("alarms", say(lang, "op.alarms"), lanes ? alarms(app, desk) : state(app, desk.lanes, desk))}
    ${block("lanes", say(lang, "op.lanes"), lanes ? laneTable(lang, lanes) : state(app, desk.lanes, desk))}
    ${block("letters", say(lang, "op.letters"), letterBrowser(app, desk))}
    <div class="op-columns">
      ${block("sinks", say(lang, "op.sinks"), known(app, desk.operation, desk, (operation) => sinks(app, operation)))}
      ${block("machine", say(lang, "op.machine"), known(app, desk.operation, desk, (operation) => machine(app, operation)))}
    </div>
    ${block("ledger", say(lang, "op.ledger"), known(app, desk.ledger, desk, ({ items }) => ledger(app, items)))}
  </div>`;
}

/** @template T @param {Loaded<T>} loaded */
const valueOf = (loaded) => (loaded.state === "none" ? undefined : loaded.value);

/** @param {string} name @param {string} title @param {unknown} content */
function block(name, title, content) {
  return html`<section class="card" data-block=${name} aria-labelledby=${`op-${name}`}><h2 id=${`op-${name}`}>${title}</h2>${content}</section>`;
}

/** @param {App} app @param {Loaded<unknown>} loaded @param {OperatorDesk} desk */
function state(app, loaded, desk) {
  return loaded.state === "failed" ? failure(app.place.lang, loaded.problem, () => { desk.askedAt = -Infinity; desk.look(); }) : loading(app.place.lang);
}

/**
 * @template T
 * @param {App} app
 * @param {Loaded<T>} loaded
 * @param {OperatorDesk} desk
 * @param {(value: T) => unknown} draw
 */
function known(app, loaded, desk, draw) {
  const value = valueOf(loaded);
  return value === undefined ? state(app, loaded, desk) : draw(value);
}

/** @param {App} app @param {OperatorDesk} desk */
function alarms(app, desk) {
  const { lang } = app.place;
  const lanes = valueOf(desk.lanes);
  if (!lanes) return nothing;
  const raised = alarmsOf(lanes, valueOf(desk.operation) ?? null, serverNow());
  const told = valueOf(desk.told)?.items ?? [];
  return html`${raised.length === 0 ? html`<p class="all-well"><span aria-hidden="true">●</span> ${say(lang, "op.alarms.none")}</p>`
    : html`<ul class="alarms">${raised.map((alarm) => html`<li data-kind=${alarm.kind} data-grave=${alarm.grave}><p><span aria-hidden="true">${alarm.grave ? "✖" : "▲"}</span> <b>${headline(app, alarm)}</b></p><p>${say(lang, `todo.${alarm.kind}`)}</p></li>`)}</ul>`}
    <details><summary>${say(lang, "op.told")}</summary>${told.length === 0 ? html`<p class="note">${say(lang, "op.told.none")}</p>`
      : html`<ul class="told">${told.map((one) => html`<li><time datetime=${one.time}>${dayAndClock(lang, one.time)}</time> ${sayKnown(lang, "change", one.state)}: ${said(app, one.alarm ?? "", one.lane ?? "")}</li>`)}</ul>`}</details>`;
}

/** @param {App} app @param {string} alarm @param {string} on */
function said(app, alarm, on) {
  const { lang } = app.place;
  return ["stopped", "stuck", "unwritten", "refusals"].includes(alarm) ? say(lang, `alarm.${alarm}`, { on }) : `${on} ${alarm}`;
}

/** @param {App} app @param {Alarm} alarm */
function headline(app, { kind, on, values }) {
  const { lang } = app.place;
  const figures = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, number(lang, Number(value), name === "gib" ? 1 : 0)]));
  return say(lang, `alarm.${kind}`, { on, ...figures, span: span(lang, Number(values.s ?? 0)) });
}

/** @param {App} app @param {Operation} operation */
function sinks(app, { outputs, history, webhooks }) {
  const { lang } = app.place;
  return html`<table class="by-category"><thead><tr><th scope="col">${say(lang, "op.sinks.topic")}</th><th scope="col" class="figure">${say(lang, "op.sinks.told")}</th></tr></thead>
      <tbody>${outputs.map(({ topic, told }) => html`<tr><th scope="row">${topic}</th><td class="figure">${number(lang, told)}</td></tr>`)}</tbody></table>
    <h3>${say(lang, "op.sinks.history")}</h3>
    ${history === null ? html`<p class="muted">${say(lang, "op.sinks.nohistory")}</p>` : html`<p>${history.map(({ table, files }) => say(lang, "op.sinks.files", { table, n: number(lang, files) })).join(" · ")}</p>`}
    ${webhooks.length === 0 ? nothing : html`<h3>${say(lang, "op.sinks.hooks")}</h3><ul class="hooks">${webhooks.map(({ host, ...counts }) => html`<li>${say(lang, "op.sinks.hook", {
      host, delivered: number(lang, counts.delivered), failed: number(lang, counts.failed), waiting: number(lang, counts.waiting), dropped: number(lang, counts.dropped),
    })}</li>`)}</ul>`}`;
}

/** @param {App} app @param {Operation} operation */
function machine(app, operation) {
  const { lang } = app.place;
  const fact = (/** @type {string} */ key, /** @type {unknown} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  const { disk } = operation;
  const gib = (/** @type {number} */ bytes) => number(lang, bytes / GIB, bytes < 100 * GIB ? 1 : 0);
  return html`<dl class="facts">
    ${fact("op.disk", disk ? say(lang, "op.disk.said", { free: gib(disk.free_bytes), total: gib(disk.total_bytes) }) : say(lang, "op.disk.none"))}
    ${fact("op.program", operation.program)}
    ${fact("op.build", operation.build)}
    ${fact("op.format", number(lang, operation.format))}
    ${fact("op.territory", html`${operation.territory}${operation.approximate ? html` <span class="muted">${say(lang, "op.approximate")}</span>` : nothing}`)}
    ${fact("op.routes", operation.routes)}
    ${fact("op.clock", `${clock(lang, operation.time, true)} WIB`)}
  </dl>`;
}

/** @param {App} app @param {import("./types").Change[]} items */
function ledger(app, items) {
  const { lang } = app.place;
  if (items.length === 0) return html`<p class="note">${say(lang, "op.ledger.none")}</p>`;
  const columns = ["when", "who", "what", "on", "outcome"];
  return html`<div class="wide-table" role="group" tabindex="0" aria-label=${say(lang, "op.ledger")}><table class="changes-of">
    <thead><tr>${columns.map((column) => html`<th scope="col">${say(lang, `op.ledger.${column}`)}</th>`)}</tr></thead>
    <tbody>${items.map((change) => html`<tr><td><time datetime=${change.time}>${dayAndClock(lang, change.time)}</time></td><td>${change.account} <span class="muted">${sayKnown(lang, "role", change.role)}</span></td><td>${change.what}</td><td><code>${change.on}</code></td><td>${change.outcome}</td></tr>`)}</tbody>
  </table></div>`;
}
