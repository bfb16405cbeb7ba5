// What is said with an action: to whom, why, a note, a photo. What is missing is named at once, and what is written is kept as it is written.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { number } from "../format.js";
import { say } from "../i18n.js";
import { fieldsOf, missing, NOTE_LETTERS, reasonsOf } from "./deed.js";
import { kbd } from "./keys.js";
import { nearest } from "./nearest.js";
import { outbox } from "./office.js";
import { PHOTO_TYPES, pictureOf, preparePhoto } from "./photo.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("../types").Unit} Unit */

/** What the browser makes of a photo, by deed: its picture, or why there is none. @type {WeakMap<Blob, string>} */
const pictures = new WeakMap();

/**
 * @param {App} app
 * @param {Deed} deed
 * @param {{ units: Unit[], holder: string, asked: boolean, submit: () => void, cancel: () => void, drop: () => void }} room
 *   `asked`: somebody has tried to send it, so what is missing is said
 */
export function deedForm(app, deed, room) {
  const { lang } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const lacking = new Set(room.asked ? missing(deed) : []);
  const fields = fieldsOf(deed.action);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    room.submit();
  };
  return html`<form class="deed-form" data-action=${deed.action} aria-label=${t(`act.${deed.action}`)} novalidate @submit=${submit}
    @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") { event.stopPropagation(); room.cancel(); } }}>
    <h3>${t(`act.${deed.action}`)}</h3>
    ${lacking.size === 0 ? nothing : html`<p class="warning" role="alert" tabindex="-1"><span aria-hidden="true">▲</span> ${t("deed.missing", { what: [...lacking].map((field) => t(`field.${field}`)).join(", ") })}</p>`}
    ${fields.includes("target") ? target(lang, deed, room, lacking.has("target")) : nothing}
    ${fields.includes("officer") ? html`<label class="field"><span>${t("field.officer")}</span>
      <input name="officer" maxlength="100" autocomplete="off" .value=${deed.officer} @input=${saying(deed, "officer")}></label>
      ${nearest(app, deed)}` : nothing}
    ${fields.includes("reason") ? reason(lang, deed, lacking.has("reason")) : nothing}
    ${fields.includes("note") ? html`<label class="field"><span>${t("field.note")}</span>
      <textarea name="note" rows="3" maxlength=${NOTE_LETTERS} .value=${deed.note} aria-invalid=${lacking.has("note") ? "true" : "false"} @input=${saying(deed, "note")}></textarea>
      <span class="muted">${t(`note.${deed.action === "ask" ? "ask" : "hint"}`)}</span></label>` : nothing}
    ${fields.includes("photo") ? photo(app, deed, lacking.has("photo")) : nothing}
    <p class="deed-buttons">
      <button type="submit" class="primary">${t("deed.do.send")}</button>
      <button type="button" class="plain" @click=${room.cancel}>${t("deed.do.keep")}${kbd("Esc")}</button>
      <button type="button" class="plain" @click=${room.drop}>${t("deed.do.drop")}</button>
    </p>
    <p class="muted">${t(outbox.forgetful ? "deed.forgetful" : "deed.kept")}</p>
  </form>`;
}

/** @param {Deed} deed @param {"officer" | "note"} field */
const saying = (deed, field) => (/** @type {Event} */ event) => outbox.change(deed, { [field]: /** @type {HTMLInputElement} */ (event.target).value });

/**
 * @param {Lang} lang
 * @param {Deed} deed
 * @param {{ units: Unit[], holder: string }} room
 * @param {boolean} lacking
 */
function target(lang, deed, { units, holder }, lacking) {
  const others = units.filter((unit) => unit.code !== holder).sort((a, b) => a.name.localeCompare(b.name, "id"));
  return html`<label class="field"><span>${say(lang, "field.target")}</span>
    <select name="target" aria-invalid=${lacking ? "true" : "false"} @change=${(/** @type {Event} */ event) => outbox.change(deed, { target: /** @type {HTMLSelectElement} */ (event.target).value })}>
      <option value="" ?selected=${deed.target === ""}>${say(lang, "field.choose")}</option>
      ${others.map((unit) => html`<option value=${unit.code} ?selected=${unit.code === deed.target}>${unit.name}</option>`)}
    </select></label>`;
}

/** @param {Lang} lang @param {Deed} deed @param {boolean} lacking */
function reason(lang, deed, lacking) {
  return html`<fieldset class="reasons" aria-invalid=${lacking ? "true" : nothing}><legend>${say(lang, "field.reason")}</legend>
    ${reasonsOf(deed.action).map((code) => html`<label><input type="radio" name="reason" value=${code} .checked=${deed.reason === code} @change=${() => outbox.change(deed, { reason: code })}> ${say(lang, `reason.${code}`)}</label>`)}
  </fieldset>`;
}

/** @param {App} app @param {Deed} deed @param {boolean} lacking */
function photo(app, deed, lacking) {
  const { lang } = app.place;
  return html`<div class="field photo"><label><span>${say(lang, "field.photo")}</span>
      <input name="photo" type="file" accept=${PHOTO_TYPES.join(",")} capture="environment" aria-invalid=${lacking ? "true" : "false"} aria-describedby="photo-said" @change=${(/** @type {Event} */ event) => choose(app, deed, /** @type {HTMLInputElement} */ (event.target))}></label>
    <p id="photo-said" role="status">${deed.photo ? said(lang, deed.photo) : say(lang, unfit.has(deed) ? "photo.unfit" : "photo.hint")}</p>
    ${deed.photo ? html`<img src=${picture(app, deed.photo.blob)} alt=${say(lang, "photo.alt")}>
      <button type="button" class="plain" @click=${() => outbox.change(deed, { photo: null })}>${say(lang, "photo.drop")}</button>` : nothing}
  </div>`;
}

/** Drafts whose last chosen file was no photo. @type {WeakSet<Deed>} */
const unfit = new WeakSet();

/** @param {App} app @param {Deed} deed @param {HTMLInputElement} input */
async function choose(app, deed, input) {
  const file = input.files?.[0];
  if (!file) return;
  const made = await preparePhoto(file);
  input.value = "";
  if (made) unfit.delete(deed);
  else unfit.add(deed);
  if (made) outbox.change(deed, { photo: made });
  app.draw();
}

/** What became of the file, so that whoever answers for the evidence knows. @param {Lang} lang @param {import("./types").DeedPhoto} photo */
function said(lang, { blob, from, smaller, dated }) {
  const size = (/** @type {number} */ bytes) => say(lang, "photo.kb", { n: number(lang, Math.max(1, Math.round(bytes / 1000))) });
  const how = smaller ? say(lang, "photo.smaller", { from: size(from), to: size(blob.size) }) : say(lang, "photo.asis", { size: size(blob.size) });
  return `${how} ${say(lang, dated ? "photo.dated" : "photo.undated")}`;
}

/** @param {App} app @param {Blob} blob */
function picture(app, blob) {
  const made = pictures.get(blob);
  if (made !== undefined) return made;
  pictures.set(blob, "data:,");
  pictureOf(blob).then((address) => {
    pictures.set(blob, address);
    app.draw();
  }, () => {});
  return "data:,";
}
