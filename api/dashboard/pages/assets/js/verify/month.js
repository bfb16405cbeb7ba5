// What a month comes to: every post with what was filed, verified and counted, the caps it was counted by, and the file that is paid from.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, number } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { failure, loading } from "../view-parts.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./room.js").VerifyRoom} VerifyRoom */
/** @typedef {import("./types").DutyLedger} DutyLedger */
/** @typedef {import("./types").DutyPost} DutyPost */
/** @typedef {import("./types").DutySums} DutySums */
/** @typedef {import("../types").Lang} Lang */

/** @type {(keyof DutySums)[]} */
const COLUMNS = ["submitted", "near_duplicates", "verified", "rejected", "waiting", "days_reached", "counted_daily", "counted"];

/** @param {App} app @param {VerifyRoom} here */
export function monthView(app, here) {
  const { lang } = app.place;
  const { duty } = here;
  const ledger = duty.ledger.state === "none" ? undefined : duty.ledger.value;
  if (duty.ledger.state === "failed" && !ledger) return html`${picker(app, here, duty.month)}${failure(lang, duty.ledger.problem, () => duty.loadLedger())}`;
  if (!ledger) return loading(lang);
  return html`<div class="month">
    ${picker(app, here, ledger.month)}
    ${ledger.known_since ? html`<p class="warning">${say(lang, "verify.since", { time: dayAndClock(lang, ledger.known_since) })}</p>` : nothing}
    <p class="total"><b>${rupiah(lang, ledger.total.amount_rupiah)}</b> ${say(lang, "month.total", { counted: number(lang, ledger.total.counted), verified: number(lang, ledger.total.verified), waiting: number(lang, ledger.total.waiting) })}</p>
    ${table(lang, ledger)}
    ${caps(lang, ledger)}
    ${exporting(app, here, ledger)}
    ${changes(lang, ledger)}
  </div>`;
}

/** @param {App} app @param {VerifyRoom} here @param {string} month */
function picker(app, here, month) {
  return html`<label class="field"><span>${say(app.place.lang, "month.month")}</span>
    <input type="month" name="month" .value=${month} @change=${(/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLInputElement} */ (event.target);
      if (/^\d{4}-\d{2}$/.test(value)) here.turn(value);
    }}></label>`;
}

/** @param {Lang} lang @param {number} amount */
const rupiah = (lang, amount) => `Rp ${number(lang, amount)}`;

/** @param {Lang} lang @param {DutyLedger} ledger */
function table(lang, { posts, total, month }) {
  if (posts.length === 0) return html`<p class="note">${say(lang, "month.none")}</p>`;
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${say(lang, "month.caption", { month })}><table class="duty-month">
    <caption>${say(lang, "month.caption", { month })}</caption>
    <thead><tr><th scope="col">${say(lang, "month.post")}</th>${COLUMNS.map((column) => html`<th scope="col" class="figure">${say(lang, `col.${column}`)}</th>`)}<th scope="col" class="figure">${say(lang, "month.amount")}</th></tr></thead>
    <tbody>${posts.map((post) => html`<tr><th scope="row">${post.post ?? say(lang, "verify.nopost")}</th>${figures(lang, post)}</tr>`)}</tbody>
    <tfoot><tr><th scope="row">${say(lang, "month.all")}</th>${figures(lang, total)}</tr></tfoot>
  </table></div>`;
}

/** @param {Lang} lang @param {DutySums} sums */
function figures(lang, sums) {
  return html`${COLUMNS.map((column) => html`<td class="figure">${number(lang, sums[column])}</td>`)}<td class="figure">${rupiah(lang, sums.amount_rupiah)}</td>`;
}

/** By which caps it was counted, in words. @param {Lang} lang @param {DutyLedger} ledger */
function caps(lang, { rule, counted_as_of }) {
  const n = (/** @type {number} */ value) => number(lang, value);
  return html`<section class="caps"><h2>${say(lang, "month.caps")}</h2><ul>
    <li>${say(lang, "month.caps.asked", { n: n(rule.reports_a_day) })}</li>
    <li>${say(lang, "month.caps.paid", { day: n(rule.paid_a_day), month: n(rule.paid_a_month) })}</li>
    <li>${say(lang, "month.caps.rate", { rt: rupiah(lang, rule.rupiah_rt), rw: rupiah(lang, rule.rupiah_rw) })}</li>
    <li>${say(lang, "month.caps.near", { metres: n(rule.near_m), minutes: n(rule.near_minutes) })}</li>
    <li>${say(lang, "month.asof", { time: dayAndClock(lang, counted_as_of) })}</li>
  </ul></section>`;
}

/** @param {App} app @param {VerifyRoom} here @param {DutyLedger} ledger */
function exporting(app, here, ledger) {
  const { lang } = app.place;
  const told = here.export;
  return html`<section class="export"><h2>${say(lang, "month.file")}</h2>
    <p><button type="button" class="primary" ?disabled=${told.state === "loading"} @click=${() => here.save()}>${say(lang, "month.save")}</button></p>
    <p>${say(lang, "month.hash")} <code class="hash">${ledger.hash}</code></p>
    <p role="status">${told.state === "same" || told.state === "unchecked" || told.state === "other" ? html`<span class=${told.state === "same" ? "good" : "warning"}><span aria-hidden="true">${told.state === "same" ? "✓" : "▲"}</span> ${say(lang, `file.${told.state}`, { name: told.name, bytes: number(lang, told.bytes) })}</span>` : nothing}</p>
    ${told.state === "failed" ? failure(lang, told.problem, () => here.save()) : nothing}
  </section>`;
}

/** Verdicts that did not stay the only one: who, when, before, after. @param {Lang} lang @param {DutyLedger} ledger */
function changes(lang, { posts }) {
  const all = posts.flatMap((post) => post.changes.map((change) => ({ ...change, post: post.post })));
  if (all.length === 0) return nothing;
  return html`<details class="changes"><summary>${say(lang, "month.changes", { n: number(lang, all.length) })}</summary><ul>
    ${all.map((change) => html`<li><time>${dayAndClock(lang, change.time)}</time> ${change.post ?? say(lang, "verify.nopost")} <code>${change.id}</code>
      ${sayKnown(lang, "status", change.before)} → ${sayKnown(lang, "status", change.after)}
      <span class="muted">${[change.actor_role, change.unit, change.close_reason ? sayKnown(lang, "reason", change.close_reason) : null].filter(Boolean).join(", ")}</span></li>`)}
  </ul></details>`;
}
