// Response times by area or dinas: an interval of ranks instead of one number, a verdict in words, and always how many
// reports are still open. What cannot be told apart is not ranked.

import { html, nothing, svg } from "/assets/vendor/lit-html/lit-html.js";
import { hours, number } from "./format.js";
import { say } from "./i18n.js";
import { LEVELS, RANKING_WINDOWS } from "./state.js";
import { choices, failure, loading } from "./view-parts.js";

/** @typedef {import("./main.js").App} App */
/** @typedef {import("./types").Lang} Lang */
/** @typedef {import("./types").Ranking} Ranking */
/** @typedef {import("./types").RankingItem} RankingItem */

const TIER_SHAPES = { fast: "▲", same: "≈", slow: "▼", few: "?" };

/** Where the drawn scale may end, hours; the mean itself is cut at the last. */
const SCALES_H = [12, 24, 48, 72, 120, 168];

/** The drawing's width for the whole scale, in its own units. */
const SCALE = 160;

/** The verdict's key of an item: its tier, or too few. @param {RankingItem} item */
const tierOf = (item) => item.tier ?? "few";

/**
 * The sortable columns: key, words, group, and the value they sort by.
 * @type {{ key: string, words: string, group?: string, minor?: boolean, value: (item: RankingItem) => number | string | null }[]}
 */
const COLUMNS = [
  { key: "rank", words: "rank.col.rank", value: (item) => item.rank },
  { key: "tier", words: "rank.col.tier", value: (item) => ["fast", "same", "slow", "few"].indexOf(tierOf(item)) },
  { key: "name", words: "", value: (item) => item.name },
  { key: "first", words: "rank.col.median", group: "rank.col.first", value: (item) => item.median_first_response_h },
  { key: "first90", words: "rank.col.p90", group: "rank.col.first", minor: true, value: (item) => item.p90_first_response_h },
  { key: "resolution", words: "rank.col.median", group: "rank.col.resolution", value: (item) => item.median_resolution_h },
  { key: "resolution90", words: "rank.col.p90", group: "rank.col.resolution", minor: true, value: (item) => item.p90_resolution_h },
  { key: "mean", words: "rank.col.mean", value: (item) => item.rmst_resolution_h },
  { key: "n", words: "rank.col.n", value: (item) => item.n },
  { key: "open", words: "rank.col.open", value: (item) => item.open },
];

/** @param {App} app */
export function rankingView(app) {
  const { lang, level, rankingWindow } = app.place;
  const t = (/** @type {string} */ key, values = {}) => say(lang, key, values);
  const loaded = app.ranking;
  const ranking = loaded.state === "none" ? undefined : loaded.value;
  return html`
    <div class="page-head">
      <h1>${t("rank.title")}</h1>
      ${choices(t("rank.level"), LEVELS, level, (value) => t(`level.${value}`), (value) => app.go({ level: value }))}
      ${choices(t("map.window"), RANKING_WINDOWS, rankingWindow, (value) => t(`window.${value}`), (value) => app.go({ rankingWindow: value }))}
      <a class="plain" href=${`/v1/rankings/${level}?window=${rankingWindow}&format=csv`} download>${t("rank.csv")}</a>
    </div>
    ${loaded.state === "failed" ? failure(lang, loaded.problem, () => app.loadRanking()) : nothing}
    ${ranking && ranking.level === level
      ? ranking.items.length === 0
        ? html`<p class="note">${t("rank.none")}</p>`
        : html`${summary(lang, ranking)}${table(app, ranking)}<p class="footnote">${t("rank.note")}</p>`
      : loaded.state === "failed" ? nothing : loading(lang)}`;
}

/**
 * @param {Lang} lang
 * @param {Ranking} ranking
 */
