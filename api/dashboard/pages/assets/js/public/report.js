// A report for whoever filed it: where it is now, who has it, until when, how it ended, and its way in words. Public fields only, whoever looks,
// but for its photos: those the server names to staff.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { ask } from "../api.js";
import { freshOf } from "../deed/fresh.js";
import { moment, spanOf } from "../format.js";
import { say, sayKnown, WORDS } from "../i18n.js";
import { load } from "../loaded.js";
import { Album } from "../photo/album.js";
import { shotRow, shotsOf } from "../photo/shots.js";
import { serverNow } from "../server-clock.js";
import { failure, loading } from "../view-parts.js";
import { findBox, link } from "./find.js";
import { shareButton } from "./share.js";
import { kept, named, standingOf } from "./standing.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("./types").Report} Report */
/** @typedef {import("./types").ReportStep} ReportStep */
/** @typedef {import("./types").Standing} Standing */
/** @typedef {import("./types").Unit} Unit */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** A shape says what the colour says. */
const DUE_SHAPES = /** @type {const} */ ({ kept: "●", missed: "✖", left: "◷", over: "✖" });

class Way {
  constructor() {
    this.argument = "";
    /** @type {Loaded<Report>} */
    this.report = { state: "none" };
    /** Names of units by code. @type {Map<string, string>} */
    this.units = new Map();
    this.changed = () => {};
    this.photos = new Album(() => this.changed());
  }

  /** @param {App} app */
  open(app) {
    const { argument } = app.place;
    this.changed = () => app.draw();
    if (argument !== this.argument) {
      this.report = { state: "none" };
      this.photos.close();
    }
    this.argument = argument;
    if (argument === "") return;
    const { channel, id } = named(argument);
    load(this.report, () => ask(`/v1/reports/${encodeURIComponent(id)}`, { channel }), (report) => {
      if (this.argument !== argument) return;
      this.report = report;
      app.draw();
    });
    if (this.units.size === 0) this.#openUnits(app);
  }

  /** Without the names the page has the codes. @param {App} app */
  async #openUnits(app) {
    try {
      /** @type {Unit[] | { items: Unit[] }} */
      const answer = await ask("/v1/units");
      for (const { code, name } of Array.isArray(answer) ? answer : answer.items) this.units.set(code, name);
      app.draw();
    } catch {
      // They are asked for with the next report.
    }
  }

  /** @param {string} code @param {Report} report */
  nameOf(code, report) {
    return report.route?.unit_code === code ? report.route.unit : (this.units.get(code) ?? code);
  }
}

const way = new Way();

/** @type {import("../types").RoomModule} */
export const room = {
  view: reportView,
  enter: (app) => way.open(app),
  arrive: (app, before) => { if (before.argument !== app.place.argument) way.open(app); },
  leave: () => way.photos.close(),
  refresh: (app) => way.open(app),
  fresh: (app) => freshOf(app, way.report),
};

/** @param {App} app */
function reportView(app) {
  const { lang } = app.place;
  const { report } = way;
  if (app.place.argument === "") return html`<div class="public"><h1>${say(lang, "report.title")}</h1><p>${say(lang, "report.pick")}</p>${findBox(app)}</div>`;
  const known = report.state === "none" ? undefined : report.value;
  if (report.state === "failed" && (!known || report.problem.status === 404)) {
    return html`<div class="public"><h1>${say(lang, "report.of", { id: named(app.place.argument).id })}</h1>
      ${report.problem.status === 404 ? html`<p class="note" role="alert">${say(lang, "report.none")}</p>` : failure(lang, report.problem, () => way.open(app))}${findBox(app)}</div>`;
  }
  if (!known) return html`<div class="public">${loading(lang)}</div>`;
  const standing = standingOf(known);
  return html`<div class="public report-page">
    <div class="public-head"><div><h1>${known.category_label[lang]}</h1><p class="muted">${say(lang, "report.of", { id: known.id })}</p></div>
      ${shareButton(app, say(lang, "report.of", { id: known.id }))}</div>
    <div class="public-columns">
      ${now(app, known, standing)}
      ${facts(app, known, standing)}
      ${steps(app, known)}
      ${photos(app, known)}
    </div>
    <div class="public-foot"><p class="footnote">${say(lang, "report.privacy")}</p>${findBox(app)}</div>
  </div>`;
}

