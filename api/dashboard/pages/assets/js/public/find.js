// The way in for whoever has a number or lives somewhere: a report by its number, an area by its name. Names are asked for when somebody
// begins to type.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { ask } from "../api.js";
import { say } from "../i18n.js";
import { load } from "../loaded.js";
import { pathOf } from "../rooms.js";
import { follow } from "../view-frame.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").AreaName} AreaName */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

const LEVELS = /** @type {const} */ (["kelurahan", "kecamatan", "kota"]);
/** Areas shown at once. */
const SHOWN = 6;

class Finder {
  constructor() {
    this.text = "";
    /** Whether somebody has asked for what is not there. */
    this.missed = false;
    /** @type {Loaded<AreaName[]>} */
    this.areas = { state: "none" };
    this.opening = Promise.resolve();
  }

  /** Asks for the names once, and again after it failed. @param {App} app */
  open(app) {
    if (this.areas.state === "none" || this.areas.state === "failed") {
      this.opening = load(this.areas, namesOfAreas, (areas) => {
        this.areas = areas;
        app.draw();
      });
    }
    return this.opening;
  }

  get names() {
    return this.areas.state === "none" ? [] : (this.areas.value ?? []);
  }
}

const finder = new Finder();

/** @returns {Promise<AreaName[]>} */
async function namesOfAreas() {
  const levels = await Promise.all(LEVELS.map(async (level) => {
    /** @type {{ items: { code: string, name: string }[] }} */
    const { items } = await ask("/v1/areas", { level }, "application/json");
    return items.map(({ code, name }) => ({ code, name, level }));
  }));
  return levels.flat().sort((a, b) => a.name.localeCompare(b.name, "id") || a.code.localeCompare(b.code));
}

/**
 * The areas somebody may mean: those whose name begins so first, then those that hold it.
 * @param {AreaName[]} areas
 * @param {string} text
 */
function areasLike(areas, text) {
  const wanted = text.trim().toLocaleLowerCase("id");
  if (wanted.length < 2) return [];
  const at = (/** @type {AreaName} */ { name }) => name.toLocaleLowerCase("id").indexOf(wanted);
  const begins = areas.filter((area) => at(area) === 0);
  return [...begins, ...areas.filter((area) => at(area) > 0)].slice(0, SHOWN);
}

/** Whether a text may be the number of a report: every channel's have a digit, and no space. @param {string} text */
const maybeNumber = (text) => /^\S*\d\S*$/.test(text.trim());

/** @param {App} app */
export function findBox(app) {
  const { lang } = app.place;
  const found = areasLike(finder.names, finder.text);
  const number = maybeNumber(finder.text) ? finder.text.trim() : "";
  const type = (/** @type {Event} */ event) => {
    finder.text = /** @type {HTMLInputElement} */ (event.target).value;
    finder.missed = false;
    finder.open(app);
    app.draw();
  };
  return html`<div class="find">
    <form role="search" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); seek(app); }}>
      <label class="field"><span>${say(lang, "find.label")}</span>
        <input type="search" name="find" autocomplete="off" spellcheck="false" maxlength="128" .value=${finder.text} @focus=${() => finder.open(app)} @input=${type}></label>
      <button type="submit" class="plain">${say(lang, "find.go")}</button>
    </form>
    ${number === "" && found.length === 0 ? nothing : html`<ul class="found" aria-label=${say(lang, "find.found")}>
      ${number === "" ? nothing : html`<li>${link(app, "laporan", number, say(lang, "find.report", { id: number }))}</li>`}
      ${found.map((area) => html`<li>${link(app, "wilayah", area.code, area.name)} <span class="muted">${say(lang, `level.${area.level}`)}</span></li>`)}
    </ul>`}
    ${finder.missed ? html`<p class="note" role="status">${say(lang, finder.areas.state === "failed" ? "load.network" : "find.none")}</p>` : nothing}
  </div>`;
}

/** Goes where the text leads: to the area of this very name, to the report of this number, to the first area that fits. @param {App} app */
async function seek(app) {
  const text = finder.text.trim();
  if (text === "") return;
  await finder.open(app);
  const [first] = areasLike(finder.names, text);
  const same = finder.names.find(({ name }) => name.toLocaleLowerCase("id") === text.toLocaleLowerCase("id"));
  if (same) leave(app, "wilayah", same.code);
  else if (maybeNumber(text)) leave(app, "laporan", text);
  else if (first) leave(app, "wilayah", first.code);
  else finder.missed = true;
  app.draw();
}

/** @param {App} app @param {"wilayah" | "laporan"} tab @param {string} argument */
function leave(app, tab, argument) {
  finder.text = "";
  app.go({ tab, argument }, true);
}

/**
 * A link to an area or a report that stays on the page.
 * @param {App} app
 * @param {"wilayah" | "laporan"} tab
 * @param {string} argument
 * @param {unknown} words
 */
export function link(app, tab, argument, words) {
  return html`<a href=${pathOf(tab, argument)} @click=${(/** @type {MouseEvent} */ event) => follow(event, () => leave(app, tab, argument))}>${words}</a>`;
}