function summary(lang, ranking) {
  const count = (/** @type {string} */ tier) => ranking.items.filter((item) => tierOf(item) === tier).length;
  const part = (/** @type {"fast" | "same" | "slow" | "few"} */ tier) =>
    html`<li data-tier=${tier}><b>${number(lang, count(tier))}</b> <span class="shape" aria-hidden="true">${TIER_SHAPES[tier]}</span> ${say(lang, `rank.summary.${tier}`)}</li>`;
  return html`<ul class="summary">${part("fast")}${part("same")}${part("slow")}${part("few")}
    <li class="muted">${say(lang, "rank.minimum", { n: number(lang, ranking.minimum_n) })}</li></ul>`;
}

/**
 * @param {App} app
 * @param {Ranking} ranking
 */
function table(app, ranking) {
  const { lang, level, rankingWindow } = app.place;
  const { key, down } = app.rankingSort;
  const items = sorted(ranking.items, key, down);
  const ranked = ranking.items.filter((item) => item.rank !== null).length;
  const most = Math.max(1, ...ranking.items.map((item) => item.upper ?? item.rmst_resolution_h ?? 0));
  const scale = SCALES_H.find((end) => most <= end) ?? 168;
  const mid = middle(ranking.items);
  const header = (/** @type {typeof COLUMNS[number]} */ column, /** @type {number} */ rows, aside = "") => {
    const words = column.key === "name" ? say(lang, `level.${level}`) : say(lang, column.words);
    const full = column.group ? `${say(lang, column.group)}, ${words}` : words;
    return html`<th scope="col" rowspan=${rows} data-column=${column.key} class=${classOf(column)}
      aria-sort=${column.key === key ? (down ? "descending" : "ascending") : nothing}>
      <button type="button" title=${say(lang, "rank.sort", { column: full })} @click=${() => app.sortRanking(column.key)}>${words}<span class="arrow" aria-hidden="true">${column.key === key ? (down ? "▾" : "▴") : ""}</span></button>${aside ? html` <span class="aside">${aside}</span>` : nothing}</th>`;
  };
  const by = (/** @type {string} */ wanted) => /** @type {typeof COLUMNS[number]} */ (COLUMNS.find((column) => column.key === wanted));
  return html`<div class="scroller" role="region" tabindex="0" aria-label=${say(lang, "rank.title")}>
    <table class="ranking">
      <caption class="sr">${say(lang, "rank.caption", { level: say(lang, `level.${level}`), window: say(lang, `window.${rankingWindow}`) })}</caption>
      <thead>
        <tr>${header(by("rank"), 2)}${header(by("name"), 2)}${header(by("tier"), 2)}
          <th scope="colgroup" colspan="2" class="group wide">${say(lang, "rank.col.first")} <span class="muted">${say(lang, "rank.hours")}</span></th>
          <th scope="colgroup" colspan="2" class="group wide">${say(lang, "rank.col.resolution")} <span class="muted">${say(lang, "rank.hours")}</span></th>
          ${header(by("mean"), 2, say(lang, "rank.scale", { hours: scale }))}${header(by("n"), 2)}${header(by("open"), 2)}</tr>
        <tr>${header(by("first"), 1)}${header(by("first90"), 1)}${header(by("resolution"), 1)}${header(by("resolution90"), 1)}</tr>
      </thead>
      <tbody>${items.map((item) => row(lang, item, ranked, scale, mid))}</tbody>
    </table>
  </div>`;
}

/** @param {typeof COLUMNS[number]} column */
function classOf(column) {
  const wide = column.group !== undefined || column.key === "n";
  const figure = ["first", "first90", "resolution", "resolution90", "n", "open"].includes(column.key);
  return [column.key === "tier" && "verdict", figure && "figure", column.minor && "minor", wide && "wide"].filter(Boolean).join(" ");
}

/**
 * @param {Lang} lang
 * @param {RankingItem} item
 * @param {number} ranked
 * @param {number} scale
 * @param {number | null} mid
 */