/** @param {App} app @param {Report} report @param {Standing} standing */
function now(app, report, standing) {
  const { lang } = app.place;
  const { ended } = standing;
  const age = (/** @type {number} */ untilMs) => spanOf(lang, (untilMs - Date.parse(report.received)) / 1000, report.times);
  return html`<section class="card now" aria-labelledby="report-now" data-status=${standing.status}>
    <h2 id="report-now">${say(lang, "report.now")}</h2>
    <p class="big">${sayKnown(lang, "status", standing.status)}${standing.unit && !ended ? html` <span>${say(lang, "report.at", { unit: way.nameOf(standing.unit, report) })}</span>` : nothing}</p>
    ${ended
      ? html`<p>${say(lang, `report.ended.${ended.status}`, { time: moment(lang, ended.time, report.times), span: age(Date.parse(ended.time)) })}</p><p class="muted">${say(lang, "report.again")}</p>`
      : html`<p class="muted">${say(lang, "report.since", { time: moment(lang, standing.since, report.times) })}. ${say(lang, "report.open", { span: age(serverNow()) })}</p>`}
    ${standing.unit ? nothing : html`<p>${say(lang, "report.nobody")}</p>`}
    ${report.route?.passed_on ? html`<p class="warning"><span aria-hidden="true">▲</span> ${say(lang, "report.passed")}</p>` : nothing}
    ${dues(app, report, standing)}
  </section>`;
}

/** @param {App} app @param {Report} report @param {Standing} standing */
function dues(app, { route, times }, { ended, answered }) {
  const { lang } = app.place;
  if (!route || (!route.respond_by && !route.finish_by)) return nothing;
  // Who closes otherwise has not met the deadline, and has none any more.
  const closed = ended && ended.status !== "resolved" ? ended : null;
  const done = ended?.status === "resolved" ? ended : null;
  return html`<h3>${say(lang, "report.dues")}</h3><dl class="facts">
    ${route.respond_by ? due(app, "report.respond", route.respond_by, answered, false, times) : nothing}
    ${route.finish_by ? due(app, "report.finish", route.finish_by, done, closed !== null, times) : nothing}</dl>`;
}

/**
 * @param {App} app
 * @param {string} key
 * @param {string} by
 * @param {ReportStep | null} met
 * @param {boolean} isVoid
 * @param {Report["times"]} times
 */
function due(app, key, by, met, isVoid, times) {
  const { lang } = app.place;
  const { how, spanS } = kept(by, met, serverNow());
  const words = say(lang, `report.${how}`, { span: spanOf(lang, spanS, times), time: moment(lang, met?.time, times) });
  return html`<div data-due=${isVoid ? "void" : how}><dt>${say(lang, key)}</dt><dd>${moment(lang, by, times)}
    <span class="chip">${isVoid ? say(lang, "report.void") : html`<span aria-hidden="true">${DUE_SHAPES[how]}</span> ${words}`}</span></dd></div>`;
}

/** @param {App} app @param {Report} report @param {Standing} standing */
function facts(app, report, standing) {
  const { lang } = app.place;
  const fact = (/** @type {string} */ key, /** @type {unknown} */ value) => html`<div><dt>${say(lang, key)}</dt><dd>${value}</dd></div>`;
  const place = report.kelurahan ? link(app, "wilayah", report.kelurahan, report.kelurahan_name ?? report.kelurahan) : say(lang, "report.unlocated");
  return html`<section class="card" aria-labelledby="report-facts"><h2 id="report-facts">${say(lang, "report.facts")}</h2>
    <dl class="facts">
      ${fact("report.category", report.category_label[lang])}
      ${fact("report.where", place)}
      ${fact("report.received", moment(lang, report.received, report.times))}
      ${fact("report.channel", sayKnown(lang, "channel", report.channel))}
      ${standing.unit ? fact("report.unit", way.nameOf(standing.unit, report)) : nothing}
    </dl>
    ${report.route && report.route.reason[lang] ? html`<h3>${say(lang, "report.why")}</h3><p>${report.route.reason[lang]}</p>` : nothing}
  </section>`;
}

/** @param {App} app @param {Report} report */
function steps(app, report) {
  const { lang } = app.place;
  return html`<section class="card" aria-labelledby="report-way"><h2 id="report-way">${say(lang, "report.way")}</h2>
    ${report.timeline.length === 0 ? html`<p class="note">${say(lang, "report.way.none")}</p>` : html`<ol class="way">${report.timeline.map((step) => {
      const unit = step.unit ? way.nameOf(step.unit, report) : say(lang, "report.someone");
      return html`<li data-status=${step.status}><time datetime=${step.time}>${moment(lang, step.time, report.times)}</time> <span>${inWords(lang, step.status, unit)}</span></li>`;
    })}</ol>`}
  </section>`;
}

/** @param {App} app @param {Report} report */
function photos(app, report) {
  const shots = shotsOf(report.timeline);
  if (shots.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="report-photos"><h2 id="report-photos">${say(app.place.lang, "shot.title")}</h2>${shotRow(app, way.photos, shots)}</section>`;
}

/** A status of a later version is said by its name. @param {import("../types").Lang} lang @param {string} status @param {string} unit */
function inWords(lang, status, unit) {
  const said = WORDS[`way.${status}`] ? say(lang, `way.${status}`, { unit }) : status;
  return said.charAt(0).toLocaleUpperCase(lang) + said.slice(1);
}
