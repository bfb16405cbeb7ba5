// Letters as commands, for a room that is on the page. They never take a letter somebody types, and can be switched off (WCAG 2.1.4).

import { html } from "/assets/vendor/lit-html/lit-html.js";
import { say } from "../i18n.js";
import { remember, remembered } from "../state.js";

/** @typedef {import("../types").Lang} Lang */

/** What is written into. */
const TYPED = "input:not([type=radio]):not([type=checkbox]), textarea, select";

export class Keys {
  /** @param {(key: string) => boolean} press what a key does; false = nothing, and the browser has it */
  constructor(press) {
    this.press = press;
    this.on = remembered("keys") !== "off";
    this.listener = (/** @type {KeyboardEvent} */ event) => this.#hear(event);
  }

  enter() {
    addEventListener("keydown", this.listener);
  }

  leave() {
    removeEventListener("keydown", this.listener);
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    remember("keys", on ? "on" : "off");
  }

  /** @param {KeyboardEvent} event */
  #hear(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches?.(TYPED)) return;
    const letter = event.key.length === 1;
    if (letter && !this.on) return;
    // The arrows turn radio buttons, and scroll where no list has them.
    if (!letter && target.matches?.("input")) return;
    if (this.press(letter ? event.key.toLowerCase() : event.key)) event.preventDefault();
  }
}

/**
 * All keys of a room, and their switch.
 * @param {Lang} lang
 * @param {Keys} keys
 * @param {[key: string, does: string][]} list
 * @param {{ close: () => void, changed: () => void }} how
 */
export function keyHelp(lang, keys, list, { close, changed }) {
  return html`<section class="key-help" role="dialog" aria-modal="false" aria-label=${say(lang, "keys.title")} @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } }}>
    <h2>${say(lang, "keys.title")}</h2>
    <dl>${list.map(([key, does]) => html`<div><dt>${key.split(" ").map((one) => html`<kbd>${one}</kbd>`)}</dt><dd>${does}</dd></div>`)}</dl>
    <label><input type="checkbox" .checked=${keys.on} @change=${(/** @type {Event} */ event) => { keys.turn(/** @type {HTMLInputElement} */ (event.target).checked); changed(); }}> ${say(lang, "keys.on")}</label>
    <button type="button" class="plain" @click=${close}>${say(lang, "app.close")}</button>
  </section>`;
}

/** Puts the focus somewhere once the page is drawn. @param {import("../main.js").App} app @param {string} selector */
export function focusAfter(app, selector) {
  app.draw();
  requestAnimationFrame(() => {
    const element = app.root.querySelector(selector);
    if (element instanceof HTMLElement) element.focus();
  });
}

/** @param {string} key */
export const kbd = (key) => html` <kbd aria-hidden="true">${key.length === 1 ? key.toUpperCase() : key}</kbd>`;
