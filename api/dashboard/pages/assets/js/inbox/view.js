// The desk as it is drawn: whose it is, how much of what lies on it, the list by deadline, and the report that is looked at.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { access } from "../access/access.js";
import { whoBar } from "../access/view.js";
import { keyOf } from "../deed/acting.js";
import { KEYS } from "../deed/deed.js";
import { freshOf } from "../deed/fresh.js";
import { keyHelp } from "../deed/keys.js";
import { outbox } from "../deed/office.js";
import { outboxStrip, standing } from "../deed/status.js";
import { counted, number } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { failure, loading } from "../view-parts.js";
import { FILTERS } from "./desk.js";
import { detail } from "./detail.js";
import { dueChip } from "./due.js";
import { ACTIONS } from "./keys.js";
import { InboxRoom } from "./room.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").InboxItem} InboxItem */
/** @typedef {import("../types").Unit} Unit */

/** @type {InboxRoom | null} */
let inside = null;

/** @type {import("../types").RoomModule} */
export const room = {
  view: (app) => inboxView(app, at(app)),
  enter: (app) => at(app).enter(),
  arrive: (app) => at(app).arrive(),
  leave: (app) => at(app).leave(),
  refresh: (app) => { at(app).desk.refresh(); access.load(); },
  fresh: (app) => freshOf(app, at(app).desk.page),
};

/** @param {App} app */
function at(app) {
  inside ??= new InboxRoom(app);
  return inside;
}

/**
 * @param {App} app
 * @param {InboxRoom} here
 */
function inboxView(app, here) {
  const { lang } = app.place;
  const { desk } = here;
  const units = desk.units.state === "none" ? undefined : desk.units.value;
  const head = html`<div class="page-head"><h1>${say(lang, "inbox.title")}</h1></div>`;
  if (desk.units.state === "failed" && !units) return html`${head}${failure(lang, desk.units.problem, () => here.enter())}`;
  if (!units) return html`${head}${loading(lang)}`;
  if (units.length === 0) return html`${head}<p class="note">${say(lang, "inbox.nounits")}</p>`;
  // An officer has one desk.
  const own = access.who?.role === "officer";
  return html`<div class="inbox" ?data-own=${own} ?data-picked=${desk.item !== undefined}>
    ${own ? nothing : unitList(app, here, units)}
    <div class="queue">
      <div class="page-head"><h1>${desk.unit ? desk.nameOf(desk.unit) : say(lang, "inbox.title")}</h1>
        ${whoBar(app, { leave: () => !outbox.urgent || confirm(say(lang, "access.unsent")) })}
        <p class="keys"><button type="button" class="plain" aria-expanded=${here.helping} @click=${() => here.help(!here.helping)}><kbd aria-hidden="true">?</kbd> ${say(lang, "keys.title")}</button></p>
      </div>
      ${here.helping ? help(app, here) : nothing}
      ${filters(app, here)}
      ${outboxStrip(app, (deed) => here.show(deed))}
      ${queue(app, here)}
    </div>
    <div class="detail">${detail(app, here)}</div>
  </div>`;
}

/** @param {App} app @param {InboxRoom} here */
function help(app, here) {
  const { lang } = app.place;
  const list = /** @type {[string, string][]} */ ([
    ["J K", say(lang, "keys.move")], ["1 5", say(lang, "keys.filter")], ...ACTIONS.map((action) => [KEYS[action].toUpperCase(), say(lang, `act.${action}`)]),
    ["U", say(lang, "keys.undo")], ["Esc", say(lang, "keys.back")], ["?", say(lang, "keys.title")],
  ]);
  return keyHelp(lang, here.keys, list, { close: () => here.help(false), changed: () => app.draw() });
}

/**
 * @param {App} app
 * @param {InboxRoom} here
 * @param {Unit[]} units
 */
