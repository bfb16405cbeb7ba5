// Passing on what one sees: by whatever the telephone has for it, else into the clipboard, else as a text to copy.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { say } from "../i18n.js";
import { pathOf } from "../rooms.js";

/** @typedef {import("../main.js").App} App */

/** What became of the last try, and for which address. @type {{ url: string, how: "copied" | "shown" } | null} */
let last = null;

/**
 * @param {App} app
 * @param {string} title
 */
export function shareButton(app, title) {
  const { lang } = app.place;
  const url = linkOf(app);
  const how = last?.url === url ? last.how : "";
  return html`<div class="share"><button type="button" class="plain" @click=${() => share(app, title, url)}>${say(lang, "share.button")}</button>
    ${how === "copied" ? html`<span class="muted" role="status">${say(lang, "share.copied")}</span>` : nothing}
    ${how === "shown" ? html`<label class="field"><span class="sr">${say(lang, "share.link")}</span><input type="text" readonly .value=${url} @focus=${(/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).select()}></label>` : nothing}
  </div>`;
}

/** The address of the room with nothing in it but what it is about, and the language. @param {App} app */
function linkOf(app) {
  const { tab, argument, lang } = app.place;
  const url = new URL(pathOf(tab, argument), location.origin);
  if (lang !== "id") url.searchParams.set("lang", lang);
  return url.href;
}

/** @param {App} app @param {string} title @param {string} url */
async function share(app, title, url) {
  try {
    if (navigator.share) return await navigator.share({ title, url });
    // Only pages over TLS, and of this machine, have a clipboard.
    await navigator.clipboard.writeText(url);
    last = { url, how: "copied" };
  } catch (error) {
    // Whoever thinks better of it has not failed.
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    last = { url, how: "shown" };
  }
  app.draw();
  return undefined;
}
