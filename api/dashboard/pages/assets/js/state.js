// What the page shows, in one object; the part that identifies a view lives in the URL so that it can be shared.

import { pathOf, roomOf } from "./rooms.js";

/** @typedef {import("./types").Lang} Lang */
/** @typedef {import("./types").RoomName} RoomName */
/** @typedef {import("./types").WindowName} WindowName */
/** @typedef {import("./types").Level} Level */

/** @type {WindowName[]} */
export const WINDOWS = ["15m", "60m", "6h", "24h"];
/** @type {Level[]} */
export const LEVELS = ["kota", "kecamatan", "kelurahan", "dinas", "channel"];
export const RANKING_WINDOWS = ["7d", "30d", "90d", "365d", "all"];
/** Whether the quality of closures counts in the ranking. */
export const QUALITIES = /** @type {const} */ (["plain", "adjusted"]);
/** Who is ranked: what answers reports, or who makes them. */
export const BOARDS = /** @type {const} */ (["units", "reporters"]);
/** The whole months reporters are ranked over. */
export const SPANS = /** @type {const} */ (["month", "quarter", "year"]);

/**
 * @typedef {object} Place
 * @property {RoomName} tab the room; it is the path
 * @property {string} argument what follows the room's name, such as the code of an area; empty = nothing
 * @property {Lang} lang
 * @property {WindowName} window
 * @property {string} category
 * @property {Level} level
 * @property {typeof BOARDS[number]} board who is ranked
 * @property {typeof SPANS[number]} span the months reporters are ranked over
 * @property {string} rankingWindow
 * @property {string} asOf the day (Jakarta) at whose end the ranking is looked at, as 2026-01-15; empty = now
 * @property {string} quality `plain` or `adjusted`
 * @property {string} picked code of the ranked unit that is looked at; empty = none
 * @property {string} compared code of the one beside it; empty = none
 * @property {string} unit
 * @property {string} channel only reports of this channel; empty = all
 * @property {"z" | "n"} measure whether cells are coloured by how far above usual they are, or by their count
 * @property {string} at a moment of the past that is looked at, RFC 3339; empty = now
 */

/** Our names in the URL, and what each takes. Anything else in the URL is kept as it is. */
const PARAMETERS = /** @type {const} */ ({ lang: "lang", window: "w", category: "kat", level: "tingkat", board: "daftar", span: "bulan", rankingWindow: "periode", asOf: "per", quality: "mutu", picked: "pilih", compared: "banding", unit: "unit", channel: "kanal", measure: "ukur", at: "saat" });

/** @returns {Place} */
export function placeOfUrl() {
  const query = new URLSearchParams(location.search);
  const room = roomOf(location);
  const one = (/** @type {keyof typeof PARAMETERS} */ name, /** @type {readonly string[]} */ allowed, /** @type {string} */ otherwise) => {
    const value = query.get(PARAMETERS[name]);
    return value !== null && allowed.includes(value) ? value : otherwise;
  };
  const free = (/** @type {keyof typeof PARAMETERS} */ name) => (query.get(PARAMETERS[name]) ?? "").slice(0, 64);
  return {
    tab: room.name,
    argument: room.argument,
    lang: /** @type {Lang} */ (one("lang", ["id", "en"], remembered("lang") === "en" ? "en" : "id")),
    window: /** @type {WindowName} */ (one("window", WINDOWS, "60m")),
    category: free("category"),
    level: /** @type {Level} */ (one("level", LEVELS, "kecamatan")),
    board: /** @type {Place["board"]} */ (one("board", BOARDS, "units")),
    span: /** @type {Place["span"]} */ (one("span", SPANS, "month")),
    rankingWindow: one("rankingWindow", RANKING_WINDOWS, "30d"),
    asOf: isDay(query.get(PARAMETERS.asOf)) ? free("asOf") : "",
    quality: one("quality", QUALITIES, "plain"),
    picked: free("picked"),
    compared: free("compared"),
    unit: free("unit"),
    channel: free("channel"),
    measure: /** @type {"z" | "n"} */ (one("measure", ["z", "n"], "z")),
    at: Number.isNaN(Date.parse(free("at"))) ? "" : free("at"),
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
  url.pathname = pathOf(place.tab, place.argument);
  // The other ways to name a room, which are understood but not written.
  url.searchParams.delete("tab");
  if (url.hash.startsWith("#/")) url.hash = "";
  const defaults = { lang: "id", window: "60m", category: "", level: "kecamatan", board: "units", span: "month", rankingWindow: "30d", asOf: "", quality: "plain", picked: "", compared: "", unit: "", channel: "", measure: "z", at: "" };
  for (const [name, parameter] of Object.entries(PARAMETERS)) {
    const key = /** @type {keyof typeof PARAMETERS} */ (name);
    const value = place[key];
    if (value === defaults[key]) url.searchParams.delete(parameter);
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
