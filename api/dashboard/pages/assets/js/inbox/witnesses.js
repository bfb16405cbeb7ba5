// Who else tells of the same, and why we think so; fetched when somebody opens it. Officers say there which report tells of another
// incident, and which other incident is the same one.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "../access/access.js";
import { keyOf } from "../deed/acting.js";
import { counted, dayAndClock, number, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { shotOf } from "../photo/shots.js";
import { failure, loading } from "../view-parts.js";
import { bondForm, bondSaid } from "./bond-form.js";
import { settled } from "./bonds.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./room.js").InboxRoom} InboxRoom */
/** @typedef {import("./types").Incident} Incident */
/** @typedef {import("./types").IncidentMember} IncidentMember */
/** @typedef {import("./types").IncidentReason} IncidentReason */
/** @typedef {import("../types").InboxItem} InboxItem */
/** @typedef {import("../types").Lang} Lang */

/** @param {App} app @param {InboxRoom} here @param {InboxItem} item */
export function witnesses(app, here, item) {
  const { lang } = app.place;
  const n = item.witnesses ?? 1;
  // Who tells of it alone is of interest only to whoever may put another beside it.
  if (!item.incident || (n < 2 && !access.may("correct"))) return nothing;
  const loaded = here.desk.incident;
  const incident = loaded.state === "none" ? undefined : loaded.value;
  const toggled = (/** @type {Event} */ event) => here.openWitnesses(/** @type {HTMLDetailsElement} */ (event.target).open);
  return html`<details class="witnesses" ?open=${here.witnessesOpen} @toggle=${toggled}>
    <summary>${n < 2 ? say(lang, "inbox.alone") : say(lang, "inbox.told", { n: counted(lang, n, here.desk.told.roundedTo) })}</summary>
    ${here.said?.bond.about === keyOf(item) ? html`<p class="bond-said"><span aria-hidden="true">${here.said.done ? "✓" : "▲"}</span> ${bondSaid(lang, here.said.bond, here.said.done)}</p>` : nothing}
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => here.desk.loadIncident()) : incident ? told(app, here, item, incident) : loading(lang)}
    ${joining(app, here, item, loaded.state === "failed" ? undefined : incident?.members)}
  </details>`;
}

/** @param {App} app @param {InboxRoom} here @param {InboxItem} item @param {Incident} incident */
function told(app, here, item, { channels, members, rounded_to: roundedTo }) {
  const { lang } = app.place;
  if (!members) return html`<p>${channels.map((one) => `${sayKnown(lang, "channel", one.channel)} ${counted(lang, one.witnesses, roundedTo)}`).join(", ")}</p>`;
  return html`<ul>${members.map((member) => html`<li data-report=${keyOf(member)}>
    <span><time>${dayAndClock(lang, member.time)}</time> ${sayKnown(lang, "channel", member.channel)} <code>${member.id}</code>${member.status ? html` <span class="muted">${sayKnown(lang, "status", member.status)}</span>` : nothing}</span>
    <span class="muted">${say(lang, `tie.${member.tie}`)}${member.reasons.length > 0 ? `: ${member.reasons.map((reason) => because(lang, reason)).join(", ")}` : ""}</span>
    ${member.photo ? shotOf(app, here.desk.photos, { side: "before", photo: member.photo, report: keyOf(member) }) : nothing}
    ${members.length > 1 ? leaving(app, here, item, member) : nothing}</li>`)}</ul>`;
}

/** That a report tells of another incident. @param {App} app @param {InboxRoom} here @param {InboxItem} item @param {IncidentMember} member */
function leaving(app, here, item, member) {
  if (!access.may("correct")) return nothing;
  const { lang } = app.place;
  const bond = here.bonds.of(keyOf(item));
  if (bond?.kind === "split" && bond.other === keyOf(member)) return bondForm(app, here, bond);
  return html`<button type="button" class="plain" data-begin="split" ?disabled=${bond && settled(bond)} @click=${() => here.beginBond("split", keyOf(member))}>${say(lang, "bond.not")}<span class="sr"> ${keyOf(member)}</span></button>`;
}

/** That another incident is this one; and what was said of a report that has left the list meanwhile. @param {App} app @param {InboxRoom} here @param {InboxItem} item @param {IncidentMember[] | undefined} members */
function joining(app, here, item, members) {
  if (!access.may("correct")) return nothing;
  const { lang } = app.place;
  const bond = here.bonds.of(keyOf(item));
  const listed = members !== undefined && members.length > 1 && members.some((member) => keyOf(member) === bond?.other);
  if (bond && (bond.kind === "merge" || !listed)) return html`${bond.kind === "split" ? html`<p><code>${bond.other}</code></p>` : nothing}${bondForm(app, here, bond)}`;
  if (!members) return nothing;
  return html`<p><button type="button" class="plain" data-begin="merge" ?disabled=${bond && settled(bond)} @click=${() => here.beginBond("merge")}>${say(lang, "bond.join")}</button></p>`;
}

/** @param {Lang} lang @param {IncidentReason} reason */
function because(lang, { feature, value }) {
  const said = feature === "time" ? span(lang, value) : number(lang, value);
  return value === null ? sayKnown(lang, "because", feature) : say(lang, `because.${feature}`, { value: said });
}
