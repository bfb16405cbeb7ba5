// Fetches what stands behind a row when somebody first picks one; who reads the table only does not pay for it.

import { html, nothing } from "/assets/vendor/lit-html/lit-html.js";
import { load } from "../loaded.js";
import { failure, loading } from "../view-parts.js";

/** @typedef {import("../main.js").App} App */
/** @typedef {import("../types").AskedRanking} AskedRanking */
/** @typedef {typeof import("./detail/panel.js")} Panel */
/** @template T @typedef {import("../types").Loaded<T>} Loaded */

/** @type {Loaded<Panel>} */
let panel = { state: "none" };

/**
 * Fetches what the picked unit needs and is not here.
 * @param {App} app
 */
export async function followPicked(app) {
  if (app.place.picked === "") return leavePicked();
  if (panel.state === "loading") return;
  if (panel.state !== "ready") {
    await load(panel, () => import("./detail/panel.js"), (loaded) => { panel = loaded; });
    app.draw();
  }
  // Asked again, because it has changed meanwhile.
  const here = /** @type {Loaded<Panel>} */ (panel);
  if (here.state === "ready") here.value.follow(app);
}

/** Nobody looks at a picked unit any more: what only the page holds of it is let go. */
export function leavePicked() {
  if (panel.state === "ready") panel.value.leave();
}

/**
 * @param {App} app
 * @param {AskedRanking} ranking
 */
export function detail(app, ranking) {
  const picked = ranking.items.find((item) => item.code === app.place.picked);
  if (!picked) return nothing;
  if (panel.state === "ready") return panel.value.panel(app, ranking, picked);
  if (panel.state === "failed") return failure(app.place.lang, { title: "network", status: 0 }, () => { followPicked(app); });
  return html`<div class="behind">${loading(app.place.lang)}</div>`;
}
