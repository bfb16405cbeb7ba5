// Reporters who asked to be named, by pseudonyms they chose: a table with shared places. It is here only where the server says that it
// answers whoever looks.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "../access/access.js";
import { ask } from "../api.js";
import { longDay, number } from "../format.js";
import { say } from "../i18n.js";
import { load } from "../loaded.js";
import { SPANS } from "../state.js";
import { choices, failure, loading } from "../view-parts.js";
import { percent } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("./types").NamedReporter} NamedReporter */
/** @typedef {import("./types").Reporters} Reporters */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** @type {Loaded<Reporters>} */
let held = { state: "none" };

/** Whether the server has such a ranking for whoever looks. */
export const named = () => access.who?.reporters === true;

/** Whether it is looked at; a page nobody has been told of yet waits for the server's word. @param {App} app */
export const lookedAt = ({ place }) => place.board === "reporters" && (named() || (access.who === undefined && access.me.state !== "failed"));

/** @param {App} app */
export async function loadReporters(app) {
  if (app.place.board !== "reporters" || !named()) {
    held = { state: "none" };
    return;
  }
  const { span } = app.place;
  await load(held, () => ask("/v1/rankings/reporters", { window: span }), (loaded) => {
    // Who has signed out meanwhile sees nothing of it.
    if (span !== app.place.span || !named()) return;
    held = loaded;
    app.draw();
  });
}

/** Which months are looked at. @param {App} app */
export function spans(app) {
  const { lang, span } = app.place;
  return choices(say(lang, "map.window"), SPANS, span, (value) => say(lang, `span.${value}`), (value) => app.go({ span: value }));
}

/** @param {App} app */
export function reporters(app) {
  const { lang, span } = app.place;
  const value = held.state === "none" ? undefined : held.value;
  // Rows of other months must not stand under the words of these.
  const ours = value?.window === span ? value : null;
  const problem = held.state === "failed" ? failure(lang, held.problem, () => loadReporters(app)) : nothing;
  return html`
    <p class="note named-note">${say(lang, "named.note")}</p>
    ${problem}
    ${ours ? filled(lang, ours) : held.state === "failed" ? nothing : loading(lang)}`;
}

/**
 * @param {Lang} lang
 * @param {Reporters} ranking
 */
function filled(lang, ranking) {
  const { items, suppressed, minimum_reporters: least, minimum_n: minimum, a_day: cap, window_start: from, window_end: to } = ranking;
  // The last moment of the window, not the first after it.
  const last = to === null ? null : new Date(Date.parse(to) - 1).toISOString();
  const filed = from === null || last === null ? nothing : html`<p class="conditions"><b>${say(lang, "named.filed", { from: longDay(lang, from), to: longDay(lang, last) })}</b></p>`;
  if (suppressed) return html`${filed}<p class="note" data-suppressed>${say(lang, "named.suppressed", { n: number(lang, least) })}</p>`;
  if (items.length === 0) return html`${filed}<p class="note">${say(lang, "named.none")}</p>`;
  const header = (/** @type {string} */ words, figure = true) => html`<th scope="col" class=${figure ? "figure" : nothing}>${say(lang, words)}</th>`;
  return html`${filed}
    <div class="scroller" role="region" tabindex="0" aria-label=${say(lang, "level.reporters")}>
      <table class="ranking reporters">
        <caption class="sr">${say(lang, "named.caption")}</caption>
        <thead><tr>${header("rank.col.rank", false)}${header("named.col.name", false)}${header("named.col.points")}${header("named.col.incidents")}${header("named.col.reports")}${header("named.col.first")}${header("named.col.dismissed")}${header("named.col.duplicate")}</tr></thead>
        <tbody>${items.map((item) => row(lang, item))}</tbody>
      </table>
    </div>
    <p class="footnote">${say(lang, "named.how", { minimum: number(lang, minimum), cap: number(lang, cap) })}</p>`;
}

/**
 * @param {Lang} lang
 * @param {NamedReporter} item
 */
function row(lang, item) {
  const place = item.place === null ? "–" : say(lang, item.shared ? "named.shared" : "named.place", { n: number(lang, item.place) });
  return html`<tr data-place=${item.place ?? nothing}>
    <td class="rank">${place}</td>
    <th scope="row">${item.pseudonym}</th>
    <td class="figure points"><b>${number(lang, item.points)}</b></td>
    <td class="figure">${number(lang, item.incidents)}</td>
    <td class="figure">${number(lang, item.reports)}</td>
    <td class="figure">${number(lang, item.first_witness)}</td>
    <td class="figure">${percent(lang, item.dismissed_share)}</td>
    <td class="figure">${percent(lang, item.duplicate_share)}</td>
  </tr>`;
}
