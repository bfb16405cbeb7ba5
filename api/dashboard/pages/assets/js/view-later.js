// Views whose code is fetched when somebody first looks at them.

import { failure, loading } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").Problem} Problem */

/**
 * A view that says that it is loading until its code is here, and what went wrong if it does not come.
 * @param {() => Promise<(app: App) => unknown>} fetchView
 * @returns {(app: App) => unknown}
 */
export function later(fetchView) {
  /** @type {((app: App) => unknown) | null} */
  let view = null;
  /** @type {Problem | null} */
  let problem = null;
  let asked = false;

  const fetchFor = async (/** @type {App} */ app) => {
    asked = true;
    problem = null;
    try {
      view = await fetchView();
    } catch {
      problem = { title: "network", status: 0 };
    }
    app.draw();
  };

  return (app) => {
    if (view) return view(app);
    if (!asked) fetchFor(app);
    return problem ? failure(app.place.lang, problem, () => fetchFor(app)) : loading(app.place.lang);
  };
}
