// The parts of the pages that need no browser: words, numbers, classes, the badge. Runs in milliseconds.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { cellToParent, gridDisk } from "h3-js";
import * as format from "../../api/dashboard/pages/assets/js/format.js";
import { freshness } from "../../api/dashboard/pages/assets/js/freshness.js";
import { breakLabels, chooseBreaks, COLOURS, LADDERS, levelOf } from "../../api/dashboard/pages/assets/js/heat.js";
import { CellFamilies, parentOf } from "../../api/dashboard/pages/assets/js/hotspot/cells.js";
import { counts, recurrence, whereOf } from "../../api/dashboard/pages/assets/js/hotspot/words.js";
import { learn, say, WORDS } from "../../api/dashboard/pages/assets/js/i18n.js";
import { gridOf } from "../../api/dashboard/pages/assets/js/map/grid.js";
import { Contours } from "../../api/dashboard/pages/assets/js/map/shapes.js";
import { sorted } from "../../api/dashboard/pages/assets/js/ranking/columns.js";
import { csvOf, endOfDay, today } from "../../api/dashboard/pages/assets/js/ranking/question.js";
import { inFunnel, meanOf, placeInWords } from "../../api/dashboard/pages/assets/js/ranking/verdict.js";
import { pathOf, ROOMS, roomOf } from "../../api/dashboard/pages/assets/js/rooms.js";
import { isDay } from "../../api/dashboard/pages/assets/js/state.js";
import { cellAt, city } from "./fixture/city.js";

const SCRIPTS = join(dirname(fileURLToPath(import.meta.url)), "../../api/dashboard/pages/assets/js");

function sources() {
  return readdirSync(SCRIPTS, { recursive: true }).map(String).filter((name) => name.endsWith(".js"))
    .map((name) => ({ name, text: readFileSync(join(SCRIPTS, name), "utf8") }));
}

// The rooms, and what they share, bring their words with them; here all are at hand.
const dictionaries = [{ ...WORDS }];
for (const { name, text } of sources()) {
  if (name !== "i18n.js" && text.includes("export const WORDS")) dictionaries.push((await import(join(SCRIPTS, name))).WORDS);
}

