// A hotspot in words: how rare it is, where it lies, how it stands to what was expected.

import { counted, number, span } from "../format.js";
import { say, sayKnown } from "../i18n.js";

/** @typedef {import("../types").Hotspot} Hotspot */
/** @typedef {import("../types").Lang} Lang */

/** A shape for each change, so that the list can be read without its colours. */
export const SHAPES = /** @type {const} */ ({ opened: "●", grew: "▲", moved: "➜", merged: "⧉", closed: "○", withdrawn: "×" });

const YEAR_D = 365;
/** Years beyond which only "more seldom than" is said: nobody has watched for so long. */
const MOST_YEARS = 100;
/** Kelurahan named; the others are counted. */
const NAMED = 2;

/**
 * "sekali dalam 120 hari": how often chance alone would bring as much, anywhere in the city.
 * @param {Lang} lang
 * @param {number} days
 */
export function recurrence(lang, days) {
  if (!(days >= 1)) return say(lang, "hotspot.often");
  const years = Math.round(days / YEAR_D);
  if (years > MOST_YEARS) return say(lang, "hotspot.seldom", { years: MOST_YEARS });
  if (years >= 2) return say(lang, "hotspot.once.years", { years: number(lang, years) });
  return say(lang, Math.round(days) === 1 ? "hotspot.once.day" : "hotspot.once.days", { days: number(lang, Math.round(days)) });
}

/**
 * @param {Lang} lang
 * @param {Hotspot} item
 */
export function whereOf(lang, { places }) {
  if (places.length === 0) return say(lang, "rising.outside");
  const named = places.slice(0, NAMED).map((place) => place.name ?? place.kelurahan).join(", ");
  return places.length > NAMED ? say(lang, "hotspot.others", { named, n: number(lang, places.length - NAMED) }) : named;
}

/**
 * "23 pelapor, diduga 4,1"; to the public "20+ pelapor, diduga 3,8".
 * @param {Lang} lang
 * @param {Hotspot} item
 */
export function counts(lang, { observed, expected, rounded_to: roundedTo }) {
  return say(lang, "hotspot.counts", { observed: counted(lang, observed, roundedTo), expected: number(lang, expected, expected < 10 ? 1 : 0) });
}

/**
 * How it came to be, as one more part of a line; nothing where there is no pattern.
 * @param {Lang} lang
 * @param {Hotspot} item
 */
export const pattern = (lang, { label }) => (label ? ` · ${sayKnown(lang, "emerging", label)}` : "");

/**
 * How long it has gone on, or had when it ended.
 * @param {Lang} lang
 * @param {Hotspot} item
 * @param {number | null} untilMs
 */
export function life(lang, { opened }, untilMs) {
  return untilMs === null ? "–" : span(lang, (untilMs - Date.parse(opened)) / 1000);
}

/** The letter of the n-th on the map; there are 26. @param {number} at */
export const letterOf = (at) => (at < 26 ? String.fromCharCode(65 + at) : "");
