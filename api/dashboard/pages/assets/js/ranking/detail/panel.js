// What stands behind a row: how it came to be over time, another unit beside it, the flags on its closings, and its cases one by one.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "../../access/access.js";
import { whoBar } from "../../access/view.js";
import { WORDS as ACCESS_WORDS } from "../../access/words.js";
import { learn, say } from "../../i18n.js";
import { audit } from "./audit.js";
import { compare } from "./compare.js";
import { desk } from "./desk.js";
import { flags } from "./flags.js";
import { trend } from "./trend.js";

/** @typedef {import("../../main.js").App} App */
/** @typedef {import("../../types").AskedRanking} AskedRanking */
/** @typedef {import("../../types").RankingItem} RankingItem */

// Of whoever signs in here.
learn(ACCESS_WORDS);

/** What only this page holds is let go. */
export const leave = () => desk.closePhotos();

/** Asks for what the picked unit needs and is not here. @param {App} app */
export const follow = (app) => desk.follow(app);

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 * @param {RankingItem} picked
 */
export function panel(app, ranking, picked) {
  const { lang, compared } = app.place;
  const other = ranking.items.find((item) => item.code === compared && item.code !== picked.code);
  return html`<div class="behind">
    ${other ? compare(app, picked, other) : nothing}
    ${trend(app, ranking, other ? [picked, other] : [picked])}
    ${access.may("audit") ? html`${flags(app)}${audit(app, picked)}` : html`<section class="closed" aria-labelledby="closed-title">
      <h2 id="closed-title">${say(lang, "audit.title")}</h2>
      <p>${say(lang, access.staff ? "audit.role" : "audit.staff")}</p>${whoBar(app)}</section>`}
  </div>`;
}
