// The hotspots in words, beside the map: label, category, place, seen against expected, how rare. A click says why. It is the text
// alternative of the outlines: same letters, same numbers.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { clock } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { later } from "../view-later.js";
import { failure, loading, roundedWords } from "../view-parts.js";
import { SHAPES, counts, letterOf, life, pattern, recurrence, whereOf } from "./words.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").Hotspot} Hotspot */

// Reasons are asked for one at a time; the list is there at once.
const why = later(async () => (await import("./why.js")).why);

/** Shown of those that go on, and of those that ended. */
const LIVING_SHOWN = 12;
const ENDED_SHOWN = 5;

/** @param {App} app */
export function hotspotList(app) {
  const { lang } = app.place;
  const { list, tick } = app.hotspots;
  const past = app.shownAtMs !== null;
  const [living, ended] = [app.shownHotspots(), past ? [] : app.hotspots.ended.filter((item) => fits(app, item))];
  const known = list.state !== "none" && list.value !== undefined;
  return html`<section class="block hotspots" aria-labelledby="hotspots-title">
    <h2 id="hotspots-title">${say(lang, "hotspot.title")} ${tick === null ? nothing : html`<span class="muted">${say(lang, "hotspot.tick", { time: clock(lang, tick) })}</span>`}</h2>
    ${list.state === "failed" ? failure(lang, list.problem, () => app.loadHotspots()) : nothing}
    ${past ? html`<p class="note">${say(lang, "hotspot.past")}</p>` : nothing}
    ${known && !past && isOld(app) ? html`<p class="old"><span aria-hidden="true">▲</span> ${say(lang, "hotspot.old", { time: clock(lang, tick) })}</p>` : nothing}
    ${!known ? (list.state === "failed" ? nothing : loading(lang)) : living.length === 0
      ? html`<p class="note">${say(lang, tick === null ? "hotspot.notick" : app.place.category ? "hotspot.none.category" : "hotspot.none")}</p>`
      : html`<ol>${repeat(living.slice(0, LIVING_SHOWN), (item) => item.id, (item, at) => entry(app, item, letterOf(at)))}</ol>`}
    ${ended.length === 0 ? nothing : html`<details class="ended"><summary>${say(lang, "hotspot.ended")}</summary>
      <ol>${repeat(ended.slice(0, ENDED_SHOWN), (item) => item.id, (item) => entry(app, item, ""))}</ol></details>`}
  </section>`;
}

/** Whether the list can no longer be taken for now: looked at too long ago, or nobody answers any more. @param {App} app */
function isOld(app) {
  return app.fresh.kind === "cut" || app.hotspots.old(app.live.nowMs());
}

/** @param {App} app @param {Hotspot} item */
export function fits(app, item) {
  return app.place.category === "" || item.category === app.place.category;
}

/**
 * @param {App} app
 * @param {Hotspot} item
 * @param {string} letter empty for those that are not on the map
 */
function entry(app, item, letter) {
  const { lang } = app.place;
  const open = app.hotspots.opened === item.id;
  const until = letter === "" ? Date.parse(item.changed) : (app.shownAtMs ?? app.live.nowMs());
  return html`<li data-change=${item.change}>
    <button type="button" data-id=${item.id} aria-expanded=${open} aria-controls=${open ? `why-${item.id}` : nothing} @click=${() => app.openHotspot(item.id)}>
      <span class="letter">${letter || nothing}</span>
      <span class="what">${item.category_label[lang]}</span>
      <span class="chip change"><span class="shape" aria-hidden="true">${SHAPES[item.change] ?? "●"}</span> ${sayKnown(lang, "change", item.change)} ${clock(lang, item.changed)}</span>
      <span class="where">${whereOf(lang, item)}</span>
      <span class="how" title=${roundedWords(lang, item.rounded_to) || nothing}><b>${counts(lang, item)}</b> · ${recurrence(lang, item.recurrence_days)} · ${say(lang, "hotspot.life", { span: life(lang, item, until) })}${pattern(lang, item)}</span>
    </button>
    ${open ? html`<div class="why" id=${`why-${item.id}`} role="region" aria-label=${say(lang, "hotspot.why")}>${why(app)}</div>` : nothing}
  </li>`;
}
