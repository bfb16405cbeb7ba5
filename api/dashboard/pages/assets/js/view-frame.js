// The frame around every view: name, tabs, the freshness badge, language, theme, and the banner when data is not what it
// should be.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { clock, span } from "./format.js";
import { say, sayKnown } from "./i18n.js";
import { ROOMS, roomNamed } from "./rooms.js";
import { failure, loading } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */

/** A shape for each state, so that it can be read without its colour. */
export const SHAPES = { connecting: "◌", live: "●", delayed: "▲", cut: "✖" };

/** @param {App} app */
export function frame(app) {
  const room = roomNamed(app.place.tab);
  const module = app.router.module(room.name);
  if (module && room.whole) return module.view(app);
  const t = (/** @type {string} */ key, values = {}) => say(app.place.lang, key, values);
  return html`
    <a class="skip" href="#main">${t("app.skip")}</a>
    <header>
    <div class="top">
      <div class="brand">
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path class="mark-outer" d="M16 2.5 27.7 9.2v13.6L16 29.5 4.3 22.8V9.2z" /><path class="mark-inner" d="M16 9.2l5.9 3.4v6.8L16 22.8l-5.9-3.4v-6.8z" /></svg>
        <p class="name">Tanggap <span class="subtitle">${t("app.subtitle")}</span></p>
      </div>
      <nav class="tabs" aria-label=${t("app.views")}>
        ${ROOMS.filter(({ listed }) => listed).map(({ name, path }) => html`<a href=${path} aria-current=${room.name === name ? "page" : nothing}
          @click=${(/** @type {MouseEvent} */ event) => follow(event, () => app.go({ tab: name }, true))}>${t(`tab.${name}`)}</a>`)}
      </nav>
      <div class="status">${badge(app)}</div>
      <div class="tools">
        <p class="clock">${app.live.nowMs() === null ? nothing : html`<b>${clock(app.place.lang, app.live.nowMs())}</b> WIB`}</p>
        <div class="switch" role="group" aria-label=${t("app.language")}>
          ${(/** @type {const} */ (["id", "en"])).map((lang) => html`<button type="button" lang=${lang} aria-label=${lang === "id" ? "ID, Bahasa Indonesia" : "EN, English"}
            aria-pressed=${app.place.lang === lang} @click=${() => app.go({ lang })}>${lang.toUpperCase()}</button>`)}
        </div>
        <button type="button" class="icon" aria-label=${t(app.theme === "dark" ? "app.theme.light" : "app.theme.dark")} title=${t(app.theme === "dark" ? "app.theme.light" : "app.theme.dark")}
          @click=${() => app.setTheme(app.theme === "dark" ? "light" : "dark")}>
          ${app.theme === "dark"
            ? html`<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="3.6" /><path d="M10 1.8v2.4M10 15.8v2.4M1.8 10h2.4M15.8 10h2.4M4.2 4.2l1.7 1.7M14.1 14.1l1.7 1.7M4.2 15.8l1.7-1.7M14.1 5.9l1.7-1.7" /></svg>`
            : html`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M16.6 12.2A7 7 0 0 1 7.8 3.4a7 7 0 1 0 8.8 8.8z" /></svg>`}
        </button>
      </div>
    </div>
    ${banner(app)}
    </header>
    <p class="sr" role="status" aria-live="polite">${app.announcement}</p>
    <main id="main" tabindex="-1" data-tab=${room.name}>
      <section class=${`view ${room.style}`} aria-label=${sayKnown(app.place.lang, "tab", room.name)}>${module ? module.view(app) : missing(app)}</section>
    </main>`;
}

/** A room whose code is under way, or did not come. @param {App} app */
function missing(app) {
  const { lang, tab } = app.place;
  const loaded = app.router.of(tab);
  return loaded.state === "failed" ? failure(lang, loaded.problem, () => { app.enter(); }) : loading(lang);
}

/**
 * A plain click stays on the page; a click meant for a new tab goes its way.
 * @param {MouseEvent} event
 * @param {() => void} act
 */
export function follow(event, act) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  act();
}

/** @param {App} app */
export function badge(app) {
  const { lang } = app.place;
  const { kind } = app.fresh;
  const time = app.live.asOf ? say(lang, "fresh.asof", { time: clock(lang, app.live.asOf, true) }) : say(lang, "fresh.none");
  return html`<p class="badge" data-kind=${kind}><span class="shape" aria-hidden="true">${SHAPES[kind]}</span> <b>${say(lang, `fresh.${kind}`)}</b> <span class="asof">${time}</span></p>`;
}

/** @param {App} app */
export function banner(app) {
  const { kind, lagS, behind } = app.fresh;
  if (kind !== "cut" && kind !== "delayed") return nothing;
  const { lang } = app.place;
  const time = clock(lang, app.live.asOf, true);
  let words;
  if (kind === "cut") words = app.live.asOf ? say(lang, "fresh.banner.cut", { time }) : say(lang, "fresh.banner.never");
  else if (behind.length > 0) words = say(lang, "fresh.banner.sources", { sources: behind.map((source) => sayKnown(lang, "channel", source)).join(", ") });
  else words = say(lang, "fresh.banner.delayed", { span: span(lang, lagS), time });
  return html`<p class="banner" data-kind=${kind}><span aria-hidden="true">${SHAPES[kind]}</span> ${words}</p>`;
}
