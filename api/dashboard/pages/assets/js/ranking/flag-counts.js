// How many closings of each unit of a level carry flags, for whoever may see it; beside the rows of the table. Flags, never verdicts.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { access } from "../access/access.js";
import { ask } from "../api.js";
import { number } from "../format.js";
import { say, sayKnown } from "../i18n.js";
import { load } from "../loaded.js";
import { nameOf } from "./verdict.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").RankingItem} RankingItem */
/** @typedef {import("./types").LevelFlags} LevelFlags */
/** @typedef {import("./types").UnitFlags} UnitFlags */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** @type {Loaded<LevelFlags>} */
let counts = { state: "none" };

/** @param {App} app */
export async function loadFlagCounts(app) {
  const { level } = app.place;
  if (!access.may("audit")) {
    counts = { state: "none" };
    return;
  }
  await load(counts, () => ask(`/v1/quality/${level}`), (loaded) => {
    // Who has signed out meanwhile sees nothing of it.
    if (level !== app.place.level || !access.may("audit")) return;
    counts = loaded;
    app.draw();
  });
}

/** Whether the column is there. @param {App} app */
export const flagged = (app) => flagsAt(app) !== null;

/** @param {App} app */
function flagsAt({ place }) {
  const value = counts.state === "none" ? undefined : counts.value;
  return value && value.level === place.level ? value : null;
}

/** @param {App} app */
export function flagHeader(app) {
  if (!flagged(app)) return nothing;
  return html`<th scope="col" rowspan="2" class="figure wide flags">${say(app.place.lang, "flag.column")}<span class="aside">${say(app.place.lang, "flag.aside")}</span></th>`;
}

/**
 * @param {App} app
 * @param {RankingItem} item
 */
export function flagCell(app, item) {
  const { lang, level, picked } = app.place;
  const known = flagsAt(app);
  if (!known) return nothing;
  const unit = known.items.find(({ code }) => code === item.code);
  if (!unit) return html`<td class="figure wide flags">–</td>`;
  const all = Object.values(unit.flags).reduce((sum, cases) => sum + cases, 0);
  const strong = unit.doubted?.part ?? 0;
  const kinds = Object.entries(unit.flags).map(([kind, cases]) => `${sayKnown(lang, "flag", kind)}: ${number(lang, cases)}`);
  const open = () => {
    if (picked !== item.code) app.pickRanked(item.code);
    // Drawn in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById("flags")?.focus()));
  };
  return html`<td class="figure wide flags"><button type="button" class="pick" title=${[say(lang, "flag.verdict"), ...kinds].join("\n")}
    aria-label=${say(lang, "flag.open", { name: nameOf(lang, level, item), strong: number(lang, strong), all: number(lang, all) })} @click=${open}>${number(lang, strong)} / ${number(lang, all)}</button></td>`;
}
