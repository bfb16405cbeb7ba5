// One photo large, over the page: Esc, its button or a press beside it closes it, and whoever opened it has the focus again.

import { html, render } from "/assets/vendor/lit-html/lit-html.js";
import { problemOf } from "../api.js";
import { say } from "../i18n.js";
import { addressOf } from "./album.js";

/** @typedef {import("../types").Lang} Lang */
/** @typedef {import("../types").Problem} Problem */

/** @param {Lang} lang @param {string} sha256 @param {string} alt */
export async function showLarge(lang, sha256, alt) {
  const dialog = document.createElement("dialog");
  dialog.className = "shot-large";
  dialog.setAttribute("aria-label", alt);
  const draw = (/** @type {unknown} */ what) => render(html`<button type="button" class="plain" @click=${() => dialog.close()}>${say(lang, "app.close")}</button>${what}`, dialog);
  let address = "";
  // The letters of the page below are no commands now, and Esc closes this alone.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  // Another address of the page is another view.
  const away = () => dialog.close();
  dialog.addEventListener("close", () => {
    removeEventListener("popstate", away);
    if (address !== "") URL.revokeObjectURL(address);
    dialog.remove();
  });
  addEventListener("popstate", away);
  draw(html`<p role="status">${say(lang, "load.loading")}</p>`);
  document.body.append(dialog);
  dialog.showModal();
  try {
    const found = await addressOf(sha256, null);
    if (!dialog.open) return URL.revokeObjectURL(found);
    address = found;
    draw(html`<img src=${address} alt=${alt}>`);
  } catch (error) {
    draw(html`<p role="alert">${why(lang, problemOf(error))}</p>`);
  }
}

/** Why a photo did not come. @param {Lang} lang @param {Problem} problem */
export function why(lang, problem) {
  if (problem.status === 0) return say(lang, "shot.line");
  if (problem.status === 401 || problem.status === 403) return say(lang, "shot.forbidden");
  return say(lang, problem.status === 404 ? "shot.gone" : "shot.failed");
}
