// The last day as a slider, and the clock that runs through it: one day in five-minute steps, 1 to 600 times as fast as it went.

import { html } from "/assets/vendor/lit-html/lit-html.js";
import { clock, longDay, number } from "../format.js";
import { say } from "../i18n.js";
import { choices } from "../view-parts.js";
import { REACH_MS, SPEEDS } from "./replay.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./wall.js").Wall} Wall */

const STEP_MS = 300_000;
/** Steps of the slider; the last is now. */
const STEPS = REACH_MS / STEP_MS;
/** Times written under it. */
const LABELS = 5;

/**
 * @param {App} app
 * @param {Wall} wall
 */
export function timeline(app, wall) {
  const { lang } = app.place;
  const { replay, edgeMs } = wall;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const at = replay.atMs ?? edgeMs;
  const step = Math.min(STEPS, Math.max(0, STEPS - Math.round((edgeMs - at) / STEP_MS)));
  const seek = (/** @type {Event} */ event) => {
    const chosen = Number(/** @type {HTMLInputElement} */ (event.target).value);
    if (chosen >= STEPS) wall.live();
    else wall.seek(edgeMs - (STEPS - chosen) * STEP_MS);
  };
  const said = replay.on ? `${longDay(lang, at)}, ${clock(lang, at)} WIB, ${t("wall.replay")}` : t("wall.now");
  return html`<section class="wall-time" aria-label=${t("wall.time")}>
    <button type="button" class="plain play" aria-pressed=${replay.playing} @click=${() => (replay.playing ? wall.pause() : wall.play())}>
      <span aria-hidden="true">${replay.playing ? "❚❚" : "▶"}</span> ${t(replay.playing ? "wall.pause" : replay.on ? "wall.go" : "wall.play")}</button>
    <button type="button" class="plain" aria-label=${t("wall.back")} title=${t("wall.back")} @click=${() => wall.step(-STEP_MS)}>−5</button>
    <div class="slider">
      <input type="range" min="0" max=${STEPS} step="1" .value=${String(step)} aria-label=${t("wall.time")} aria-valuetext=${said} @input=${seek}>
      <p class="times" aria-hidden="true">${Array.from({ length: LABELS }, (_, i) => html`<span>${i === LABELS - 1 ? t("wall.now") : clock(lang, edgeMs - REACH_MS * (1 - i / (LABELS - 1)))}</span>`)}</p>
    </div>
    <button type="button" class="plain" aria-label=${t("wall.forth")} title=${t("wall.forth")} ?disabled=${!replay.on} @click=${() => wall.step(STEP_MS)}>+5</button>
    ${choices(t("wall.speeds"), SPEEDS.map(String), String(replay.speed), (value) => t("wall.times", { n: number(lang, Number(value)) }), (value) => wall.setSpeed(/** @type {typeof SPEEDS[number]} */ (Number(value))))}
    <button type="button" class="plain live" aria-pressed=${!replay.on} @click=${() => wall.live()}><span aria-hidden="true">●</span> ${t("wall.live")}</button>
  </section>`;
}
