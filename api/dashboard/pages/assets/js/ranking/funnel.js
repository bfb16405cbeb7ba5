// The funnel: the share resolved in time against how many of them are decided, with the exact limits between which chance leaves
// units of that size (Spiegelhalter 2005). Who lies within is not ranked by it.

import { html, nothing, svg } from "/assets/vendor/lit-html/lit-html.js";
import { number } from "../format.js";
import { say } from "../i18n.js";
import { mark } from "./marks.js";
import { keys, markId, pointedAt } from "./pointer.js";
import { inFunnel, nameOf, percent } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").AskedRanking} AskedRanking */
/** @typedef {import("../types").InTime} InTime */
/** @typedef {import("../types").RankingItem} RankingItem */
/** @typedef {RankingItem & { in_time: InTime }} Decided */

const PLOT = "funnel";
/** Room left and right of the outermost units, as a factor of their numbers. */
const ROOM = 1.25;
/** Ticks of the logarithmic axis that may be drawn at most. */
const MOST_TICKS = 7;
/** The shape of each place in the funnel. */
const SHAPE = /** @type {const} */ ({ below: "slow", low: "edge", within: "within", high: "edge", above: "fast" });

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
export function funnel(app, ranking) {
  const { lang } = app.place;
  const items = /** @type {Decided[]} */ (ranking.items.filter((item) => item.in_time && item.in_time.whole > 0));
  items.sort((a, b) => a.in_time.whole - b.in_time.whole || a.name.localeCompare(b.name, "id"));
  const title = html`<h2 id="funnel-title">${say(lang, "plot.funnel")}</h2>`;
  if (items.length === 0) return html`<figure class="plot funnel" aria-labelledby="funnel-title">${title}<p class="note">${say(lang, "plot.funnel.none")}</p></figure>`;
  const codes = items.map((item) => item.code);
  const pointed = pointedAt(app, codes);
  const [part, whole] = items.reduce(([p, w], { in_time: inTime }) => [p + inTime.part, w + inTime.whole], [0, 0]);
  const count = (/** @type {string} */ where) => number(lang, items.filter((item) => inFunnel(item) === where).length);
  const summary = say(lang, "plot.funnel.said", { n: number(lang, items.length), share: percent(lang, part / whole), below: count("below"), above: count("above") });
  const x = axisOf(items);
  return html`<figure class="plot funnel" aria-labelledby="funnel-title">
    ${title}
    <figcaption>${summary}</figcaption>
    <p class="legend-line">
      <span data-where="above"><span class="shape" aria-hidden="true">▲</span> ${say(lang, "funnel.above")}</span>
      <span data-where="below"><span class="shape" aria-hidden="true">▼</span> ${say(lang, "funnel.below")}</span>
      <span><span class="shape" aria-hidden="true">◆</span> ${say(lang, "plot.funnel.edge")}</span>
      <span><span class="shape" aria-hidden="true">○</span> ${say(lang, "funnel.within")}</span></p>
    <div class="funnel-box">
      <svg class="axis y" aria-hidden="true">${[0, 25, 50, 75, 100].map((share) => svg`<text x="100%" y="${100 - share}%" dy=${share === 0 ? "0" : share === 100 ? "0.7em" : "0.35em"} text-anchor="end">${number(lang, share)} %</text>`)}</svg>
      <svg class="field-of" role="listbox" tabindex="0" aria-label=${say(lang, "plot.funnel.label")}
        aria-activedescendant=${pointed === null ? nothing : markId(PLOT, pointed)} @keydown=${keys(app, PLOT, codes)}>
        <svg aria-hidden="true" viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">
          ${svg`<path class="frame" d="M0 0V100H100" /><path class="mean-line" d="M0 ${(100 - (100 * part) / whole).toFixed(2)}H100" />`}
          ${limit(items, x, "limits_998", "low")}${limit(items, x, "limits_998", "high")}${limit(items, x, "limits_95", "low")}${limit(items, x, "limits_95", "high")}
        </svg>
        ${items.map((item) => point(app, item, x, item.code === pointed))}
      </svg>
      <svg class="axis x" aria-hidden="true">${ticksOf(items).map((n) => svg`<text x="${x(n).toFixed(2)}%" y="1.1em" text-anchor="middle">${number(lang, n)}</text>`)}</svg>
      <p class="axis-name muted" aria-hidden="true">${say(lang, "plot.funnel.axis")}</p>
    </div>
    <p class="readout" aria-hidden="true">${pointed === null ? nothing : sentence(app, /** @type {Decided} */ (items.find((item) => item.code === pointed)))}</p>
    <p class="footnote">${say(lang, "plot.funnel.note")}</p>
  </figure>`;
}

/**
 * The sentence of a unit, as it is drawn and as it is read aloud.
 * @param {App} app
 * @param {Decided} item
 */
function sentence(app, item) {
  const { lang, level } = app.place;
  const { share, whole } = item.in_time;
  const where = inFunnel(item);
  return say(lang, "plot.funnel.unit", { name: nameOf(lang, level, item), share: percent(lang, share), n: number(lang, whole), where: where === null ? "–" : say(lang, `funnel.${where}`) });
}

/**
 * @param {App} app
 * @param {Decided} item
 * @param {(n: number) => number} x
 * @param {boolean} pointed
 */
function point(app, item, x, pointed) {
  const where = inFunnel(item) ?? "within";
  const said = sentence(app, item);
  return svg`<g role="option" id=${markId(PLOT, item.code)} data-where=${where} aria-selected=${pointed} aria-label=${said} @click=${() => app.pickRanked(item.code)}>
    <title>${said}</title>${mark(SHAPE[where], x(item.in_time.whole), 100 - item.in_time.share * 100)}</g>`;
}

/**
 * A limit through the numbers the units have: it is exact there, and straight in between.
 * @param {Decided[]} items by number
 * @param {(n: number) => number} x
 * @param {"limits_95" | "limits_998"} which
 * @param {"low" | "high"} end
 */
function limit(items, x, which, end) {
  const points = items.flatMap(({ in_time: inTime }) => {
    const share = inTime[which]?.[end];
    return share === undefined ? [] : [`${x(inTime.whole).toFixed(2)} ${(100 - share * 100).toFixed(2)}`];
  });
  return points.length < 2 ? nothing : svg`<path class=${which} d="M${points.join("L")}" />`;
}

/**
 * The logarithmic axis of these units: from a number to percent of the width.
 * @param {Decided[]} items by number
 */
function axisOf(items) {
  const from = Math.log(items[0].in_time.whole / ROOM);
  const to = Math.log(items[items.length - 1].in_time.whole * ROOM);
  return (/** @type {number} */ n) => ((Math.log(n) - from) / (to - from)) * 100;
}

/**
 * Round numbers within the axis: 10, 30, 100, … or tens only where that would be many; where none is round, the ends.
 * @param {Decided[]} items by number
 */
function ticksOf(items) {
  const [least, most] = [items[0].in_time.whole / ROOM, items[items.length - 1].in_time.whole * ROOM];
  const tens = Array.from({ length: 9 }, (_, i) => 10 ** i);
  const within = (/** @type {number[]} */ list) => list.filter((n) => n > least && n < most);
  const fine = within(tens.flatMap((n) => [n, 3 * n]));
  const finest = within(tens.flatMap((n) => [n, 2 * n, 5 * n]));
  if (fine.length > MOST_TICKS) return within(tens);
  if (finest.length <= MOST_TICKS && finest.length > 0) return finest;
  return fine.length > 0 ? fine : [...new Set([items[0].in_time.whole, items[items.length - 1].in_time.whole])];
}
