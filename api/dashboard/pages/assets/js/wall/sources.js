// How old the newest word of each source is. Amber from five minutes on, whatever the reason; a source that never spoke is not a zero.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { clock, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").SourceState} SourceState */
/** @typedef {{ source: string, ageS: number | null, last: string | null, state: "live" | "idle" | "stale" | "never" | "unknown", amber: boolean }} SourceAge */

/** From this age on a source is amber, s. */
export const AMBER_S = 300;

const SHAPES = { live: "●", idle: "◌", stale: "▲", never: "–", unknown: "?" };
const WORST = /** @type {const} */ (["stale", "live", "idle", "never"]);

/**
 * One entry a source, of all its lanes: as old as its newest word, as bad as its worst lane.
 * @param {SourceState[]} lanes
 * @param {number | null} nowMs the server's clock
 * @param {boolean} cut whether nobody tells us any more
 * @returns {SourceAge[]}
 */
export function agesOf(lanes, nowMs, cut) {
  /** @type {Map<string, SourceState[]>} */
  const bySource = new Map();
  for (const lane of lanes) bySource.set(lane.source, [...(bySource.get(lane.source) ?? []), lane]);
  return [...bySource].map(([source, own]) => {
    const last = own.reduce((newest, { last_event: time }) => (time !== null && (newest === null || Date.parse(time) > Date.parse(newest)) ? time : newest), /** @type {string | null} */ (null));
    const ageS = last === null || nowMs === null ? null : Math.max(0, (nowMs - Date.parse(last)) / 1000);
    const state = WORST.find((word) => own.some((lane) => lane.state === word)) ?? "never";
    return { source, ageS, last, state: cut ? "unknown" : state, amber: state === "stale" || (ageS !== null && ageS >= AMBER_S) };
  });
}

/**
 * @param {App} app
 * @param {SourceAge[]} sources
 */
export function sourceStrip(app, sources) {
  const { lang } = app.place;
  return html`<section class="wall-sources" aria-labelledby="wall-sources-title">
    <h2 id="wall-sources-title">${say(lang, app.shownAtMs === null ? "sources.title" : "wall.sources.now")}</h2>
    ${sources.length === 0
      ? html`<p class="note">${say(lang, app.live.watermark ? "sources.none" : "load.loading")}</p>`
      : html`<ul>${repeat(sources, ({ source }) => source, (one) => chip(app, one))}</ul>`}
  </section>`;
}

/**
 * @param {App} app
 * @param {SourceAge} one
 */
function chip(app, { source, ageS, last, state, amber }) {
  const { lang } = app.place;
  // While nobody tells, the age is a guess; the time of the last word is not.
  const age = state === "unknown" ? (last ? say(lang, "source.last", { time: clock(lang, last) }) : nothing) : ageS === null ? nothing : say(lang, "wall.ago", { span: span(lang, ageS) });
  return html`<li data-source=${source} data-state=${state} ?data-amber=${amber}>
    <span class="shape" aria-hidden="true">${amber && state !== "unknown" ? "▲" : SHAPES[state]}</span>
    <b>${sayKnown(lang, "channel", source)}</b>
    <span class="state">${state === "live" && !amber ? nothing : sayKnown(lang, "source", state)}</span>
    <span class="age">${age}</span>
  </li>`;
}
