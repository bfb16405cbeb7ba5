// Numbers, times and spans of time as people in Jakarta read them. Times are always shown in WIB (UTC+7, no summer time).

/** @typedef {import("./types").Lang} Lang */

const ZONE = "Asia/Jakarta";
const DAY_S = 86_400;
const LOCALE = { id: "id-ID", en: "en-GB" };

/** @type {Map<string, Intl.NumberFormat | Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @template {Intl.NumberFormat | Intl.DateTimeFormat} T
 * @param {string} key
 * @param {() => T} make
 * @returns {T}
 */
function kept(key, make) {
  let format = formats.get(key);
  if (!format) formats.set(key, (format = make()));
  return /** @type {T} */ (format);
}

/**
 * A number, or an en dash where there is none.
 * @param {Lang} lang
 * @param {number | null | undefined} value
 * @param {number} [digits] after the decimal sign
 */
export function number(lang, value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const format = kept(`n${lang}${digits}`, () =>
    new Intl.NumberFormat(LOCALE[lang], { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  return format.format(value);
}

/**
 * A count as it was told: where counts are rounded down to fives, "5+" for five to nine, and "<5" for fewer.
 * @param {Lang} lang
 * @param {number | null | undefined} value
 * @param {number} [roundedTo] what counts are rounded down to a multiple of; 1 = they are exact
 */
export function counted(lang, value, roundedTo = 1) {
  if (roundedTo <= 1 || value === null || value === undefined) return number(lang, value);
  return value === 0 ? `<${number(lang, roundedTo)}` : `${number(lang, value)}+`;
}

/**
 * "15 Jan", without the hour.
 * @param {Lang} lang
 * @param {string | number | null | undefined} when
 */
export function shortDay(lang, when) {
  const date = toDate(when);
  if (!date) return "–";
  return kept(`d${lang}`, () => new Intl.DateTimeFormat(LOCALE[lang], { timeZone: ZONE, day: "numeric", month: "short" })).format(date);
}

/**
 * A moment as exactly as it was told: to the public a single report has days only.
 * @param {Lang} lang
 * @param {string | number | null | undefined} when
 * @param {"exact" | "day"} [times]
 */
export function moment(lang, when, times = "exact") {
  return times === "day" ? shortDay(lang, when) : dayAndClock(lang, when);
}

/**
 * A span between two such moments; of days, whole ones.
 * @param {Lang} lang
 * @param {number} seconds
 * @param {"exact" | "day"} [times]
 */
export function spanOf(lang, seconds, times = "exact") {
  return span(lang, times === "day" ? Math.max(1, Math.floor(seconds / DAY_S)) * DAY_S : seconds);
}

/**
 * Hours in three digits at most: "0,4", "12,8", "165".
 * @param {Lang} lang
 * @param {number | null | undefined} value
 */
export function hours(lang, value) {
  return number(lang, value, value !== null && value !== undefined && value < 99.95 ? 1 : 0);
}

/**
 * @param {Lang} lang
 * @param {string | number | null | undefined} when
 * @param {boolean} [seconds]
 */
export function clock(lang, when, seconds = false) {
  const date = toDate(when);
  if (!date) return "–";
  const format = kept(`c${lang}${seconds}`, () =>
    new Intl.DateTimeFormat(LOCALE[lang], { timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23" }));
  return format.format(date);
}

/**
 * "15 Jan, 14.03".
 * @param {Lang} lang
 * @param {string | number | null | undefined} when
 */
export function dayAndClock(lang, when) {
  return toDate(when) ? `${shortDay(lang, when)}, ${clock(lang, when)}` : "–";
}

/**
 * "Kamis, 15 Januari 2026".
 * @param {Lang} lang
 * @param {string | number | null | undefined} when
 */
export function longDay(lang, when) {
  const date = toDate(when);
  if (!date) return "";
  return kept(`l${lang}`, () =>
    new Intl.DateTimeFormat(LOCALE[lang], { timeZone: ZONE, weekday: "long", day: "numeric", month: "long", year: "numeric" })).format(date);
}

const UNITS = {
  id: { s: "dtk", m: "mnt", h: "jam", d: "hari" },
  en: { s: "s", m: "min", h: "h", d: "d" },
};

/**
 * A span of time in its two largest units: "52 mnt", "5 jam 20 mnt", "3 hari".
 * @param {Lang} lang
 * @param {number | null | undefined} seconds
 */
export function span(lang, seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const unit = UNITS[lang];
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} ${unit.s}`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m} ${unit.m}`;
  const h = Math.floor(m / 60);
  if (h < 24) return m % 60 && h < 12 ? `${h} ${unit.h} ${m % 60} ${unit.m}` : `${h} ${unit.h}`;
  const d = Math.floor(h / 24);
  return h % 24 && d < 4 ? `${d} ${unit.d} ${h % 24} ${unit.h}` : `${d} ${unit.d}`;
}

/**
 * @param {string | number | null | undefined} when
 * @returns {Date | null}
 */
function toDate(when) {
  if (when === null || when === undefined || when === "") return null;
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? null : date;
}
