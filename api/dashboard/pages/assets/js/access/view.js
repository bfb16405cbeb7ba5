// Who is here, in one line: a way in for staff, a way out, and in words why somebody was not let in.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { learn, say, sayKnown } from "../i18n.js";
import { follow } from "../view-frame.js";
import { access } from "./access.js";
import { WORDS } from "./words.js";

/** @typedef {import("../main.js").App} App */

learn(WORDS);

/**
 * @param {App} app
 * @param {{ leave?: () => boolean }} [how] `leave` is asked before somebody goes, and may keep them
 */
export function whoBar(app, { leave = () => true } = {}) {
  const { lang } = app.place;
  const who = access.who;
  if (who && access.staff) {
    const where = who.unit_name ?? who.unit;
    const own = access.may("operate") && app.place.tab !== "operator";
    const toOwn = (/** @type {MouseEvent} */ event) => follow(event, () => app.go({ tab: "operator" }, true));
    return html`<p class="who"><span class="who-name"><b>${who.account}</b> ${sayKnown(lang, "role", who.role)}${where ? `, ${where}` : nothing}</span>
      ${own ? html`<a class="plain" href="/operator" @click=${toOwn}>${say(lang, "tab.operator")}</a>` : nothing}
      ${who.account === "local" ? nothing : html`<button type="button" class="plain" @click=${() => { if (leave()) access.signOut(); }}>${say(lang, "access.out")}</button>`}</p>`;
  }
  if (access.me.state === "none" || (access.me.state === "loading" && !access.me.value)) return html`<p class="who muted">${say(lang, "access.asking")}</p>`;
  return html`<details class="who-in" ?open=${access.refused !== ""}>
    <summary class="plain">${say(lang, "access.in")}</summary>
    ${signInForm(app)}
  </details>`;
}

/** @param {App} app */
export function signInForm(app) {
  const { lang } = app.place;
  const wrong = access.refused !== "";
  return html`<form class="sign-in" @submit=${submit}>
    <label class="field"><span>${say(lang, "access.token")}</span>
      <input name="token" type="password" autocomplete="current-password" spellcheck="false" required aria-invalid=${wrong ? "true" : "false"} aria-describedby=${wrong ? "access-why access-hint" : "access-hint"}></label>
    <button type="submit" class="primary">${say(lang, "access.in")}</button>
    <p id="access-hint" class="muted">${say(lang, "access.hint")}</p>
    ${wrong ? html`<p id="access-why" class="warning" role="alert"><span aria-hidden="true">▲</span> ${say(lang, `refusal.${access.refused}`)}</p>` : nothing}
  </form>`;
}

/** @param {SubmitEvent} event */
function submit(event) {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.currentTarget).elements.namedItem("token"));
  const secret = field.value;
  // It is kept by the tab and nowhere on the page.
  field.value = "";
  access.signIn(secret);
}
