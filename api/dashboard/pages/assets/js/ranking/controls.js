// What the ranking can be asked for: level, window, a day in the past, whether the quality of closures counts; and the two ways to
// take it along.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { say } from "../i18n.js";
import { LEVELS, QUALITIES, RANKING_WINDOWS, isDay } from "../state.js";
import { choices } from "../view-parts.js";
import { csvOf, questionOf, today } from "./question.js";
import { lookedAt, named, spans } from "./reporters.js";

/** @typedef {import("../main.js").App} App */

/** @param {App} app */
export function controls(app) {
  const { lang, level, rankingWindow, quality } = app.place;
  const t = (/** @type {string} */ key) => say(lang, key);
  // Who is looked at at one level is nobody at another.
  const nobody = { picked: "", compared: "" };
  const boards = named() ? /** @type {const} */ ([...LEVELS, "reporters"]) : LEVELS;
  const chosen = lookedAt(app) ? "reporters" : level;
  const choose = (/** @type {typeof boards[number]} */ value) => app.go(value === "reporters" ? { board: value, ...nobody } : { level: value, board: "units", ...nobody });
  const levels = choices(t("rank.level"), boards, chosen, (value) => t(`level.${value}`), choose);
  if (chosen === "reporters") return html`<div class="page-head"><h1>${t("named.title")}</h1>${levels}${spans(app)}</div>`;
  return html`<div class="page-head">
    <h1>${t("rank.title")}</h1>
    ${levels}
    ${choices(t("map.window"), RANKING_WINDOWS, rankingWindow, (value) => t(`window.${value}`), (value) => app.go({ rankingWindow: value }))}
    ${day(app)}
    ${choices(t("rank.quality"), QUALITIES, quality, (value) => t(`quality.${value}`), (value) => app.go({ quality: value }))}
    <span class="take">
      <a class="plain" href=${csvOf(questionOf(app.place))} download>${t("rank.csv")}</a>
      <button type="button" class="plain print" @click=${() => globalThis.print()}>${t("rank.print")}</button>
    </span>
  </div>`;
}

/** @param {App} app */
function day(app) {
  const { lang, asOf } = app.place;
  const choose = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    if (value === "" || isDay(value)) app.go({ asOf: value });
  };
  return html`<span class="as-of">
    <label class="field"><span>${say(lang, "rank.asof")}</span>
      <input type="date" .value=${asOf} max=${today(app.live.nowMs()) || nothing} @change=${choose}></label>
    ${asOf === "" ? nothing : html`<button type="button" class="plain" @click=${() => app.go({ asOf: "" })}>${say(lang, "rank.asof.now")}</button>`}
  </span>`;
}
