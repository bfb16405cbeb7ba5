// Dead letters: which, why, and what to do; looking into one, mending it, giving it in once more.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { repeat } from "/assets/vendor/lit-html/directives/repeat.js";
import { clock, dayAndClock, number } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { failure, loading } from "../view-parts.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("./desk.js").OperatorDesk} OperatorDesk */
/** @typedef {import("./types").Letter} Letter */
/** @typedef {import("./types").LetterItem} LetterItem */
/** @typedef {import("./types").Letters} Letters */

/** @param {Lang} lang @param {string | null} reason */
const why = (lang, reason) => (reason === null ? say(lang, "dead.unknown") : sayKnown(lang, "dead", reason));

/** @param {App} app @param {OperatorDesk} desk */
export function letterBrowser(app, desk) {
  const { lang } = app.place;
  const known = desk.letters.state === "none" ? undefined : desk.letters.value;
  return html`<p class="muted">${say(lang, "op.letters.note")}</p>
    ${known ? filters(app, desk, known) : nothing}
    ${outcome(app, desk)}
    ${opened(app, desk)}
    ${desk.letters.state === "failed" && !known ? failure(lang, desk.letters.problem, () => desk.loadLetters()) : !known ? loading(lang) : list(app, desk, known)}`;
}

/** @param {App} app @param {OperatorDesk} desk @param {Letters} letters */
function filters(app, desk, { groups }) {
  const { lang } = app.place;
  if (groups.length === 0) return nothing;
  const total = groups.reduce((sum, { n }) => sum + n, 0);
  const button = (/** @type {string} */ lane, /** @type {string} */ reason, /** @type {unknown} */ words, /** @type {number} */ n) => html`<button type="button" data-lane=${lane} data-reason=${reason}
    aria-pressed=${desk.lane === lane && desk.reason === reason} @click=${() => { desk.filter(lane, reason); app.draw(); }}>${words} <b class="figure">${number(lang, n)}</b></button>`;
  return html`<div class="filters" role="group" aria-label=${say(lang, "op.letters.filters")}>
    ${button("", "", say(lang, "op.letters.all"), total)}
    ${groups.map(({ lane, reason, n }) => button(lane, reason ?? "", html`${lane}: ${why(lang, reason)}`, n))}
  </div>`;
}

/** @param {App} app @param {OperatorDesk} desk @param {Letters} letters */
function list(app, desk, { groups, items, next_cursor: next }) {
  const { lang } = app.place;
  if (items.length === 0) return html`<p class="note">${say(lang, groups.length === 0 ? "op.letters.none" : "op.letters.none.filter")}</p>`;
  const columns = ["place", "reason", "field", "bytes", "replayed"];
  const ofFilter = groups.filter(({ lane, reason }) => (desk.lane === "" || lane === desk.lane) && reason === desk.reason).reduce((sum, { n }) => sum + n, 0);
  const sure = (/** @type {number} */ n, /** @type {() => void} */ act) => () => { if (confirm(say(lang, "op.replay.sure", { n: number(lang, n) }))) act(); };
  const busy = desk.replay.state === "sending";
  return html`<div class="letter-tools">
      <button type="button" class="plain" data-do="ticked" ?disabled=${busy || desk.ticked.size === 0} @click=${sure(desk.ticked.size, () => desk.replayTicked())}>${say(lang, "op.replay.ticked", { n: number(lang, desk.ticked.size) })}</button>
      ${desk.reason === "" ? nothing : html`<button type="button" class="plain" data-do="reason" ?disabled=${busy} @click=${sure(ofFilter, () => desk.replayReason())}>${say(lang, "op.replay.reason", { reason: why(lang, desk.reason) })}</button>`}
    </div>
    <div class="wide-table" role="group" tabindex="0" aria-label=${say(lang, "op.letters.list")}><table class="letters">
      <thead><tr><td></td>${columns.map((column) => html`<th scope="col" class=${column === "bytes" ? "figure" : ""}>${say(lang, `op.letters.${column}`)}</th>`)}</tr></thead>
      <tbody>${repeat(items, ({ lane, seq }) => `${lane}/${seq}`, (item) => letterRow(lang, desk, item))}</tbody>
    </table></div>
    ${next ? html`<button type="button" class="plain" data-do="more" @click=${() => desk.moreLetters()}>${say(lang, "op.letters.more")}</button>` : nothing}`;
}

/** @param {Lang} lang @param {OperatorDesk} desk @param {LetterItem} item */
function letterRow(lang, desk, item) {
  const place = `${item.lane}/${item.offset}`;
  return html`<tr data-place=${place} data-seq=${item.seq} aria-current=${desk.opened === place ? "true" : nothing}>
    <td><label class="tick"><input type="checkbox" .checked=${desk.ticked.has(place)} @change=${() => desk.tick(item)}><span class="sr">${say(lang, "op.letters.tick", { place })}</span></label></td>
    <th scope="row"><button type="button" class="link" aria-label=${say(lang, "op.letters.open", { place })} @click=${(/** @type {Event} */ event) => look(event, desk, item)}>${place}</button></th>
    <td>${why(lang, item.reason)}</td>
    <td>${item.field ? html`<code>${item.field}</code>` : nothing}</td>
    <td class="figure">${item.bytes === 0 ? say(lang, "op.letters.shared") : number(lang, item.bytes)}</td>
    <td>${item.replayed ? clock(lang, item.replayed, true) : nothing}</td>
  </tr>`;
}

