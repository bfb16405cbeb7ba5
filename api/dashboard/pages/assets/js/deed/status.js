// How a deed stands, in words: when it leaves, what somebody else did before, why it was refused, and what can be done about it.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { empty } from "./deed.js";
import { outbox } from "./office.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("../types").Lang} Lang */

const SHAPES = { draft: "✎", held: "◷", unsent: "◌", sending: "↑", stale: "▲", refused: "✖" };

/**
 * One line: what is asked for, and how it stands.
 * @param {Lang} lang
 * @param {Deed} deed
 */
export function standing(lang, deed) {
  const shape = html`<span class="shape" aria-hidden="true">${SHAPES[deed.state]}</span>`;
  return html`<span class="chip deed-state" data-deed=${deed.state}>${shape} ${words(lang, deed)}</span>`;
}

/** @param {Lang} lang @param {Deed} deed */
function words(lang, deed) {
  if (deed.state === "held") return say(lang, "deed.held", { span: span(lang, Math.max(0, Math.ceil((deed.leaves - Date.now()) / 1000))) });
  if (deed.state === "unsent" && outbox.locked) return say(lang, "deed.locked");
  if (deed.state === "unsent" && deed.tried) return say(lang, "deed.unsure");
  return say(lang, `deed.${deed.state}`);
}

/**
 * What is to be known and done about a deed that was asked for; nothing of a draft, whose form says it all.
 * @param {App} app
 * @param {Deed} deed
 * @param {{ edit: (deed: Deed) => void, nameOf: (code: string) => string }} room
 */
export function deedPanel(app, deed, room) {
  const { lang } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const button = (/** @type {string} */ key, /** @type {() => void} */ act, kind = "plain", hint = "") =>
    html`<button type="button" class=${kind} data-do=${key} aria-keyshortcuts=${hint || nothing} @click=${act}>${t(`deed.do.${key}`)}${hint ? html` <kbd>${hint}</kbd>` : nothing}</button>`;
  const loose = !deed.tried && (deed.state === "held" || deed.state === "unsent");
  return html`<section class="deed" data-deed=${deed.state} role=${deed.state === "stale" || deed.state === "refused" ? "alert" : "status"} aria-label=${t("deed.title")}>
    <p><b>${t(`act.${deed.action}`)}</b> ${standing(lang, deed)}</p>
    ${deed.state === "stale" ? html`<p class="conflict">${conflict(lang, deed, room.nameOf)}</p>` : nothing}
    ${deed.state === "refused" && deed.problem ? html`<p>${refusal(lang, deed)}</p>` : nothing}
    ${deed.state === "unsent" && deed.problem ? html`<p>${t(deed.problem.status === 401 ? "deed.why.401" : deed.problem.status === 0 ? "deed.why.line" : "deed.why.server")}</p>` : nothing}
    <p class="deed-buttons">
      ${loose ? button("undo", () => outbox.undo(deed), "plain", "U") : nothing}
      ${deed.state === "held" || deed.state === "unsent" ? button("now", () => outbox.hurry(deed)) : nothing}
      ${deed.state === "stale" ? button("again", () => outbox.again(deed), "primary") : nothing}
      ${deed.state === "stale" || deed.state === "refused" ? button("edit", () => room.edit(deed)) : nothing}
      ${deed.state === "stale" || deed.state === "refused" ? button("drop", () => outbox.drop(deed)) : nothing}
    </p>
  </section>`;
}

/**
 * Two people acted: who changed what, when.
 * @param {Lang} lang
 * @param {Deed} deed
 * @param {(code: string) => string} nameOf
 */
export function conflict(lang, deed, nameOf) {
  const { current } = deed;
  if (!current) return nothing;
  const values = { status: sayKnown(lang, "status", current.status), time: dayAndClock(lang, current.time), unit: current.unit ? nameOf(current.unit) : "" };
  return say(lang, current.unit ? "deed.conflict.unit" : "deed.conflict", values);
}

/** @param {Lang} lang @param {Deed} deed */
function refusal(lang, { problem }) {
  const status = problem?.status ?? 0;
  const known = status === 403 || status === 404 || status === 413 || status === 415;
  return known ? say(lang, `deed.why.${status}`) : say(lang, "deed.why.other", { detail: problem?.detail ?? problem?.title ?? "" });
}

/**
 * Everything that has not arrived, wherever it was written, and what arrived last: never silently.
 * @param {App} app
 * @param {(deed: Deed) => void} open shows what a deed is about
 */
export function outboxStrip(app, open) {
  const { lang } = app.place;
  const { sent } = outbox;
  // A form that was opened and says nothing yet is no draft to speak of.
  const deeds = outbox.deeds.filter((deed) => deed.state !== "draft" || !empty(deed));
  if (deeds.length === 0 && sent.length === 0 && !outbox.forgetful) return nothing;
  const leaving = outbox.waiting.length;
  const title = deeds.length === 0 ? say(lang, "deed.strip.none") : say(lang, "deed.strip", { n: leaving, drafts: deeds.length - leaving });
  return html`<details class="outbox" ?open=${leaving > 0}>
    <summary><span class="shape" aria-hidden="true">${leaving > 0 ? "◌" : deeds.length > 0 ? "✎" : "✓"}</span> ${title}</summary>
    ${outbox.forgetful ? html`<p class="warning">${say(lang, "deed.forgetful")}</p>` : nothing}
    <ul>
      ${deeds.map((deed) => html`<li><button type="button" class="link" @click=${() => open(deed)}>${say(lang, `act.${deed.action}`)}: ${deed.label[lang]}${deed.place ? `, ${deed.place}` : nothing}</button>
        ${standing(lang, deed)}
        ${deed.state === "held" ? html`<button type="button" class="plain" data-do="undo" @click=${() => outbox.undo(deed)}>${say(lang, "deed.do.undo")}</button>` : nothing}
        ${deed.tried || deed.state === "sending" || deed.state === "held" ? nothing : html`<button type="button" class="plain" @click=${() => outbox.drop(deed)}>${say(lang, "deed.do.drop")}</button>`}</li>`)}
      ${sent.map(({ deed, done }) => html`<li class="muted"><span><span aria-hidden="true">✓</span> ${say(lang, `act.${deed.action}`)}: ${deed.label[lang]}${deed.place ? `, ${deed.place}` : nothing}</span>
        <span>${say(lang, done.seen ? "deed.arrived" : "deed.arrived.soon", { time: dayAndClock(lang, done.time) })}</span></li>`)}
    </ul>
  </details>`;
}
