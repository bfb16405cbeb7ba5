// Response times by area, dinas or channel, for who decides: first who is clearly slow or fast and who cannot be told apart, then
// the table, then two plots. Intervals and words instead of one number; open ones count; what chance explains is not ranked.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "./access/access.js";
import { ask } from "./api.js";
import { dayAndClock, longDay } from "./format.js";
import { say } from "./i18n.js";
import { load } from "./loaded.js";
import { caterpillar } from "./ranking/caterpillar.js";
import { controls } from "./ranking/controls.js";
import { detail, followPicked, leavePicked } from "./ranking/detail.js";
import { figures } from "./ranking/figures.js";
import { loadFlagCounts } from "./ranking/flag-counts.js";
import { funnel } from "./ranking/funnel.js";
import { parametersOf, questionOf, sameQuestion } from "./ranking/question.js";
import { loadReporters, lookedAt, reporters } from "./ranking/reporters.js";
import { table } from "./ranking/table.js";
import { tiers } from "./ranking/tiers.js";
import { failure, loading } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").AskedRanking} AskedRanking */
/** @typedef {import("./types").Ranking} Ranking */

/** Hears of whoever signs in or out while the room is looked at. @type {(() => void) | null} */
let hears = null;

/** @type {import("./types").RoomModule} */
export const room = {
  view: rankingView,
  enter: (app) => {
    loadRanking(app);
    hears = () => {
      loadFlagCounts(app);
      loadReporters(app);
      followPicked(app);
      app.draw();
    };
    access.listeners.add(hears);
    if (access.me.state === "ready") hears();
    else access.load();
    followPicked(app);
  },
  leave: () => {
    if (hears) access.listeners.delete(hears);
    hears = null;
    leavePicked();
  },
  arrive: (app, before) => {
    followPicked(app);
    if (app.place.level !== before.level) loadFlagCounts(app);
    if (app.place.board !== before.board || app.place.span !== before.span) loadReporters(app);
    if (sameQuestion(questionOf(app.place), questionOf(before))) return;
    app.pointed = "";
    loadRanking(app);
  },
  refresh: (app) => {
    // What a day in the past looked like does not change by itself.
    if (app.place.asOf === "" || app.ranking.state !== "ready") loadRanking(app);
  },
};

/** @param {App} app */
async function loadRanking(app) {
  const asked = questionOf(app.place);
  const asking = async () => ({ .../** @type {Ranking} */ (await ask(`/v1/rankings/${asked.level}`, parametersOf(asked))), asked });
  await load(app.ranking, asking, (ranking) => {
    if (ranking.state !== "loading" && !sameQuestion(asked, questionOf(app.place))) return;
    app.ranking = ranking;
    app.draw();
  });
}

/** @param {App} app */
function rankingView(app) {
  const { lang } = app.place;
  if (lookedAt(app)) return html`${controls(app)}${reporters(app)}`;
  const loaded = app.ranking;
  const ranking = loaded.state === "none" ? undefined : loaded.value;
  // Rows of another question must not stand under the words of this one.
  const ours = ranking && sameQuestion(ranking.asked, questionOf(app.place)) ? ranking : null;
  const waiting = loaded.state === "failed" ? nothing : loading(lang);
  return html`
    ${controls(app)}
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => loadRanking(app)) : nothing}
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
    ${detail(app, ranking)}
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
