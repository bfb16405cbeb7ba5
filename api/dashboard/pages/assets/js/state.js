// What the page shows, in one object; the part that identifies a view lives in the URL so that it can be shared.

/** @typedef {import("./types").Lang} Lang */
/** @typedef {import("./types").Tab} Tab */
/** @typedef {import("./types").WindowName} WindowName */
/** @typedef {import("./types").Level} Level */

/** @type {Tab[]} */
export const TABS = ["peta", "peringkat", "antrean"];
/** @type {WindowName[]} */
export const WINDOWS = ["15m", "60m", "6h", "24h"];
/** @type {Level[]} */
export const LEVELS = ["kota", "kecamatan", "kelurahan", "dinas", "channel"];
export const RANKING_WINDOWS = ["7d", "30d", "90d", "365d", "all"];
/** Whether the quality of closures counts in the ranking. */
export const QUALITIES = /** @type {const} */ (["plain", "adjusted"]);

/**
 * @typedef {object} Place
 * @property {Tab} tab
 * @property {Lang} lang
 * @property {WindowName} window
 * @property {string} category
 * @property {Level} level
 * @property {string} rankingWindow
 * @property {string} asOf the day (Jakarta) at whose end the ranking is looked at, as 2026-01-15; empty = now
 * @property {string} quality `plain` or `adjusted`
 * @property {string} picked code of the ranked unit that is looked at; empty = none
 * @property {string} compared code of the one beside it; empty = none
 * @property {string} unit
 */

/** Our names in the URL, and what each takes. Anything else in the URL is kept as it is. */
const PARAMETERS = /** @type {const} */ ({ tab: "tab", lang: "lang", window: "w", category: "kat", level: "tingkat", rankingWindow: "periode", asOf: "per", quality: "mutu", picked: "pilih", compared: "banding", unit: "unit" });

/** @returns {Place} */
export function placeOfUrl() {
  const query = new URLSearchParams(location.search);
  const one = (/** @type {keyof typeof PARAMETERS} */ name, /** @type {readonly string[]} */ allowed, /** @type {string} */ otherwise) => {
    const value = query.get(PARAMETERS[name]);
    return value !== null && allowed.includes(value) ? value : otherwise;
  };
  const free = (/** @type {keyof typeof PARAMETERS} */ name) => (query.get(PARAMETERS[name]) ?? "").slice(0, 64);
  return {
    tab: /** @type {Tab} */ (one("tab", TABS, "peta")),
    lang: /** @type {Lang} */ (one("lang", ["id", "en"], remembered("lang") === "en" ? "en" : "id")),
    window: /** @type {WindowName} */ (one("window", WINDOWS, "60m")),
    category: free("category"),
    level: /** @type {Level} */ (one("level", LEVELS, "kecamatan")),
    rankingWindow: one("rankingWindow", RANKING_WINDOWS, "30d"),
    asOf: isDay(query.get(PARAMETERS.asOf)) ? free("asOf") : "",
    quality: one("quality", QUALITIES, "plain"),
    picked: free("picked"),
    compared: free("compared"),
    unit: free("unit"),
  };
}

/**
 * Whether this is a day of the calendar, as 2026-01-15.
 * @param {string | null} text
 */
export function isDay(text) {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") ? new Date(`${text}T00:00:00Z`) : null;
  return day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(String(text));
}

/**
 * Writes the place into the URL; defaults stay out of it.
 * @param {Place} place
 * @param {boolean} step whether the browser's back button should return here
 */
export function placeToUrl(place, step) {
  const url = new URL(location.href);
  const defaults = { tab: "peta", lang: "id", window: "60m", category: "", level: "kecamatan", rankingWindow: "30d", asOf: "", quality: "plain", picked: "", compared: "", unit: "" };
  for (const [name, parameter] of Object.entries(PARAMETERS)) {
    const value = place[/** @type {keyof Place} */ (name)];
    if (value === defaults[/** @type {keyof Place} */ (name)]) url.searchParams.delete(parameter);
    else url.searchParams.set(parameter, value);
  }
  if (url.href === location.href) return;
  if (step) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}

/**
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(`tanggap.${name}`);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`tanggap.${name}`, value);
  } catch {
    // A browser that keeps nothing still works; it forgets the choice.
  }
}
