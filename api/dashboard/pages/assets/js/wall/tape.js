// The lines of what happened, along the foot of the wall. Nothing moves by itself but when something happens, and whoever reads can
// stop that too.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { clock } from "../format.js";
import { SHAPES, counts, whereOf } from "../hotspot/words.js";
import { say, sayKnown } from "../i18n.js";
import { placeOf } from "../view-parts.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./ticker.js").Line} Line */
/** @typedef {import("./wall.js").Wall} Wall */

/** Lines in sight; the others are one press away. */
const SHOWN = 3;

/**
 * @param {App} app
 * @param {Wall} wall
 */
export function tape(app, { ticker }) {
  const { lang } = app.place;
  const { shownAtMs } = app;
  const lines = shownAtMs === null ? ticker.shown : ticker.shown.filter(({ timeMs }) => timeMs <= shownAtMs);
  return html`<section class="wall-tape" aria-labelledby="tape-title" ?data-stopped=${ticker.stopped !== null}>
    <h2 id="tape-title">${say(lang, "wall.tape")}</h2>
    ${lines.length === 0
      ? html`<p class="note">${say(lang, shownAtMs === null ? "wall.tape.none" : "wall.tape.past")}</p>`
      : html`<ol>${repeat(lines.slice(0, SHOWN), ({ key }) => key, (line) => html`<li data-kind=${line.kind}><time>${clock(lang, line.timeMs)}</time> ${words(app, line)}</li>`)}</ol>`}
    ${lines.length > SHOWN ? html`<details><summary>${say(lang, "wall.tape.more", { n: lines.length - SHOWN })}</summary>
      <ol>${lines.slice(SHOWN).map((line) => html`<li><time>${clock(lang, line.timeMs)}</time> ${words(app, line)}</li>`)}</ol></details>` : nothing}
    <button type="button" class="plain" aria-pressed=${ticker.stopped !== null} @click=${() => { ticker.toggle(); app.draw(); }}>${say(lang, "wall.tape.stop")}</button>
  </section>`;
}

/**
 * @param {App} app
 * @param {Line} line
 */
function words(app, line) {
  const { lang } = app.place;
  if (line.kind === "source") return html`<span aria-hidden="true">${line.state === "stale" ? "▲" : "●"}</span> ${say(lang, "wall.tape.source", { source: sayKnown(lang, "channel", line.source), state: sayKnown(lang, "source", line.state) })}`;
  if (line.kind === "stream") return html`<span aria-hidden="true">${line.state === "cut" ? "✖" : "●"}</span> ${say(lang, line.state === "cut" ? "wall.tape.cut" : "wall.tape.back")}`;
  if (line.kind === "first") return html`<span aria-hidden="true">▲</span> ${say(lang, "map.rank", { rank: 1, what: line.item.category_label[lang], where: placeOf(app, line.item) })}`;
  const { item } = line;
  const change = say(lang, "wall.tape.hotspot", { change: sayKnown(lang, "change", item.change), what: item.category_label[lang], where: whereOf(lang, item) });
  return html`<span aria-hidden="true">${SHAPES[item.change] ?? "●"}</span> ${change} <span class="muted">${counts(lang, item)}</span>`;
}
