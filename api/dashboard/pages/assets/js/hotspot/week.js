// What is usual where a hotspot is, hour by hour of the week, as a small curve with its peak in words.

import { html } from "/assets/vendor/lit-html/lit-html.js";
import { number } from "../format.js";
import { say } from "../i18n.js";

/** @typedef {import("../types").Lang} Lang */

const HEIGHT = 36;
const DAY_H = 24;
/** A Monday. */
const MONDAY_MS = Date.UTC(2024, 0, 1);

/**
 * "Senin 07.00".
 * @param {Lang} lang
 * @param {number} hour of the week, Monday's first
 */
export function hourOfWeek(lang, hour) {
  const at = new Date(MONDAY_MS + hour * 3_600_000);
  return new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: "UTC" }).format(at);
}

/**
 * @param {Lang} lang
 * @param {number[]} week 168 hours, Monday's first
 */
export function weekCurve(lang, week) {
  const most = Math.max(...week);
  const peak = week.indexOf(most);
  const y = (/** @type {number} */ value) => (most > 0 ? HEIGHT - (value / most) * (HEIGHT - 2) : HEIGHT).toFixed(1);
  const line = week.map((value, hour) => `${hour === 0 ? "M" : "L"}${hour} ${y(value)}`).join("");
  const days = Array.from({ length: 6 }, (_, day) => `M${(day + 1) * DAY_H} 0V${HEIGHT}`).join("");
  const words = say(lang, "hotspot.week", { n: number(lang, most, most < 10 ? 1 : 0), when: hourOfWeek(lang, peak) });
  return html`<figure class="week"><svg viewBox="0 0 ${week.length} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path class="days" d=${days}></path><path class="usual" d=${line}></path></svg>
    <figcaption>${words}</figcaption></figure>`;
}
