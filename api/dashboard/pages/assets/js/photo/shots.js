// Photos as small pictures in a row, each of one size whatever it shows and before it is there, so that nothing jumps. A press shows one large.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { dayAndClock } from "../format.js";
import { learn, say } from "../i18n.js";
import { showLarge, why } from "./large.js";
import { WORDS } from "./words.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./album.js").Album} Album */
/** @typedef {import("./types").ShownPhoto} ShownPhoto */
/** @typedef {import("./types").Shot} Shot */

learn(WORDS);

/** As in photos.css, squares. */
const [WIDTH, HEIGHT] = [144, 108];

/**
 * The photos that steps of a report show, each once for what it shows, in order.
 * @param {{ time: string, before_photo?: ShownPhoto, after_photo?: ShownPhoto }[]} timeline
 * @returns {Shot[]}
 */
export function shotsOf(timeline) {
  /** @type {Map<string, Shot>} */
  const shots = new Map();
  for (const { time, before_photo: before, after_photo: after } of timeline) {
    for (const [side, photo] of /** @type {const} */ ([["before", before], ["after", after]])) {
      // Of photos that are not here nothing tells one from another.
      const key = photo ? `${side} ${photo.sha256 ?? ""}` : "";
      if (photo && !shots.has(key)) shots.set(key, { side, photo, time });
    }
  }
  // Those from before first: they are looked at as a pair.
  return [...shots.values()].sort((one, other) => Number(one.side === "after") - Number(other.side === "after"));
}

/** @param {App} app @param {Album} album @param {Shot[]} shots */
export function shotRow(app, album, shots) {
  const { lang } = app.place;
  if (shots.length === 0) return nothing;
  return html`<ul class="shots" aria-label=${say(lang, "shot.title")}>${shots.map((shot) => html`<li>${shotOf(app, album, shot)}</li>`)}</ul>`;
}

/** One photo with what it is of. @param {App} app @param {Album} album @param {Shot} shot */
export function shotOf(app, album, shot) {
  const { lang } = app.place;
  const { side, photo, time, report } = shot;
  const what = [say(lang, `shot.${side}`), report, time ? dayAndClock(lang, time) : ""].filter(Boolean).join(", ");
  return html`<figure class="shot" data-side=${side}>${picture(app, album, photo, say(lang, "shot.alt", { what }))}<figcaption>${what}</figcaption></figure>`;
}

/** @param {App} app @param {Album} album @param {ShownPhoto} photo @param {string} alt */
function picture(app, album, { present, sha256 }, alt) {
  const { lang } = app.place;
  if (!present || !sha256) return empty(say(lang, "shot.elsewhere"));
  const loaded = album.see(sha256);
  if (loaded.state === "failed") {
    const again = loaded.problem.status === 0 || loaded.problem.status >= 500;
    return empty(why(lang, loaded.problem), again ? html`<button type="button" class="plain" @click=${() => album.again(sha256)}>${say(lang, "app.retry")}</button>` : nothing);
  }
  if (loaded.state !== "ready") return empty(say(lang, "load.loading"));
  return html`<button type="button" class="shot-box" aria-haspopup="dialog" @click=${() => showLarge(lang, sha256, alt)}>
    <img src=${loaded.value} alt=${alt} width=${WIDTH} height=${HEIGHT} loading="lazy" decoding="async"></button>`;
}

/** @param {string} words @param {unknown} [more] */
function empty(words, more = nothing) {
  return html`<div class="shot-box" data-empty><span>${words}</span>${more}</div>`;
}
