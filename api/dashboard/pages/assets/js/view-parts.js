// Small pieces several views share: the states of something loaded, a row of choices, a place in words.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { say } from "./i18n.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").Lang} Lang */
/** @typedef {import("./types").Problem} Problem */
/** @typedef {import("./types").Rising} Rising */

/**
 * What "5+" says, for whoever points at it or hears it; nothing where counts are exact.
 * @param {Lang} lang
 * @param {number} [roundedTo]
 */
export const roundedWords = (lang, roundedTo = 1) => (roundedTo > 1 ? say(lang, "app.rounded", { n: roundedTo }) : "");

/** @param {Lang} lang */
export function loading(lang) {
  return html`<p class="note" role="status">${say(lang, "load.loading")}</p>`;
}

/**
 * What went wrong, in words, what the server would take instead, and a way to try again.
 * @param {Lang} lang
 * @param {Problem} problem
 * @param {(() => void) | null} retry
 */
export function failure(lang, problem, retry) {
  const signIn = problem.status === 401 || problem.status === 403;
  const words = problem.status === 403 ? say(lang, "load.forbidden") : signIn ? say(lang, "load.signin") : problem.status === 0 ? say(lang, "load.network") : (problem.detail ?? problem.title);
  const allowed = (problem.errors ?? []).filter((error) => error.allowed !== undefined);
  return html`<div class="failure" role="alert">
    <p><b>${say(lang, "load.failed")}.</b> ${words}</p>
    ${allowed.map((error) => html`<p>${say(lang, "load.allowed", { parameter: error.parameter ?? "", allowed: [error.allowed].flat().join(", ") })}</p>`)}
    ${retry && !signIn ? html`<button type="button" class="plain" @click=${retry}>${say(lang, "app.retry")}</button>` : nothing}
  </div>`;
}

/**
 * @template {string} T
 * @param {string} label
 * @param {readonly T[]} values
 * @param {T} chosen
 * @param {(value: T) => string} words
 * @param {(value: T) => void} choose
 */
export function choices(label, values, chosen, words, choose) {
  return html`<div class="switch" role="group" aria-label=${label}>
    ${values.map((value) => html`<button type="button" data-value=${value} aria-pressed=${value === chosen} @click=${() => choose(value)}>${words(value)}</button>`)}
  </div>`;
}

/**
 * Where something rises, in words.
 * @param {App} app
 * @param {Rising} item
 */
export function placeOf(app, item) {
  return item.kelurahan_name ?? app.room.whereIs(item.index).name ?? say(app.place.lang, "rising.outside");
}
