// How somebody says that a report tells of another incident, or that two are one: of which, and why; and in words what came of it.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { keyOf } from "../deed/acting.js";
import { dayAndClock } from "../format.js";
import { say } from "../i18n.js";
import { BOND_REASONS, lacking, otherOf, settled, TYPED } from "./bonds.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./room.js").InboxRoom} InboxRoom */
/** @typedef {import("./types").Bond} Bond */
/** @typedef {import("../types").InboxItem} InboxItem */
/** @typedef {import("../types").Lang} Lang */

/** @param {App} app @param {InboxRoom} here @param {Bond} bond */
export function bondForm(app, here, bond) {
  const { lang } = app.place;
  const { kind } = bond;
  const faults = new Set(bond.asked ? lacking(bond) : []);
  const submit = (/** @type {Event} */ event) => { event.preventDefault(); here.bind(); };
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    here.unbind();
  };
  return html`<form class="deed-form bond-form" data-bond=${kind} aria-label=${say(lang, `bond.do.${kind}`)} novalidate @submit=${submit} @keydown=${escape}>
    ${faults.size === 0 ? nothing : html`<p class="warning" role="alert"><span aria-hidden="true">▲</span> ${say(lang, "deed.missing", { what: [...faults].map((fault) => say(lang, fault === "other" ? "bond.other" : "field.reason")).join(", ") })}</p>`}
    ${kind === "merge" ? otherField(app, here, bond, faults.has("other")) : nothing}
    <fieldset class="reasons" ?disabled=${settled(bond)} aria-invalid=${faults.has("reason") ? "true" : nothing}><legend>${say(lang, `bond.ask.${kind}`)}</legend>
      ${BOND_REASONS[kind].map((code) => html`<label><input type="radio" name="reason" value=${code} .checked=${bond.reason === code} @change=${() => here.bonds.change(bond, { reason: code })}> ${say(lang, `bond.reason.${code}`)}</label>`)}
    </fieldset>
    ${bond.problem ? html`<p class="warning bond-why"><span aria-hidden="true">▲</span> ${bondSaid(lang, bond, null)}</p>` : html`<p class="muted">${say(lang, `bond.effect.${kind}`)}</p>`}
    <p class="deed-buttons">
      <button type="submit" class="primary">${say(lang, bond.state === "sending" ? "deed.sending" : bond.state === "unsure" ? "app.retry" : `bond.do.${kind}`)}</button>
      <button type="button" class="plain" ?disabled=${bond.state === "sending"} @click=${() => here.unbind()}>${say(lang, "bond.cancel")}</button>
    </p>
  </form>`;
}

/** Any report of the other incident: one of the list, those of the same place first, or one by its number. @param {App} app @param {InboxRoom} here @param {Bond} bond @param {boolean} fault */
function otherField(app, here, bond, fault) {
  const { lang } = app.place;
  const own = here.desk.item;
  const near = (/** @type {InboxItem} */ item) => Number(item.kelurahan !== null && item.kelurahan === own?.kelurahan);
  const others = here.desk.items.filter((item) => keyOf(item) !== bond.about && (item.incident ?? keyOf(item)) !== (own?.incident ?? bond.about)).sort((a, b) => near(b) - near(a));
  const value = (/** @type {Event} */ event) => /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;
  const typed = bond.other === TYPED;
  return html`<label class="field"><span>${say(lang, "bond.other")}</span>
      <select name="other" ?disabled=${settled(bond)} aria-invalid=${fault && !typed ? "true" : "false"} @change=${(/** @type {Event} */ event) => here.bonds.change(bond, { other: value(event) })}>
        <option value="" ?selected=${bond.other === ""}>${say(lang, "field.choose")}</option>
        ${others.map((item) => html`<option value=${keyOf(item)} ?selected=${bond.other === keyOf(item)}>${item.category_label[lang]}, ${here.placeOf(item) || say(lang, "inbox.unlocated")}, ${dayAndClock(lang, item.received)} (${keyOf(item)})</option>`)}
        <option value=${TYPED} ?selected=${typed}>${say(lang, "bond.typed")}</option>
      </select></label>
    ${typed ? html`<label class="field"><span>${say(lang, "bond.number")}</span>
      <input name="number" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200" ?disabled=${settled(bond)} aria-invalid=${fault ? "true" : "false"} .value=${bond.typed} @input=${(/** @type {Event} */ event) => here.bonds.change(bond, { typed: value(event) })}>
      <span class="muted">${say(lang, "bond.number.hint")}</span></label>` : nothing}`;
}

/** What came of it, in words. @param {Lang} lang @param {Bond} bond @param {import("./types").BondDone | null} done null = it is not in the log, as far as we know */
export function bondSaid(lang, bond, done) {
  if (done) {
    const said = say(lang, `bond.said.${bond.kind}`, { report: otherOf(bond) });
    return done.seen ? said : `${said} ${say(lang, "bond.soon")}`;
  }
  const status = bond.problem?.status ?? 0;
  if (status === 0) return say(lang, "bond.why.line");
  if (bond.state === "unsure" || status === 429) return say(lang, "bond.why.server");
  if (status === 422) return say(lang, `bond.why.${bond.kind}`);
  if (status === 401 || status === 403 || status === 404) return say(lang, `bond.why.${status}`);
  return say(lang, "bond.why.other", { detail: bond.problem?.detail ?? bond.problem?.title ?? "" });
}
