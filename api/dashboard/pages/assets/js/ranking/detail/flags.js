// What speaks against the closings of a unit: counts by kind, and each flag with its evidence. Flags, never verdicts.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, number } from "../../format.js";
import { say, sayKnown } from "../../i18n.js";
import { shotRow } from "../../photo/shots.js";
import { failure, loading } from "../../view-parts.js";
import { percent } from "../verdict.js";
import { desk } from "./desk.js";

/** @typedef {import("../../main.js").App} App */
/** @typedef {import("../../types").Lang} Lang */
/** @typedef {import("../types").FlagItem} FlagItem */
/** @typedef {import("../types").Quality} Quality */
/** @typedef {import("../types").Share} Share */

/** @param {App} app */
export function flags(app) {
  const { lang } = app.place;
  const loaded = desk.quality;
  const quality = loaded.state === "none" ? undefined : loaded.value;
  const missing = loaded.state === "failed" && loaded.problem.status === 404;
  return html`<section class="flags-of" id="flags" tabindex="-1" aria-labelledby="flags-title">
    <h2 id="flags-title">${say(lang, "flag.title")}</h2>
    <p class="verdict-note"><span aria-hidden="true">⚑</span> ${say(lang, "flag.verdict")} <span class="muted">${say(lang, "flag.span")}</span></p>
    ${missing ? html`<p class="note">${say(lang, "flag.nothing")}</p>` : nothing}
    ${loaded.state === "failed" && !missing ? failure(lang, loaded.problem, () => { desk.loadQuality(app); }) : nothing}
    ${quality ? filled(app, quality) : loaded.state === "loading" ? loading(lang) : nothing}
  </section>`;
}

/** @param {App} app @param {Quality} quality */
function filled(app, quality) {
  const { lang } = app.place;
  const kinds = Object.entries(quality.flags).sort((a, b) => b[1] - a[1]);
  return html`
    <dl>
      <div><dt>${say(lang, "flag.doubted")}</dt><dd>${share(lang, quality.doubted)}</dd></div>
      <div><dt>${say(lang, "flag.reopened_share")}</dt><dd>${share(lang, quality.reopened)}</dd></div>
      ${quality.bursts.length === 0 ? nothing : html`<div><dt>${say(lang, "flag.bursts")}</dt><dd>${quality.bursts.map((burst) => html`<span class="burst">${say(lang, "flag.burst", { month: burst.month, part: number(lang, burst.part), whole: number(lang, burst.whole), expected: percent(lang, burst.expected), limit: percent(lang, burst.limit) })}</span>`)}</dd></div>`}
    </dl>
    ${kinds.length === 0 ? html`<p class="note">${say(lang, "flag.none")}</p>` : html`<table class="kinds">
      <thead><tr><th scope="col">${say(lang, "flag.kind")}</th><th scope="col" class="figure">${say(lang, "flag.cases")}</th></tr></thead>
      <tbody>${kinds.map(([kind, cases]) => html`<tr data-kind=${kind}><th scope="row">${sayKnown(lang, "flag", kind)}</th><td class="figure">${number(lang, cases)}</td></tr>`)}</tbody></table>`}
    ${quality.items.length === 0 ? nothing : html`<h3>${say(lang, "flag.evidence")}</h3>
      <ul class="evidence">${quality.items.map((item) => evidence(app, item))}</ul>`}
    ${quality.next_cursor === null ? nothing : html`<button type="button" class="plain" @click=${() => { desk.loadQuality(app); }}>${say(lang, "flag.more")}</button>`}`;
}

/** @param {App} app @param {FlagItem} item */
function evidence(app, item) {
  const { lang } = app.place;
  const shown = item.evidence.shown ?? [];
  return html`<li><a href=${addressOf(item.id)}>${item.id}</a> <span class="muted">${sayKnown(lang, "channel", item.channel)}, ${dayAndClock(lang, item.resolved ?? item.filed)}</span>
    <span class="what">${item.says[lang]}${item.strong ? html` <b class="strong">${say(lang, "flag.strong")}</b>` : nothing}</span>
    ${shown.length === 0 ? nothing : html`<span class="muted">${say(lang, "flag.shown")} ${shown.map((other) => html`<a href=${addressOf(other.id)}>${other.id}</a> `)}</span>`}
    ${pair(app, item)}</li>`;
}

/** The photo of the closing and what it is held against, side by side; fetched when somebody wants to see them. @param {App} app @param {FlagItem} item */
function pair(app, item) {
  const photos = item.photos ?? [];
  if (!photos.some(({ present }) => present)) return nothing;
  const [own, others] = [photos.find(({ side }) => side === "after"), photos.filter(({ side }) => side !== "after")];
  const other = others.find(({ present }) => present) ?? others[0];
  const shots = [own, other].flatMap((photo) => (photo ? [{ side: photo.side, photo, report: photo.side === "earlier" ? photo.id : undefined }] : []));
  const flag = `${item.channel}:${item.id} ${item.flag}`;
  const open = desk.looked.has(flag);
  const toggled = (/** @type {Event} */ event) => desk.look(app, flag, /** @type {HTMLDetailsElement} */ (event.target).open);
  return html`<details class="shots-pair" ?open=${open} @toggle=${toggled}><summary>${say(app.place.lang, "shot.compare")}</summary>${open ? shotRow(app, desk.photos, shots) : nothing}</details>`;
}

/** The page of a report. @param {string} id */
export const addressOf = (id) => `/laporan/${encodeURIComponent(id)}`;

/** @param {Lang} lang @param {Share | null} value */
function share(lang, value) {
  if (value === null) return "–";
  const { part, whole } = value;
  return say(lang, "flag.share", { part: number(lang, part), whole: number(lang, whole), share: percent(lang, value.share), low: percent(lang, value.lower), high: percent(lang, value.upper) });
}
