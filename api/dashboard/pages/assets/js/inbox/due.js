// How long is left, by the server's clock: colour, shape and words say the same.

import { html } from "/assets/vendor/lit-html/lit-html.js";
import { span } from "../format.js";
import { say } from "../i18n.js";
import { serverNow } from "../server-clock.js";

/** @typedef {import("../types").InboxItem} InboxItem */
/** @typedef {import("../types").Lang} Lang */

/** A deadline this near is shown as urgent where the server does not say, s. */
const SOON_S = 3_600;

/**
 * @param {Lang} lang
 * @param {InboxItem} item
 */
export function dueChip(lang, item) {
  if (!item.due) return html`<span class="chip" data-due="none">${say(lang, "inbox.nodue")}</span>`;
  const left = (Date.parse(item.due) - serverNow()) / 1000;
  if (item.overdue || left < 0) return html`<span class="chip" data-due="late"><span aria-hidden="true">✖</span> ${say(lang, "inbox.late", { span: span(lang, Math.abs(left)) })}</span>`;
  const soon = item.state === "at_risk" || left < SOON_S;
  return html`<span class="chip" data-due=${soon ? "soon" : "later"}><span aria-hidden="true">${soon ? "▲" : "◷"}</span> ${say(lang, "inbox.left", { span: span(lang, left) })}</span>`;
}
