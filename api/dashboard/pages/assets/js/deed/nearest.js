// Who of the unit is free and near, beside the field that names who is sent. Asked once a form is open, and again by a button only: a list that
// rearranges itself under somebody's hand sends the wrong one. Where the city has no positions of officers there is nothing to see.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { ask } from "../api.js";
import { number, span } from "../format.js";
import { say } from "../i18n.js";
import { load } from "../loaded.js";
import { failure } from "../view-parts.js";
import { outbox } from "./office.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").Near} Near */
/** @typedef {import("./types").NearOfficer} NearOfficer */
/** @typedef {import("../types").Lang} Lang */
/** @typedef {{ loaded: import("../types").Loaded<Near>, atMs: number }} Asked */

/** How many are shown. */
const LIMIT = 5;

/** What was answered, by the draft it is for. @type {WeakMap<Deed, Asked>} */
const answers = new WeakMap();

/** @param {App} app @param {Deed} deed */
function find(app, deed) {
  const asked = answers.get(deed) ?? { loaded: /** @type {Asked["loaded"]} */ ({ state: "none" }), atMs: 0 };
  answers.set(deed, asked);
  load(asked.loaded, () => ask("/v1/officers/near", { report: deed.report, channel: deed.channel, limit: LIMIT }), (loaded) => {
    asked.loaded = loaded;
    if (loaded.state !== "loading") {
      asked.atMs = Date.now();
      app.draw();
    }
  });
  return asked;
}

/** @param {App} app @param {Deed} deed */
export function nearest(app, deed) {
  const { lang } = app.place;
  const asked = answers.get(deed) ?? find(app, deed);
  const { loaded } = asked;
  const again = () => find(app, deed);
  if (loaded.state === "failed") return html`<div class="nearest">${failure(lang, loaded.problem, again)}</div>`;
  const near = loaded.state === "none" ? undefined : loaded.value;
  if (!near?.configured) return nothing;
  const elapsedS = Math.max(0, Math.floor((Date.now() - asked.atMs) / 1000));
  return html`<fieldset class="reasons nearest"><legend>${say(lang, "near.title")}</legend>
    ${near.stale ? html`<p class="warning"><span aria-hidden="true">▲</span> ${near.newest_age_s === null ? say(lang, "near.stale.never") : say(lang, "near.stale", { age: span(lang, near.newest_age_s + elapsedS) })}</p>` : nothing}
    ${near.items.length === 0 ? none(lang, near) : near.items.map((officer) => choice(lang, deed, officer, elapsedS))}
    <p><button type="button" class="plain" ?disabled=${loaded.state === "loading"} @click=${again}>${say(lang, "near.again")}</button></p>
  </fieldset>`;
}

/** @param {Lang} lang @param {Near} near */
function none(lang, near) {
  if (!near.located) return html`<p>${say(lang, "near.unlocated")}</p>`;
  return html`<p>${say(lang, "near.none", { min: near.keep_min })} ${near.busy + near.off > 0 ? say(lang, "near.others", { busy: near.busy, off: near.off }) : nothing}</p>`;
}

/** @param {Lang} lang @param {Deed} deed @param {NearOfficer} one @param {number} elapsedS */
function choice(lang, deed, one, elapsedS) {
  const facts = [
    say(lang, "near.where", { distance: distance(lang, one.distance_m), direction: one.direction_label[lang], age: span(lang, one.age_s + elapsedS) }),
    one.accuracy_m === null ? "" : say(lang, "near.accuracy", { m: number(lang, one.accuracy_m) }),
    one.open_cases === 0 ? "" : say(lang, "near.open", { n: one.open_cases }),
  ];
  return html`<label><input type="radio" name="near" value=${one.officer} .checked=${deed.officer.trim() === one.officer} @change=${() => outbox.change(deed, { officer: one.officer })}>
    <span><b>${one.officer}</b> <span class="muted">${facts.filter(Boolean).join(" · ")}</span></span></label>`;
}

/** @param {Lang} lang @param {number} metres */
function distance(lang, metres) {
  return metres < 1_000 ? say(lang, "near.m", { n: number(lang, metres) }) : say(lang, "near.km", { n: number(lang, metres / 1_000, 1) });
}
