// Response times by area, dinas or channel, for who decides: first who is clearly slow or fast and who cannot be told apart, then
// the table, then two plots. Intervals and words instead of one number; open ones count; what chance explains is not ranked.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock, longDay } from "./format.js";
import { say } from "./i18n.js";
import { caterpillar } from "./ranking/caterpillar.js";
import { controls } from "./ranking/controls.js";
import { figures } from "./ranking/figures.js";
import { funnel } from "./ranking/funnel.js";
import { questionOf, sameQuestion } from "./ranking/question.js";
import { table } from "./ranking/table.js";
import { tiers } from "./ranking/tiers.js";
import { failure, loading } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").AskedRanking} AskedRanking */

/** @param {App} app */
export function rankingView(app) {
  const { lang } = app.place;
  const loaded = app.ranking;
  const ranking = loaded.state === "none" ? undefined : loaded.value;
  // Rows of another question must not stand under the words of this one.
  const ours = ranking && sameQuestion(ranking.asked, questionOf(app.place)) ? ranking : null;
  const waiting = loaded.state === "failed" ? nothing : loading(lang);
  return html`
    ${controls(app)}
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => app.loadRanking()) : nothing}
    ${ours ? filled(app, ours) : waiting}`;
}

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
function filled(app, ranking) {
  const { lang } = app.place;
  if (ranking.items.length === 0) return html`${conditions(app, ranking)}<p class="note">${say(lang, "rank.none")}</p>`;
  return html`
    ${conditions(app, ranking)}
    ${tiers(app, ranking)}
    ${figures(app, ranking)}
    ${table(app, ranking)}
    <div class="plots">${caterpillar(app, ranking)}${funnel(app, ranking)}</div>
    <p class="footnote">${say(lang, "rank.note")}</p>`;
}

/**
 * What the numbers are of, and what they leave out; it goes with them onto paper.
 * @param {App} app
 * @param {AskedRanking} ranking
 */
function conditions(app, ranking) {
  const { lang, level } = app.place;
  const { window, asOf } = ranking.asked;
  // What the server says it did counts, not what it was asked for.
  const quality = ranking.quality ?? ranking.asked.quality;
  const values = { level: say(lang, `level.${level}`), window: say(lang, `window.${window}`) };
  const when = asOf === "" ? say(lang, "fresh.asof", { time: dayAndClock(lang, ranking.as_of) }) : say(lang, "rank.asof.said", { day: longDay(lang, `${asOf}T12:00:00+07:00`) });
  return html`<p class="conditions">
    <span>${say(lang, "rank.of.window", values)}, <b data-asof=${asOf || nothing}>${when}</b></span>
    <span class="quality" data-quality=${quality}>${say(lang, quality === "adjusted" ? "rank.quality.on" : "rank.quality.off")}</span>
  </p>`;
}