describe("words", () => {
  it("no room brings a word that another has", () => {
    const keys = dictionaries.flatMap((dictionary) => Object.keys(dictionary));
    assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) !== at), []);
    for (const dictionary of dictionaries.slice(1)) learn(dictionary);
  });

  it("every key has both languages with the same places to fill", () => {
    for (const [key, [indonesian, english]] of Object.entries(WORDS)) {
      assert.ok(indonesian.trim() && english.trim(), key);
      const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
      assert.deepEqual(places(indonesian), places(english), key);
    }
  });

  it("every key the pages ask for exists, and every key that exists is asked for", () => {
    const texts = sources().filter(({ name, text }) => name !== "i18n.js" && !text.includes("export const WORDS"));
    const all = texts.map(({ text }) => text).join("\n");
    const rooms = new Set(Object.keys(WORDS).map((key) => key.split(".")[0]));
    for (const [, key] of all.matchAll(/"([a-z]+(?:\.[a-z0-9_]+)+)"/g)) {
      if (rooms.has(key.split(".")[0])) assert.ok(WORDS[key], `no words for ${key}`);
    }
    // Keys made from data: `${room}.${value}` or sayKnown(lang, "room", value).
    const made = new Set([...all.matchAll(/`([a-z.]+)\.\$\{/g), ...all.matchAll(/sayKnown\((?:app.place.)?lang, "([a-z]+)"/g)].map((match) => match[1]));
    for (const key of Object.keys(WORDS)) {
      const room = key.slice(0, key.lastIndexOf("."));
      assert.ok(all.includes(`"${key}"`) || made.has(room), `nobody says ${key}`);
    }
  });

  it("every room has the words of all it is made of", async () => {
    const made = (entry, found = new Set()) => {
      if (found.has(entry) || !entry.endsWith(".js") || entry.startsWith("vendor")) return found;
      found.add(entry);
      const text = readFileSync(join(SCRIPTS, entry), "utf8");
      for (const [, , other] of text.matchAll(/^(import|export|\}) [^;]*?from "(\.[^"]+)"/gm)) made(join(dirname(entry), other), found);
      return found;
    };
    const always = [...made("main.js")];
    const base = Object.keys(dictionaries[0]);
    const source = readFileSync(join(SCRIPTS, "rooms.js"), "utf8");
    for (const { name } of ROOMS) {
      const row = source.split("\n").find((line) => line.includes(`name: "${name}"`));
      const [words, entry] = [/words: \(\) => import\("\.\/([^"]+)"\)/.exec(row)?.[1], /load: .*import\("\.\/([^"]+)"\)/.exec(row)[1]];
      const modules = [...new Set([...always, ...made(entry), ...(words ? made(words) : [])])];
      const known = new Set(base);
      for (const module of modules) {
        const { WORDS: brought } = module === "i18n.js" ? {} : /export const WORDS/.test(readFileSync(join(SCRIPTS, module), "utf8")) ? await import(join(SCRIPTS, module)) : {};
        for (const key of Object.keys(brought ?? {})) known.add(key);
      }
      for (const module of modules) {
        for (const [, key] of readFileSync(join(SCRIPTS, module), "utf8").matchAll(/"([a-z]+(?:\.[a-z0-9_]+)+)"/g)) {
          if (WORDS[key]) assert.ok(known.has(key), `${name}: ${module} says ${key}, which comes with another room`);
        }
      }
    }
  });

  it("no page says a sentence outside the word list", () => {
    for (const { name, text } of sources().filter(({ name }) => /^(?!map\/)(view-|[a-z]+\/)/.test(name))) {
      const templates = [...text.matchAll(/<[a-z][^<>]*>([^<>$`{}]*[A-Za-z]{3,}[^<>$`{}]*)<\//g)].map((match) => match[1].trim()).filter((words) => !["Tanggap", "WIB"].includes(words));
      assert.deepEqual(templates, [], name);
    }
  });

  it("an unknown key is an error, not an empty page", () => {
    assert.throws(() => say("id", "no.such.key"));
    assert.equal(say("en", "rising.reports", { n: 3 }), "3 reports");
  });
});

describe("an address", () => {
  const of = (text) => {
    const { name, argument } = roomOf(new URL(text, "http://here"));
    return argument === "" ? name : `${name} ${argument}`;
  };

  it("names its room by its path, as a fragment, or as it did of old", () => {
    assert.deepEqual(["/", "/index.html", "/dinding", "/#/dinding", "/peringkat?tingkat=kota", "/?tab=peringkat", "/peringkat?tab=antrean", "/nowhere", "/?tab=nowhere"].map(of),
      ["peta", "peta", "dinding", "dinding", "peringkat", "peringkat", "peringkat", "peta", "peta"]);
  });

  it("of a room is understood again, whatever follows its name", () => {
    for (const { name, path } of ROOMS) {
      for (const argument of path === "/" ? [""] : ["", "31.71", "qlue:a b", "ä/ö", "%"]) assert.deepEqual(roomOf(new URL(pathOf(name, argument), "http://here")), { name, argument });
    }
    assert.equal(of("/dinding/%E0%A4%A"), "dinding", "what cannot be read is left out");
  });
});

describe("numbers and times", () => {
  it("are written as Jakarta writes them", () => {
    assert.equal(format.number("id", 4281), "4.281");
    assert.equal(format.number("en", 4281), "4,281");
    assert.equal(format.number("id", 2.06, 1), "2,1");
    assert.equal(format.number("id", null), "–");
    assert.equal(format.number("id", Number.NaN), "–");
    assert.equal(format.clock("id", "2026-01-15T07:03:09Z"), "14.03");
    assert.equal(format.clock("en", "2026-01-15T07:03:09Z", true), "14:03:09");
    assert.equal(format.clock("id", "not a time"), "–");
    assert.equal(format.dayAndClock("id", "2026-01-15T18:30:00Z"), "16 Jan, 01.30");
  });

  it("a count is as exact as it was told", () => {
    const of = (value, roundedTo) => format.counted("id", value, roundedTo);
    assert.deepEqual([0, 5, 1_230, null].map((value) => of(value, 5)), ["<5", "5+", "1.230+", "–"]);
    assert.deepEqual([0, 5, 7].map((value) => of(value, 1)), ["0", "5", "7"]);
    assert.equal(of(7), "7");
  });

  it("a report's moment is a day where no more is told, and so are spans of it", () => {
    assert.equal(format.moment("id", "2026-01-15T18:30:00Z", "day"), "16 Jan");
    assert.equal(format.moment("id", "2026-01-15T18:30:00Z"), "16 Jan, 01.30");
    assert.deepEqual([3_600, 90_000, 200_000].map((seconds) => format.spanOf("id", seconds, "day")), ["1 hari", "1 hari", "2 hari"]);
    assert.equal(format.spanOf("id", 3_600), "1 jam");
  });

  it("spans use their two largest units", () => {
    const of = (seconds) => format.span("id", seconds);
    assert.deepEqual([0, 59, 60, 3599, 3600, 19_200, 86_400, 90_000, 500_000].map(of),
      ["0 dtk", "59 dtk", "1 mnt", "59 mnt", "1 jam", "5 jam 20 mnt", "1 hari", "1 hari 1 jam", "5 hari"]);
    assert.equal(of(null), "–");
    assert.equal(of(-5), "0 dtk");
  });
});

describe("classes of the heat", () => {
  it("a count's class is the last whose lowest count it reaches", () => {
    const breaks = [1, 3, 6, 10, 20];
    assert.deepEqual([0, 1, 2, 3, 5, 6, 9, 10, 19, 20, 999].map((n) => levelOf(n, breaks)), [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  it("an almost empty city gets single counts, a busy one wide classes, and small changes change nothing", () => {
    assert.equal(chooseBreaks([1, 1, 2, 1], LADDERS[1]), LADDERS[0]);
    const busy = Array.from({ length: 1000 }, (_, i) => i);
    const wide = chooseBreaks(busy, LADDERS[1]);
    assert.ok(wide[4] >= 500);
    assert.equal(chooseBreaks(busy.map((n) => n + 1), wide), wide);
    assert.equal(chooseBreaks([], wide), wide);
  });

  it("labels leave no count out and name none twice", () => {
    for (const ladder of LADDERS) {
      assert.equal(ladder.length, 5);
      const labels = breakLabels(ladder, String);
      for (let n = 1; n <= 2500; n += 1) {
        const mine = labels.filter((label) => {
          if (label.endsWith("+")) return n >= Number.parseInt(label, 10);
          const [from, to] = label.split("–").map(Number);
          return n >= from && n <= (to ?? from);
        });
        assert.equal(mine.length, 1, `${n} in ${labels}`);
        assert.equal(mine[0], labels[levelOf(n, ladder) - 1]);
      }
    }
    assert.equal(COLOURS.dark.length, 5);
    assert.equal(COLOURS.light.length, 5);
  });

  it("the lowest class can be seen on the land, in both themes", async () => {
    const shapes = readFileSync(join(SCRIPTS, "map/shapes.js"), "utf8");
    for (const theme of ["dark", "light"]) {
      const land = shapes.match(new RegExp(`${theme}: \\{[^}]*land: "(#[0-9a-f]{6})"`))[1];
      assert.ok(contrast(COLOURS[theme][0], land) >= 3, `${theme}: ${contrast(COLOURS[theme][0], land)}`);
    }
  });
});

/** The contrast ratio of WCAG 2. */
function contrast(a, b) {
  const light = (hex) => {
    const [r, g, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

describe("the compact grid", () => {
  it("is the same cells as the GeoJSON, to within three metres, and a tenth of the bytes", () => {
    const { grid, compact } = city();
    const made = gridOf(compact);
    assert.equal(made.version, grid.version);
    assert.equal(made.features.length, grid.features.length);
    grid.features.forEach((cell, i) => {
      assert.equal(made.features[i].id, cell.id);
      assert.deepEqual(made.features[i].properties, cell.properties);
      cell.geometry.coordinates[0].forEach(([x, y], corner) => {
        const [u, v] = made.features[i].geometry.coordinates[0][corner];
        assert.ok(Math.hypot(u - x, v - y) * 111_320 < 3, `${cell.properties.h3} corner ${corner}`);
      });
    });
    const weight = (body) => brotliCompressSync(JSON.stringify(body), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }).length;
    assert.ok(weight(compact) * 10 < weight(grid), `${weight(compact)} of ${weight(grid)}`);
    assert.equal(gridOf(grid), grid);
  });

  it("gives contours in which neighbours share their sides", () => {
    const { compact, cells } = city();
    const contours = new Contours(gridOf(compact));
    const centre = cellAt(cells, 106.83, -6.2);
    const ring = gridDisk(cells[centre].h3, 1).map((h3) => cells.findIndex((cell) => cell.h3 === h3));
    assert.equal(contours.around([centre]).length, 6);
    assert.equal(contours.around(ring).length, 18);
    assert.equal(contours.around(ring.filter((index) => index !== centre)).length, 24);
    assert.deepEqual(contours.around([]), []);
  });
});

describe("a hotspot", () => {
  it("is said to come as seldom as chance brings it, and never more exactly than anyone knows", () => {
    const of = (days) => recurrence("id", days);
    assert.deepEqual([120, 729, 730, 1_460, 36_500, 91_000, 1, 1.2, 0.4, Number.NaN].map(of), [
      "sekali dalam 120 hari", "sekali dalam 2 tahun", "sekali dalam 2 tahun", "sekali dalam 4 tahun", "sekali dalam 100 tahun",
      "lebih jarang dari sekali dalam 100 tahun", "sekali dalam sehari", "sekali dalam sehari", "lebih dari sekali sehari", "lebih dari sekali sehari",
    ]);
    assert.equal(recurrence("en", 120), "once in 120 days");
    assert.equal(recurrence("id", 500), "sekali dalam 500 hari");
  });

  it("names two of its kelurahan and counts the others, and puts what was seen beside what was expected", () => {
    const places = ["A", "B", "C", "D"].map((name) => ({ kelurahan: `99.${name}`, name }));
    assert.equal(whereOf("id", { places }), "A, B dan 2 lainnya");
    assert.equal(whereOf("en", { places: [{ kelurahan: "99.1", name: null }] }), "99.1");
    assert.equal(whereOf("id", { places: [] }), "di luar wilayah");
    assert.equal(counts("id", { observed: 23, expected: 4.07 }), "23 pelapor, diduga 4,1");
  });

  it("lies in the grid's cells that H3 says belong to it", () => {
    const { grid, cells } = city();
    for (let resolution = 0; resolution <= 9; resolution += 1) {
      for (let i = 0; i < cells.length; i += 97) assert.equal(parentOf(cells[i].h3, resolution), cellToParent(cells[i].h3, resolution));
    }
    const coarse = cellToParent(cells[cellAt(cells, 106.83, -6.2)].h3, 8);
    const within = new CellFamilies(grid).within([coarse]);
    assert.equal(within.length, 7);
    for (const index of within) assert.equal(cellToParent(cells[index].h3, 8), coarse);
    assert.deepEqual(new CellFamilies(grid).within(["882a100d65fffff"]), [], "a cell elsewhere has none");
  });
});

describe("the ranking's numbers", () => {
  const unit = { code: "a", name: "A", n: 100, open: 0, tier: "same", rank: 12, rank_lo: 3, rank_hi: 40, rmst_resolution_h: 30 };

  it("say a place with the places it may really hold", () => {
    assert.equal(placeInWords("id", unit), "tempat 12, mungkin 3–40");
    assert.equal(placeInWords("en", unit), "place 12, perhaps 3–40");
    assert.equal(placeInWords("id", { ...unit, rank_lo: 12, rank_hi: 12 }), "tempat 12");
    assert.equal(placeInWords("id", { ...unit, tier: null }), "", "too few have no place");
  });

  it("stand beside the mean the verdicts were held against", () => {
    const shrunk = (own, reliability) => ({ ...unit, rmst_resolution_h: own, reliability, shrunken_resolution_h: 40 + reliability * (own - 40) });
    assert.ok(Math.abs(meanOf([shrunk(10, 0.9), shrunk(90, 0.4), shrunk(55, 1)]) - 40) < 1e-9);
    assert.equal(meanOf([{ ...unit, n: 3 }, { ...unit, n: 1, rmst_resolution_h: 70 }]), 40, "without them: weighted by reports");
    assert.equal(meanOf([]), null);
  });

  it("lie in the funnel by its limits, which still belong to it", () => {
    const limits = { limits_95: { low: 0.5, high: 0.8 }, limits_998: { low: 0.4, high: 0.9 } };
    const at = (share) => inFunnel({ in_time: { share, ...limits } });
    assert.deepEqual([0.39, 0.4, 0.5, 0.8, 0.81, 0.9, 0.91].map(at), ["below", "low", "within", "within", "high", "high", "above"]);
    assert.equal(inFunnel({ in_time: null }), null);
    assert.equal(inFunnel({}), null);
  });

  it("put units with too few data last however they are sorted by the mean", () => {
    const items = [{ ...unit, name: "slow", rmst_resolution_h: 90 }, { ...unit, name: "few", tier: null, rank: null, rmst_resolution_h: 1 }, { ...unit, name: "fast", rmst_resolution_h: 9 }];
    assert.deepEqual(sorted(items, "mean", false).map((item) => item.name), ["fast", "slow", "few"]);
    assert.deepEqual(sorted(items, "mean", true).map((item) => item.name), ["slow", "fast", "few"]);
  });

  it("are asked for a day's end in Jakarta, and the CSV for the same as the table", () => {
    assert.equal(new Date(endOfDay("2026-01-15")).getTime(), Date.parse("2026-01-16T00:00:00+07:00"));
    assert.equal(today(Date.parse("2026-01-15T17:00:00Z")), "2026-01-16");
    assert.deepEqual(["2026-01-15", "2024-02-29", "2026-02-29", "2026-1-5", "", null].map(isDay), [true, true, false, false, false, false]);
    const question = { level: "dinas", window: "90d", asOf: "2026-01-15", quality: "adjusted" };
    assert.equal(csvOf(question), "/v1/rankings/dinas?window=90d&as_of=2026-01-15T17%3A00%3A00Z&quality=adjusted&format=csv");
    assert.equal(csvOf({ ...question, asOf: "", quality: "plain" }), "/v1/rankings/dinas?window=90d&format=csv");
  });
});

describe("the badge", () => {
  const at = Date.parse("2026-01-15T07:03:00Z");
  const facts = { asOf: "2026-01-15T07:02:00Z", nowMs: at, sources: [], silentMs: 400, heard: true };
  const live = { source: "qlue", state: "live", lag_s: 3, last_event: null };

  it("is live while the watermark is near and the stream speaks", () => {
    assert.equal(freshness({ ...facts, sources: [live] }).kind, "live");
    assert.equal(freshness({ ...facts, sources: [live] }).lagS, 60);
  });

  it("is delayed by an old watermark, or by one late source, which it names", () => {
    assert.equal(freshness({ ...facts, asOf: "2026-01-15T06:59:00Z" }).kind, "delayed");
    const behind = freshness({ ...facts, sources: [live, { ...live, source: "waze", state: "stale" }] });
    assert.equal(behind.kind, "delayed");
    assert.deepEqual(behind.behind, ["waze"]);
  });

  it("is not disturbed by a source that is quiet or never spoke", () => {
    assert.equal(freshness({ ...facts, sources: [live, { ...live, state: "idle" }, { ...live, state: "never" }] }).kind, "live");
  });

  it("is cut after ten silent seconds, whatever the data said", () => {
    assert.equal(freshness({ ...facts, silentMs: 10_001 }).kind, "cut");
    assert.equal(freshness({ ...facts, heard: false, silentMs: 3_000 }).kind, "connecting");
    assert.equal(freshness({ ...facts, heard: false, silentMs: 11_000 }).kind, "cut");
  });

  it("does not call an empty start late", () => {
    assert.equal(freshness({ ...facts, asOf: null }).kind, "live");
  });
});