function row(lang, item, ranked, scale, mid) {
  const tier = tierOf(item);
  const quantile = (/** @type {number | null} */ value, /** @type {string} */ name) =>
    html`<td class=${name}>${value === null ? html`<span class="never" title=${say(lang, "rank.never.long")}>${name.includes("minor") ? "–" : item.n === 0 ? "–" : say(lang, "rank.never")}</span>` : hours(lang, value)}</td>`;
  const rank = item.rank_lo === null || tier === "few" ? "–" : item.rank_lo === item.rank_hi ? number(lang, item.rank_lo) : `${number(lang, item.rank_lo)}–${number(lang, item.rank_hi)}`;
  const chip = html`<span class="chip" data-tier=${tier}><span class="shape" aria-hidden="true">${TIER_SHAPES[tier]}</span> ${say(lang, `tier.${tier}`)}</span>`;
  return html`<tr data-code=${item.code} data-tier=${tier}>
    <td class="rank">${rank}${rank === "–" ? nothing : html` <span class="muted of">${say(lang, "rank.of", { total: number(lang, ranked) })}</span>`}</td>
    <th scope="row">${item.name}<span class="narrow">${chip}</span></th>
    <td class="verdict">${chip}</td>
    ${quantile(item.median_first_response_h, "figure wide")}${quantile(item.p90_first_response_h, "figure minor wide")}
    ${quantile(item.median_resolution_h, "figure wide")}${quantile(item.p90_resolution_h, "figure minor wide")}
    <td class="mean"><div><span class="mean-figure"><b>${hours(lang, item.rmst_resolution_h)}</b> <span class="muted">${item.lower === null || item.upper === null ? nothing : `${hours(lang, item.lower)}–${hours(lang, item.upper)}`}</span></span>${bar(item, tier, scale, mid)}</div></td>
    <td class="figure wide">${number(lang, item.n)}</td>
    <td class="figure open" title=${say(lang, "rank.share", { n: number(lang, item.open), total: number(lang, item.n) })}>${number(lang, item.open)} <span class="muted narrow">${say(lang, "rank.of", { total: number(lang, item.n) })}</span></td>
  </tr>`;
}

/**
 * The interval as a line, the mean as a dot, the middle of all as a tick. The figures beside it say the same in text.
 * @param {RankingItem} item
 * @param {string} tier
 * @param {number} scale hours at the right end
 * @param {number | null} mid
 */
function bar(item, tier, scale, mid) {
  if (item.rmst_resolution_h === null) return nothing;
  const x = (/** @type {number} */ value) => (4 + (Math.min(value, scale) / scale) * (SCALE - 8)).toFixed(1);
  return html`<svg class="bar" data-tier=${tier} viewBox="0 0 ${SCALE} 14" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<line class="axis" x1="4" x2=${SCALE - 4} y1="7" y2="7" />`}
    ${mid === null ? nothing : svg`<line class="mid" x1=${x(mid)} x2=${x(mid)} y1="1" y2="13" />`}
    ${item.lower === null || item.upper === null ? nothing : svg`<line class="interval" x1=${x(item.lower)} x2=${x(item.upper)} y1="7" y2="7" />`}
    ${svg`<line class="dot" x1=${x(item.rmst_resolution_h)} x2=${x(item.rmst_resolution_h)} y1="7" y2="7" />`}
  </svg>`;
}

/**
 * The mean over all areas, weighted by their reports.
 * @param {RankingItem[]} items
 */
function middle(items) {
  let [sum, n] = [0, 0];
  for (const item of items) {
    if (item.rmst_resolution_h === null) continue;
    sum += item.rmst_resolution_h * item.n;
    n += item.n;
  }
  return n > 0 ? sum / n : null;
}

/**
 * Items by a column; those without a value come last either way.
 * @param {RankingItem[]} items
 * @param {string} key
 * @param {boolean} down
 */
export function sorted(items, key, down) {
  const value = COLUMNS.find((column) => column.key === key)?.value ?? COLUMNS[0].value;
  return items.slice().sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a.name.localeCompare(b.name, "id");
    const order = typeof x === "string" ? x.localeCompare(String(y), "id", { numeric: true }) : x - Number(y);
    return (down ? -order : order) || a.name.localeCompare(b.name, "id");
  });
}
