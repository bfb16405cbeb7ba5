// The verifier's room as it is drawn: which kelurahan, what waits with its warnings, and what the month comes to.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { access } from "../access/access.js";
import { signInForm, whoBar } from "../access/view.js";
import { keyOf } from "../deed/acting.js";
import { KEYS } from "../deed/deed.js";
import { deedForm } from "../deed/form.js";
import { freshOf } from "../deed/fresh.js";
import { kbd, keyHelp } from "../deed/keys.js";
import { outbox } from "../deed/office.js";
import { deedPanel, outboxStrip, standing } from "../deed/status.js";
import { dayAndClock, number } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { choices, failure, loading } from "../view-parts.js";
import { monthView } from "./month.js";
import { VerifyRoom } from "./room.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").DutyItem} DutyItem */

/** @type {VerifyRoom | null} */
let inside = null;

/** @type {import("../types").RoomModule} */
export const room = {
  view: (app) => verifyView(app, at(app)),
  enter: (app) => at(app).enter(),
  arrive: (app) => at(app).arrive(),
  leave: (app) => at(app).leave(),
  refresh: (app) => { at(app).duty.refresh(); access.load(); },
  fresh: (app) => freshOf(app, at(app).duty.queue),
};

/** @param {App} app */
function at(app) {
  inside ??= new VerifyRoom(app);
  return inside;
}

/** @param {App} app @param {VerifyRoom} here */
function verifyView(app, here) {
  const { lang } = app.place;
  const { duty } = here;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  if (!access.who) return html`<div class="page-head"><h1>${t("verify.title")}</h1></div>${access.me.state === "failed" ? failure(lang, access.me.problem, () => access.load(true)) : loading(lang)}`;
  if (!here.mayLook) {
    return html`<div class="page-head"><h1>${t("verify.title")}</h1>${access.staff ? whoBar(app) : nothing}</div>
      <p class="note">${t(access.staff ? "verify.notyours" : "verify.signin")}</p>${access.staff ? nothing : html`<div class="sign-in-page">${signInForm(app)}</div>`}`;
  }
  const queue = duty.queue.state === "none" ? undefined : duty.queue.value;
  const name = queue?.kelurahan_name ?? (duty.kelurahan === "unplaced" ? t("verify.unplaced") : duty.kelurahan);
  return html`<div class="duty" ?data-picked=${duty.item !== undefined && here.shown === "queue"}>
    <div class="queue">
      <div class="page-head"><h1>${name ? t("verify.of", { name }) : t("verify.title")}</h1>
        ${whoBar(app, { leave: () => !outbox.urgent || confirm(t("access.unsent")) })}
        <p class="keys"><button type="button" class="plain" aria-expanded=${here.helping} @click=${() => here.help(!here.helping)}><kbd aria-hidden="true">?</kbd> ${t("keys.title")}</button></p>
      </div>
      ${here.helping ? help(app, here) : nothing}
      <div class="duty-choice">
        ${kelurahanChoice(app, here)}
        ${choices(t("verify.shown"), /** @type {const} */ (["queue", "month"]), here.shown, (shown) => shown === "queue" ? t("verify.shown.queue", { n: number(lang, duty.waiting) }) : t("verify.shown.month"), (shown) => here.look(shown))}
      </div>
      ${outboxStrip(app, (deed) => here.show(deed))}
      ${here.shown === "queue" ? waiting(app, here) : monthView(app, here)}
    </div>
    ${here.shown === "queue" ? html`<div class="detail">${detail(app, here)}</div>` : nothing}
  </div>`;
}

/** @param {App} app @param {VerifyRoom} here */
function help(app, here) {
  const { lang } = app.place;
  const list = /** @type {[string, string][]} */ ([
    ["J K", say(lang, "keys.move")], ["V", say(lang, "act.verify")], ["X", say(lang, "act.reject")], ["U", say(lang, "keys.undo")], ["Esc", say(lang, "keys.back")], ["?", say(lang, "keys.title")],
  ]);
  return keyHelp(lang, here.keys, list, { close: () => here.help(false), changed: () => app.draw() });
}

/** Whose area is more than one kelurahan chooses among them. @param {App} app @param {VerifyRoom} here */
function kelurahanChoice(app, here) {
  const { lang } = app.place;
  const { areas, kelurahan } = here.duty;
  if (areas.state === "failed") return failure(lang, areas.problem, () => here.choose());
  const known = areas.state === "none" ? undefined : areas.value;
  if (!known) return nothing;
  const all = access.who?.role !== "verifier";
  return html`<label class="field"><span>${say(lang, "verify.kelurahan")}</span>
    <select name="kelurahan" @change=${(/** @type {Event} */ event) => app.go({ unit: /** @type {HTMLSelectElement} */ (event.target).value })}>
      ${known.map(({ code, name }) => html`<option value=${code} ?selected=${code === kelurahan}>${name}</option>`)}
      ${all ? html`<option value="unplaced" ?selected=${kelurahan === "unplaced"}>${say(lang, "verify.unplaced")}</option>` : nothing}
    </select></label>`;
}

