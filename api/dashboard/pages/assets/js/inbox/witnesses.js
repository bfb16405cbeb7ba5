// Who else tells of the same, and why we think so; fetched when somebody opens it.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, number, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { failure, loading } from "../view-parts.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./room.js").InboxRoom} InboxRoom */
/** @typedef {import("./types").Incident} Incident */
/** @typedef {import("./types").IncidentReason} IncidentReason */
/** @typedef {import("../types").InboxItem} InboxItem */
/** @typedef {import("../types").Lang} Lang */

/** @param {App} app @param {InboxRoom} here @param {InboxItem} item */
export function witnesses(app, here, item) {
  const { lang } = app.place;
  const n = item.witnesses ?? 1;
  if (n < 2 || !item.incident) return nothing;
  const loaded = here.desk.incident;
  const incident = loaded.state === "none" ? undefined : loaded.value;
  const opened = (/** @type {Event} */ event) => { if (/** @type {HTMLDetailsElement} */ (event.target).open) here.desk.loadIncident(); };
  return html`<details class="witnesses" @toggle=${opened}>
    <summary>${say(lang, "inbox.told", { n: number(lang, n) })}</summary>
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => here.desk.loadIncident()) : incident ? told(lang, incident) : loading(lang)}
  </details>`;
}

/** @param {Lang} lang @param {Incident} incident */
function told(lang, { channels, members }) {
  if (!members) return html`<p>${channels.map((one) => `${sayKnown(lang, "channel", one.channel)} ${number(lang, one.witnesses)}`).join(", ")}</p>`;
  return html`<ul>${members.map((member) => html`<li>
    <span><time>${dayAndClock(lang, member.time)}</time> ${sayKnown(lang, "channel", member.channel)} <code>${member.id}</code>${member.status ? html` <span class="muted">${sayKnown(lang, "status", member.status)}</span>` : nothing}</span>
    <span class="muted">${say(lang, `tie.${member.tie}`)}${member.reasons.length > 0 ? `: ${member.reasons.map((reason) => because(lang, reason)).join(", ")}` : ""}</span></li>`)}</ul>`;
}

/** @param {Lang} lang @param {IncidentReason} reason */
function because(lang, { feature, value }) {
  const said = feature === "time" ? span(lang, value) : number(lang, value);
  return value === null ? sayKnown(lang, "because", feature) : say(lang, `because.${feature}`, { value: said });
}