/** Opens a payload and goes to it; the list may be long. @param {Event} event @param {OperatorDesk} desk @param {LetterItem} item */
async function look(event, desk, item) {
  const block = /** @type {HTMLElement} */ (event.currentTarget).closest(".card");
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  await desk.open(item);
  // It is drawn in the next frame.
  requestAnimationFrame(() => {
    // Whoever has gone elsewhere meanwhile stays there.
    if (document.activeElement === row || document.activeElement === document.body) /** @type {HTMLElement | null} */ (block?.querySelector("#letter-title"))?.focus();
  });
}

/** What came of the last replay. @param {App} app @param {OperatorDesk} desk */
function outcome(app, desk) {
  const { lang } = app.place;
  const { replay } = desk;
  if (replay.state === "none") return nothing;
  if (replay.state === "sending") return html`<p class="note" role="status">${say(lang, "op.replay.sending")}</p>`;
  if (replay.state === "failed") {
    const words = replay.problem.type?.endsWith(":unwritten") ? say(lang, "op.replay.unacknowledged") : replay.problem.status === 0 ? say(lang, "load.network") : (replay.problem.detail ?? replay.problem.title);
    return html`<p class="failure" role="alert">${words}</p>`;
  }
  const { given, empty, stopped } = replay.replayed;
  return html`<p class="outcome" role="status"><span aria-hidden="true">${stopped ? "▲" : "●"}</span> ${say(lang, "op.replay.done", { n: number(lang, given) })}
    ${empty > 0 ? say(lang, "op.replay.empty", { n: number(lang, empty) }) : nothing} ${stopped ? say(lang, "op.replay.stopped") : nothing}
    ${replay.again ? html`<button type="button" class="plain" @click=${replay.again}>${say(lang, "op.replay.go")}</button>` : nothing}</p>`;
}

/** The payload that is looked into. @param {App} app @param {OperatorDesk} desk */
function opened(app, desk) {
  const { lang } = app.place;
  if (desk.opened === "") return nothing;
  const { letter } = desk;
  const known = letter.state === "none" ? undefined : letter.value;
  const title = html`<h3 id="letter-title" tabindex="-1">${say(lang, "op.letter", { place: desk.opened })}
    <button type="button" class="icon small" aria-label=${say(lang, "app.close")} @click=${() => desk.close()}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg></button></h3>`;
  return html`<section class="letter" aria-labelledby="letter-title">${title}
    ${letter.state === "failed" ? failure(lang, letter.problem, null) : !known ? loading(lang) : payload(app, desk, known)}</section>`;
}

/** @param {App} app @param {OperatorDesk} desk @param {Letter} letter */
function payload(app, desk, letter) {
  const { lang } = app.place;
  const busy = desk.replay.state === "sending";
  const size = say(lang, letter.exact ? "op.letter.exact" : "op.letter.lossy", { n: number(lang, letter.bytes) });
  const advice = (/** @type {string | null} */ reason) => (reason === null ? "" : sayKnown(lang, "mend", reason));
  return html`<ul class="refusals">${letter.refusals.map(({ reason, field }) => html`<li><b>${why(lang, reason)}</b>${field ? html` <code>${field}</code>` : nothing}: ${advice(reason)}</li>`)}</ul>
    <p class="muted">${size}${letter.replayed ? html` · ${say(lang, "op.letters.replayed")} ${dayAndClock(lang, letter.replayed)}` : nothing}</p>
    ${letter.bytes === 0 ? html`<p class="note">${say(lang, "op.letter.empty")}</p>` : nothing}
    ${desk.mended === null ? html`<pre tabindex="0" role="region" aria-label=${say(lang, "op.letter.text")}>${letter.text}</pre>
      <details><summary>${say(lang, "op.letter.hex")}</summary><pre tabindex="0">${grouped(letter.hex)}</pre></details>
      <div class="letter-tools">
        <button type="button" class="plain" data-do="again" ?disabled=${busy || letter.bytes === 0} @click=${() => desk.replayOpened()}>${say(lang, "op.letter.again")}</button>
        ${letter.exact || letter.bytes === 0 ? html`<button type="button" class="plain" data-do="mend" ?disabled=${busy} @click=${() => { desk.mended = letter.text; app.draw(); }}>${say(lang, "op.letter.mend")}</button>` : nothing}
      </div>` : mending(app, desk)}`;
}

/** @param {App} app @param {OperatorDesk} desk */
function mending(app, desk) {
  const { lang } = app.place;
  const write = (/** @type {Event} */ event) => { desk.mended = /** @type {HTMLTextAreaElement} */ (event.target).value; app.draw(); };
  return html`<form class="mending" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); desk.replayOpened(); }}>
    <label class="field"><span>${say(lang, "op.letter.mended")}</span><textarea name="payload" rows="8" spellcheck="false" .value=${desk.mended ?? ""} @input=${write}></textarea></label>
    <div class="letter-tools"><button type="submit" class="primary" ?disabled=${desk.replay.state === "sending" || (desk.mended ?? "").trim() === ""}>${say(lang, "op.letter.send")}</button>
      <button type="button" class="plain" @click=${() => { desk.mended = null; app.draw(); }}>${say(lang, "op.letter.cancel")}</button></div>
  </form>`;
}

/** Hexadecimal in pairs, 32 a line. @param {string} hex */
function grouped(hex) {
  const pairs = hex.match(/../g) ?? [];
  const lines = [];
  for (let at = 0; at < pairs.length; at += 32) lines.push(pairs.slice(at, at + 32).join(" "));
  return lines.join("\n");
}