/** @param {App} app @param {VerifyRoom} here */
function waiting(app, here) {
  const { lang } = app.place;
  const { duty } = here;
  const queue = duty.queue.state === "none" ? undefined : duty.queue.value;
  if (duty.queue.state === "failed" && !queue) return failure(lang, duty.queue.problem, () => duty.loadQueue());
  if (!queue) return loading(lang);
  const old = duty.queue.state === "failed" ? html`<p class="warning old" role="status"><span aria-hidden="true">▲</span> ${say(lang, "list.old")}</p>` : nothing;
  const since = queue.known_since ? html`<p class="warning">${say(lang, "verify.since", { time: dayAndClock(lang, queue.known_since) })}</p>` : nothing;
  const months = say(lang, "verify.months", { first: queue.first_month, last: queue.last_month });
  if (duty.items.length === 0) return html`${old}${since}<p class="note">${say(lang, "verify.none")} ${months}</p>`;
  return html`${old}${since}<p class="muted months">${months}</p>
    <ol class="cards" aria-label=${say(lang, "verify.list")}>${repeat(duty.items, keyOf, (item) => card(app, here, item))}</ol>
    ${queue.next_cursor ? html`<button type="button" class="plain more" @click=${() => duty.loadMoreQueue()}>${say(lang, "list.more")}</button>` : nothing}`;
}

/** @param {App} app @param {VerifyRoom} here @param {DutyItem} item */
function card(app, here, item) {
  const { lang } = app.place;
  const key = keyOf(item);
  const deed = outbox.of(item.channel, item.id);
  return html`<li><button type="button" data-key=${key} data-id=${item.id} aria-current=${here.duty.picked === key ? "true" : nothing} @click=${() => here.pick(key)}>
    <span class="what">${item.post ?? say(lang, "verify.nopost")}</span>
    <span class="chip" data-due="none">${dayAndClock(lang, item.filed)}</span>
    <span class="where">${item.category_label[lang]}</span>
    <span class="state">${deed ? html`${say(lang, `act.${deed.action}`)} ${standing(lang, deed)}` : sayKnown(lang, "verdict", item.status === "reopened" ? "reopened" : item.verdict)}</span>
    ${item.warning ? html`<span class="why warning"><span aria-hidden="true">▲</span> ${say(lang, "verify.near")}: ${item.warning.says[lang]}</span>` : item.late ? html`<span class="why">${say(lang, "verify.late")}</span>` : nothing}
  </button></li>`;
}

/** @param {App} app @param {VerifyRoom} here */
function detail(app, here) {
  const { lang } = app.place;
  const { item } = here.duty;
  if (!item) return html`<p class="note">${say(lang, "verify.pick")}</p>`;
  const fact = (/** @type {string} */ key, /** @type {unknown} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  return html`<article aria-label=${item.post ?? say(lang, "verify.nopost")}>
    <h2 tabindex="-1">${item.post ?? say(lang, "verify.nopost")} <button type="button" class="icon small" aria-label=${say(lang, "app.close")} @click=${() => here.press("Escape")}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button></h2>
    <p class="muted"><code>${item.id}</code></p>
    ${item.post === null ? html`<p class="warning"><span aria-hidden="true">▲</span> ${say(lang, "verify.nopost.why")}</p>` : nothing}
    ${item.warning ? html`<div class="near warning"><p><span aria-hidden="true">▲</span> <b>${say(lang, "verify.near")}.</b> ${item.warning.says[lang]}.</p><p>${say(lang, "verify.near.why")}</p></div>` : nothing}
    ${acting(app, here)}
    <dl class="facts">
      ${fact("verify.what", item.category_label[lang])}
      ${fact("list.received", dayAndClock(lang, item.filed))}
      ${fact("verify.day", `${item.date}${item.late ? ` (${say(lang, "verify.late")})` : ""}`)}
      ${fact("list.channel", sayKnown(lang, "channel", item.channel))}
      ${item.decided ? fact("verify.before", `${sayKnown(lang, "status", item.status ?? "")}, ${dayAndClock(lang, item.decided)}${item.actor_role ? `, ${item.actor_role}` : ""}`) : nothing}
    </dl>
  </article>`;
}

/** @param {App} app @param {VerifyRoom} here */
function acting(app, here) {
  const { lang } = app.place;
  if (!here.mayJudge) return html`<p class="muted not-yours">${say(lang, "verify.reading")}</p>`;
  const { deed } = here;
  if (deed && here.writing && deed.state === "draft") {
    const drop = () => { outbox.drop(deed); here.shut(); };
    return deedForm(app, deed, { units: [], holder: "", asked: here.asked, submit: () => here.submit(), cancel: () => here.shut(), drop });
  }
  if (deed && deed.state !== "draft") return deedPanel(app, deed, { edit: (one) => here.edit(one), nameOf: (code) => code });
  return html`<div class="actions" role="group" aria-label=${say(lang, "list.actions")}>
    ${here.actionsOf().map((action, i) => html`<button type="button" class=${i === 0 ? "primary" : "plain"} data-action=${action} aria-keyshortcuts=${here.keys.on ? KEYS[action].toUpperCase() : nothing} @click=${() => here.begin(action)}>
      ${say(lang, `act.${action}`)}${deed?.action === action ? html` <span class="muted">${say(lang, "deed.draft")}</span>` : nothing}${here.keys.on ? kbd(KEYS[action]) : nothing}</button>`)}
  </div>`;
}