function unitList(app, here, units) {
  const { lang } = app.place;
  const { unit } = here.desk;
  const wanted = here.unitSearch.trim().toLocaleLowerCase("id");
  const shown = units.filter((candidate) => candidate.name.toLocaleLowerCase("id").includes(wanted) || candidate.code.includes(wanted));
  const search = (/** @type {Event} */ event) => { here.unitSearch = /** @type {HTMLInputElement} */ (event.target).value; app.draw(); };
  return html`<nav class="units" aria-label=${say(lang, "inbox.units")}>
    <label class="field wide-only"><span class="sr">${say(lang, "inbox.search")}</span>
      <input type="search" placeholder=${say(lang, "inbox.search")} .value=${here.unitSearch} @input=${search}></label>
    <ul class="wide-only">${repeat(shown, (candidate) => candidate.code, (candidate) => html`<li>
      <button type="button" data-unit=${candidate.code} aria-current=${candidate.code === unit ? "true" : nothing} @click=${() => app.go({ unit: candidate.code })}>
        <span>${candidate.name}</span> <span class="figure">${number(lang, candidate.open)}</span></button></li>`)}</ul>
    <label class="field narrow-only"><span>${say(lang, "inbox.unit")}</span>
      <select @change=${(/** @type {Event} */ event) => app.go({ unit: /** @type {HTMLSelectElement} */ (event.target).value })}>
        ${units.map((candidate) => html`<option value=${candidate.code} ?selected=${candidate.code === unit}>${candidate.name} (${number(lang, candidate.open)})</option>`)}
      </select></label>
  </nav>`;
}

/** How many are new, due, nearly late and late; each is a filter. @param {App} app @param {InboxRoom} here */
function filters(app, here) {
  const { lang } = app.place;
  const counts = here.desk.page.state === "none" ? undefined : here.desk.page.value?.counts;
  const count = (/** @type {import("./types").Filter} */ filter) => {
    if (!counts) return undefined;
    return filter === "all" ? counts.new + counts.open + counts.at_risk + counts.overdue : counts[filter];
  };
  return html`<div class="filters" role="group" aria-label=${say(lang, "inbox.filters")}>
    ${FILTERS.map((filter) => html`<button type="button" data-filter=${filter} aria-pressed=${filter === here.desk.filter} @click=${() => here.filter(filter)}>
      ${say(lang, `filter.${filter}`)} <b class="figure">${number(lang, count(filter))}</b></button>`)}
  </div>`;
}

/** @param {App} app @param {InboxRoom} here */
function queue(app, here) {
  const { lang } = app.place;
  const { desk } = here;
  const page = desk.page.state === "none" ? undefined : desk.page.value;
  if (desk.page.state === "failed" && !page) return failure(lang, desk.page.problem, () => desk.load());
  if (!page) return loading(lang);
  // What was here stays when the line is gone, and says that it is old.
  const old = desk.page.state === "failed" ? html`<p class="warning old" role="status"><span aria-hidden="true">▲</span> ${say(lang, "list.old")}</p>` : nothing;
  if (desk.items.length === 0) return html`${old}<p class="note">${say(lang, desk.filter === "all" ? "inbox.none" : "inbox.none.filter")}</p>`;
  return html`${old}<ol class="cards" aria-label=${say(lang, "inbox.list")}>${repeat(desk.items, keyOf, (item) => card(app, here, item))}</ol>
    ${page.next_cursor ? html`<button type="button" class="plain more" @click=${() => desk.loadMore()}>${say(lang, "list.more")}</button>` : nothing}`;
}

/**
 * @param {App} app
 * @param {InboxRoom} here
 * @param {InboxItem} item
 */
function card(app, here, item) {
  const { lang } = app.place;
  const key = keyOf(item);
  const deed = outbox.of(item.channel, item.id);
  const many = (item.witnesses ?? 1) > 1;
  return html`<li><button type="button" data-key=${key} data-id=${item.id} data-state=${item.state ?? nothing} aria-current=${here.desk.picked === key ? "true" : nothing} @click=${() => here.pick(key)}>
    <span class="what">${item.category_label[lang]}</span>
    ${dueChip(lang, item)}
    <span class="where">${item.kelurahan_name ?? item.kelurahan ?? say(lang, "inbox.unlocated")}${many ? html` <span class="muted">${say(lang, "inbox.witnesses", { n: counted(lang, item.witnesses, here.desk.told.roundedTo) })}</span>` : nothing}</span>
    <span class="state">${deed ? html`${say(lang, `act.${deed.action}`)} ${standing(lang, deed)}` : sayKnown(lang, "status", item.status)}</span>
    <span class="why">${item.reason[lang]}</span>
  </button></li>`;
}
