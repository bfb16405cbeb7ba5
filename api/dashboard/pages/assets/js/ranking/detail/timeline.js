// A case as a bar: who held it from when to when since it was filed, and how long of that it was paused.

import { html, nothing, svg } from "/assets/vendor/lit-html/lit-html.js";
import { span } from "../../format.js";
import { say } from "../../i18n.js";

/** @typedef {import("../../types").Lang} Lang */
/** @typedef {import("../types").Audit} Audit */
/** @typedef {import("../types").AuditCase} AuditCase */
/** @typedef {import("../types").Segment} Segment */

const SECOND_US = 1_000_000;

/**
 * The spells of a case in seconds since it was filed; who still holds it does so until it ended, or until the moment of the audit.
 * @param {Audit} audit
 * @param {AuditCase} one
 * @returns {Segment[]}
 */
export function segmentsOf({ as_of_us: asOf, code, level }, one) {
  const last = one.end_us ?? asOf;
  return one.spells.map(({ unit, named, from_us: start, to_us: end, paused_s: paused }) => {
    const from = Math.max(0, (start - one.filed_us) / SECOND_US);
    const to = Math.max(from, (Math.min(end ?? last, asOf) - one.filed_us) / SECOND_US);
    // Where units are not what is ranked, whoever holds it does so for the row.
    return { holder: unit ?? named, own: level !== "dinas" || unit === code, from, to, paused: Math.min(paused, to - from) };
  });
}

/**
 * How long a bar is, seconds: from the filing to the end of the case, or of what its limit allows.
 * @param {Audit} audit
 * @param {AuditCase} one
 */
export function lengthOf(audit, one) {
  return Math.max(one.seconds, ...segmentsOf(audit, one).map(({ to }) => to));
}

/**
 * @param {Audit} audit
 * @param {AuditCase} one
 * @param {number} scale seconds of a full bar
 */
export function bar(audit, one, scale) {
  const at = (/** @type {number} */ seconds) => `${Math.min(100, (seconds / scale) * 100).toFixed(2)}%`;
  const rect = (/** @type {string} */ what, /** @type {number} */ from, /** @type {number} */ to) =>
    svg`<rect class=${what} x=${at(from)} width=${at(Math.max(0, Math.min(to, scale) - from))} y="2" height="12" />`;
  return html`<svg class="case-bar" aria-hidden="true">
    ${segmentsOf(audit, one).map(({ own, from, to, paused }) => svg`${rect(own ? "held own" : "held", from, to)}${paused > 0 ? rect("paused", to - paused, to) : nothing}<line class="edge" x1=${at(to)} x2=${at(to)} y1="0" y2="16" />`)}
    ${one.limit_s !== null && one.limit_s <= scale ? svg`<line class="limit" x1=${at(one.limit_s)} x2=${at(one.limit_s)} y1="0" y2="16" />` : nothing}
  </svg>`;
}

/**
 * The same in words.
 * @param {Lang} lang
 * @param {Audit} audit
 * @param {AuditCase} one
 */
export function spellsInWords(lang, audit, one) {
  const words = segmentsOf(audit, one).map(({ holder, from, to, paused }) => {
    const unit = holder ?? say(lang, "audit.nobody");
    return paused > 0
      ? say(lang, "audit.held.paused", { unit, span: span(lang, to - from), paused: span(lang, paused) })
      : say(lang, "audit.held", { unit, span: span(lang, to - from) });
  });
  return words.join(" → ");
}

/** The hatching of pauses, once for all bars of a page. */
export function hatching() {
  return html`<svg class="hatching" aria-hidden="true"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="5" /></pattern></defs></svg>`;
}
