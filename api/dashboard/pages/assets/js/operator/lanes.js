// The lanes as a table: how far each is, what it holds back, when it was written down, and what became of every event, as an equation that is
// reckoned here again and marked if it does not hold.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { clock, dayAndClock, number, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { FATES, missing } from "./alarms.js";

/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("./types").LaneItem} LaneItem */
/** @typedef {import("./types").Lanes} Lanes */

const SHAPES = /** @type {const} */ ({ live: "●", idle: "◌", stale: "▲", never: "–" });

/** @param {Lang} lang @param {Lanes} lanes */
export function laneTable(lang, lanes) {
  if (lanes.items.length === 0) return html`<p class="note">${say(lang, "op.lanes.none")}</p>`;
  const columns = ["lane", "state", "lag", "watermark", "behind", "epoch", "written"];
  const figures = ["lag", "behind", "epoch"];
  return html`<p class="holder">${lanes.held_back_by ? say(lang, "op.holder", { lane: lanes.held_back_by }) : say(lang, "op.holder.none")}</p>
    <div class="wide-table" role="group" tabindex="0" aria-label=${say(lang, "op.lanes")}><table class="lanes">
      <thead><tr>${columns.map((column) => html`<th scope="col" class=${figures.includes(column) ? "figure" : ""}>${say(lang, `op.col.${column}`)}</th>`)}<th scope="col">${say(lang, "op.col.fates")}</th></tr></thead>
      <tbody>${repeat(lanes.items, ({ lane }) => lane, (lane) => row(lang, lane))}</tbody>
    </table></div>`;
}

/** @param {Lang} lang @param {LaneItem} lane */
function row(lang, lane) {
  return html`<tr data-lane=${lane.lane} data-alarm=${lane.alarm ?? nothing}>
    <th scope="row">${lane.lane} <span class="muted">${sayKnown(lang, "channel", lane.source)}</span></th>
    <td><span class="chip" data-state=${lane.state}><span aria-hidden="true">${SHAPES[lane.state] ?? "?"}</span> ${sayKnown(lang, "source", lane.state)}</span>
      ${lane.holds_back ? html`<span class="chip holds"><span aria-hidden="true">▲</span> ${say(lang, "op.holds")}</span>` : nothing}
      ${lane.restarts > 0 ? html`<span class="muted">${say(lang, "op.restarts", { n: number(lang, lane.restarts) })}</span>` : nothing}</td>
    <td class="figure">${lane.lag_messages === null ? say(lang, "op.lag.unknown") : number(lang, lane.lag_messages)}</td>
    <td>${lane.watermark ? dayAndClock(lang, lane.watermark) : say(lang, "op.never")}</td>
    <td class="figure">${span(lang, lane.behind_s)}</td>
    <td class="figure">${number(lang, lane.epoch)}</td>
    <td>${lane.written_at ? html`${clock(lang, lane.written_at, true)} <span class="muted">${say(lang, "op.commit", { ms: number(lang, lane.commit_ms) })}</span>` : say(lang, "op.never")}
      ${(lane.unwritten_messages ?? 0) > 0 ? html`<span class="muted">${say(lang, "op.unwritten", { n: number(lang, lane.unwritten_messages) })}</span>` : nothing}</td>
    <td>${equation(lang, lane)}${details(lang, lane)}</td>
  </tr>`;
}

/** @param {Lang} lang @param {LaneItem} lane */
function equation(lang, { accounting }) {
  const sum = FATES.map((fate) => say(lang, `fate.${fate}`, { n: number(lang, accounting[fate]) })).join(" + ");
  const lost = missing(accounting);
  return html`<p class="equation">${say(lang, "op.equation", { in: number(lang, accounting.in), sum })}
    <span class="chip" data-balanced=${lost === 0}><span aria-hidden="true">${lost === 0 ? "●" : "✖"}</span> ${lost === 0 ? say(lang, "op.balanced") : say(lang, "op.unbalanced", { n: number(lang, Math.abs(lost)) })}</span></p>`;
}

/** @param {Lang} lang @param {LaneItem} lane */
function details(lang, lane) {
  const fact = (/** @type {string} */ key, /** @type {unknown} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  const counted = (/** @type {Record<string, number>} */ counts, /** @type {(name: string) => string} */ words) => {
    const parts = Object.entries(counts).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name, n]) => `${words(name)}: ${number(lang, n)}`);
    return parts.length === 0 ? say(lang, "op.none") : parts.join(", ");
  };
  return html`<details><summary aria-label=${say(lang, "op.more.of", { lane: lane.lane })}>${say(lang, "op.more")}</summary><dl class="facts">
    ${fact("op.offsets", `${number(lang, lane.next_offset)}, ${number(lang, lane.high_watermark)}`)}
    ${fact("op.rejectedby", counted(lane.rejected_by, (reason) => sayKnown(lang, "dead", reason)))}
    ${fact("op.unknown", counted(lane.unknown_categories, (name) => name))}
    ${fact("op.unlocated", number(lang, lane.unlocated))}
    ${fact("op.outside", number(lang, lane.outside))}
  </dl></details>`;
}
