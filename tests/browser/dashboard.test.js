// The first page in a real browser: against the program at TANGGAP_URL, or against the fixture server when that is not set.
//
// TANGGAP_URL        the running program, as http://127.0.0.1:8080
// TANGGAP_BURST_CMD  a command that makes TANGGAP_BURST_N reports of TANGGAP_BURST_CATEGORY appear at TANGGAP_BURST_LON,
//                    TANGGAP_BURST_LAT (all given in its environment), by whatever door the program has

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { latLngToCell } from "h3-js";
import { WORDS } from "../../api/dashboard/pages/assets/js/i18n.js";
import { Fixture, mapDrawn, openBrowser, openPage } from "./harness.js";

/** What each tab shows once its data is here, or the words it has instead. */
const FILLED = {
  peta: ".rising button, .rising .note:not([role])",
  peringkat: ".ranking tbody tr, .view-ranking > .note:not([role])",
  antrean: ".cards button, .queue .note:not([role]), .view-inbox > .note:not([role])",
};
const BURST = { lon: 106.8272, lat: -6.2153, category: "banjir", n: 60 };
/** What the first view may weigh on the wire, bytes, all files and map data included. */
const BUDGET = 500_000;

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Fixture | null} */
let fixture = null;
let base = process.env.TANGGAP_URL ?? "";

before(async () => {
  if (!base) {
    fixture = await Fixture.start();
    base = fixture.url;
  }
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await fixture?.down();
});

/** Runs a check on a page of its own and then insists that nothing went wrong in it. */
async function on(options, check) {
  const opened = await openPage(browser, base, options);
  try {
    await check(opened.page, opened);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
  }
}

async function makeBurst() {
  if (fixture) return void (await fixture.post("/fixture/burst", BURST));
  const environment = { ...process.env, TANGGAP_URL: base, TANGGAP_BURST_LON: String(BURST.lon), TANGGAP_BURST_LAT: String(BURST.lat), TANGGAP_BURST_CATEGORY: BURST.category, TANGGAP_BURST_N: String(BURST.n) };
  await promisify(execFile)("/bin/sh", ["-c", String(process.env.TANGGAP_BURST_CMD)], { env: environment });
}

describe("the first page", () => {
  it("draws the city and its cells, says it is live, and asks no other host", async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      await page.waitForSelector('.badge[data-kind="live"], .badge[data-kind="delayed"]');
      // The map follows the stream a frame later.
      await page.waitForFunction(() => globalThis.tanggap.room.map.litCells() <= globalThis.tanggap.live.cells.size);
      const facts = await page.evaluate(() => {
        const { map } = globalThis.tanggap.room;
        return {
          engine: map.engine, cells: globalThis.tanggap.room.grid.features.length, lit: map.litCells(),
          land: map.map.queryRenderedFeatures({ layers: ["land"] }).length, counted: globalThis.tanggap.live.cells.size,
        };
      });
      assert.equal(facts.engine, "webgl");
      assert.ok(facts.cells > 5000, `grid of ${facts.cells}`);
      assert.ok(facts.land > 100, `${facts.land} areas drawn`);
      assert.ok(facts.lit > 0, `${facts.lit} of ${facts.counted} cells drawn`);
    });
  });

  it("every drawn cell has the class of its count, and the legend names the classes", async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      const wrong = await page.evaluate(() => {
        const { room, live } = globalThis.tanggap;
        const expected = (n) => room.breaks.filter((from) => n >= from).length;
        const look = (resolve) => requestAnimationFrame(() => {
          // A delta that came since the last drawing is not on the map yet: look in the next frame.
          if (room.pending === "all" || room.pending.size > 0) look(resolve);
          else resolve([...live.cells].filter(([index, cell]) => room.byIndex.has(index) && room.map.levelOf(index) !== expected(cell.n)).length);
        });
        return new Promise(look);
      });
      assert.equal(wrong, 0);
      const labels = await page.locator(".classes li").allTextContents();
      assert.equal(labels.length, 5);
      assert.match(labels[4], /\+$/);
    });
  });

  it("moves with the stream", async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      const before = await page.evaluate(() => ({ deltas: globalThis.tanggap.live.deltas, now: globalThis.tanggap.live.watermark.now }));
      await page.waitForFunction((from) => globalThis.tanggap.live.watermark.now > from.now && globalThis.tanggap.live.deltas > from.deltas, before, { timeout: 60_000 });
    });
  });

  it("shows an injected burst on the map and in the rising list", { skip: process.env.TANGGAP_URL && !process.env.TANGGAP_BURST_CMD ? "TANGGAP_BURST_CMD is not set" : false }, async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      const h3 = latLngToCell(BURST.lat, BURST.lon, 9);
      const index = await page.evaluate((wanted) => [...globalThis.tanggap.room.byIndex].find(([, cell]) => cell.properties.h3 === wanted)?.[0], h3);
      assert.notEqual(index, undefined, `${h3} is not in the grid`);
      const before = await page.evaluate((at) => globalThis.tanggap.live.cells.get(at)?.n ?? 0, index);
      assert.ok(before < BURST.n / 2, `${before} reports are there already`);
      // The page looks by its own clock, which is ours, while the reports are still on their way.
      const shown = page.waitForFunction(({ at, least }) => {
        const { live, room } = globalThis.tanggap;
        return (live.cells.get(at)?.n ?? 0) >= least && room.map.levelOf(at) > 0 && Date.now();
      }, { at: index, least: BURST.n }, { timeout: 90_000, polling: 20 });
      const asked = Date.now();
      await makeBurst();
      const kept = Date.now();
      const seen = await (await shown).jsonValue();
      await page.waitForSelector(`.rising button[data-h3="${h3}"]`);
      const drawn = await page.evaluate((at) => globalThis.tanggap.room.map.map.queryRenderedFeatures({ layers: ["cells"] }).some((feature) => feature.id === at && feature.state.level > 0), index);
      assert.ok(drawn, "the burst's cell is on the drawn map");
      await page.click(`.rising button[data-h3="${h3}"]`);
      await page.waitForSelector(".picked");
      assert.match(await page.locator(".picked").innerText(), new RegExp(h3));
      process.stdout.write(`# all ${BURST.n} of a burst were on the map ${seen - kept} ms after the producing command had ended, ${seen - asked} ms after it was started\n`);
    });
  });

  it("the numbers on the map are the ranks of the list", async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      await page.waitForSelector(FILLED.peta);
      await page.waitForFunction(() => document.querySelectorAll(".map .map-rank").length === Math.min(6, globalThis.tanggap.live.watermark.trending.length));
      const marks = await page.locator(".map .map-rank").evaluateAll((elements) => elements.map((element) => Number(element.textContent)));
      const ranks = await page.locator(".rising button").evaluateAll((elements) => elements.map((element) => Number(element.dataset.rank)));
      assert.deepEqual(marks.toSorted((a, b) => a - b), ranks.slice(0, marks.length));
    });
  });

  it("weighs less than the budget on the first load", async () => {
    await on({}, async (page, { sizes }) => {
      const drawn = await (await page.waitForFunction(() => {
        const lit = globalThis.tanggap?.room.map?.litCells() ?? 0;
        return lit > 0 && performance.now();
      }, null, { polling: "raf" })).jsonValue();
      const text = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);
      // The browser reports a worker's script without its body; ask for it the way the browser did.
      const worker = "/assets/vendor/maplibre-gl/maplibre-gl-worker.mjs";
      const answer = await page.request.get(new URL(worker, base).href, { headers: { "accept-encoding": "br, gzip" } });
      sizes.set(worker, Number(answer.headers()["content-length"] ?? 0));
      for (const path of sizes.keys()) if (path.startsWith("/v1/live")) sizes.delete(path);
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      const data = [...sizes].filter(([path]) => path.startsWith("/v1/")).reduce((sum, [, size]) => sum + size, 0);
      process.stdout.write(`# first load: ${total} bytes in ${sizes.size} files, of them ${data} map data; text after ${Math.round(text)} ms, cells on the map after ${Math.round(drawn)} ms\n`);
      assert.ok(total <= BUDGET, `${total} bytes`);
    });
  });

  it("changes category and window, and keeps both in the address", async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      await page.click('.toolbar [data-value="24h"]');
      await page.selectOption(".toolbar select", "banjir");
      assert.match(page.url(), /w=24h/);
      assert.match(page.url(), /kat=banjir/);
      await page.waitForFunction(() => globalThis.tanggap.live.ready && globalThis.tanggap.live.windowS === 86_400);
      assert.match(await page.locator(".legend-title").innerText(), /24 jam/);
      await page.reload();
      assert.equal(await page.locator(".toolbar select").inputValue(), "banjir");
    });
  });
});

describe("the language", () => {
  for (const tab of ["peta", "peringkat", "antrean"]) {
    it(`is English throughout on ${tab} once English is chosen`, async () => {
      await on({ path: `/?tab=${tab}` }, async (page) => {
        await page.waitForSelector(FILLED[tab]);
        await page.click('button[lang="en"]');
        await page.waitForFunction(() => document.documentElement.lang === "en");
        if (tab === "antrean" && await page.locator(".cards button").count() > 0) await page.locator(".cards button").first().click();
        const shown = await page.evaluate(() => {
          const texts = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) texts.push(walk.currentNode.textContent.trim());
          for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
            for (const name of ["aria-label", "title", "placeholder"]) texts.push((element.getAttribute(name) ?? "").trim());
          }
          return texts.filter(Boolean);
        });
        const differing = Object.values(WORDS).filter(([indonesian, english]) => indonesian !== english).map(([indonesian]) => indonesian);
        const english = new Set(Object.values(WORDS).map(([, words]) => words));
        const left = shown.filter((text) => !english.has(text) && differing.some((words) => {
          const pattern = words.split(/\{\w+\}/).filter((part) => part.trim().length > 2);
          return text === words || (words.includes("{") && pattern.length > 0 && pattern.join("").length > 9 && pattern.every((part) => text.includes(part)));
        }));
        assert.deepEqual(left, []);
        await page.reload();
        assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
      });
    });
  }
});

describe("the ranking", () => {
  it("shows intervals, verdicts in words and how many are open, and never ranks too few", async () => {
    await on({ path: "/?tab=peringkat&tingkat=kelurahan" }, async (page) => {
      await page.waitForSelector(FILLED.peringkat);
      const rows = await page.locator(".ranking tbody tr").evaluateAll((list) => list.map((row) => ({
        tier: row.dataset.tier, rank: row.querySelector(".rank").textContent.trim(), verdict: row.querySelector(".verdict").textContent.trim(), open: row.querySelector(".open").textContent.trim(),
      })));
      const body = await (await page.request.get(new URL("/v1/rankings/kelurahan?window=30d", base).href)).json();
      assert.equal(rows.length, body.items.length);
      for (const row of rows) {
        assert.match(row.open, /^[\d.]+ dari [\d.]+$/);
        assert.ok(row.verdict.length > 3);
        if (row.tier === "few") assert.equal(row.rank, "–");
      }
    });
  });

  it("sorts by keyboard and says how it is sorted", async () => {
    await on({ path: "/?tab=peringkat" }, async (page) => {
      await page.waitForSelector(".ranking tbody tr");
      await page.focus('th[data-column="open"] button');
      await page.keyboard.press("Enter");
      await page.waitForSelector('th[data-column="open"][aria-sort="descending"]');
      const open = await page.locator(".ranking .open").allTextContents();
      const numbers = open.map((text) => Number.parseInt(text.replaceAll(".", ""), 10));
      assert.ok(numbers.every(Number.isFinite), open.join());
      assert.deepEqual(numbers, numbers.toSorted((a, b) => b - a));
      await page.keyboard.press("Enter");
      await page.waitForSelector('th[data-column="open"][aria-sort="ascending"]');
      assert.equal(await page.locator("th[aria-sort]").count(), 1);
    });
  });
});

describe("the inbox", () => {
  it("lists a unit's reports by deadline with the reason, and J and K walk through them", async () => {
    await on({ path: "/?tab=antrean" }, async (page) => {
      await page.waitForSelector(FILLED.antrean);
      const count = await page.locator(".cards button").count();
      if (count < 3) return assert.ok(process.env.TANGGAP_URL, "the fixture's inbox has reports");
      await page.locator(".cards button").first().focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(".detail article .facts");
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("k");
      // The page draws with its next frame.
      await page.waitForFunction(() => {
        const second = document.querySelectorAll(".cards button")[1];
        return second?.getAttribute("aria-current") === "true" && document.activeElement === second;
      });
      await page.waitForSelector(".history li");
      assert.ok((await page.locator(".cards .why").first().innerText()).length > 10);
    });
  });
});

describe("keyboard and size", () => {
  it("the tab key reaches skip link, tabs, language, theme, filters, map and list, each with a visible focus", async () => {
    await on({}, async (page) => {
      await mapDrawn(page);
      const seen = [];
      for (let i = 0; i < 45; i += 1) {
        await page.keyboard.press("Tab");
        const focus = await page.evaluate(() => {
          const element = document.activeElement;
          const style = getComputedStyle(element);
          return { what: element.className || element.tagName, name: element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 30), ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
        });
        if (focus.what === "BODY") break;
        assert.ok(focus.ring, `no focus ring on ${focus.what} ${focus.name}`);
        seen.push(String(focus.what));
      }
      for (const wanted of ["skip", "icon", "maplibregl-canvas", "SELECT"]) assert.ok(seen.some((what) => what.includes(wanted)), `${wanted} not reached: ${seen}`);
    });
  });

  it("tabs, back and forward keep their place", async () => {
    await on({}, async (page) => {
      await page.click('.tabs a[href="/peringkat"]');
      await page.waitForSelector('main[data-tab="peringkat"]');
      await page.click('.tabs a[href="/antrean"]');
      await page.waitForSelector('main[data-tab="antrean"]');
      await page.goBack();
      await page.waitForSelector('main[data-tab="peringkat"]');
      assert.equal(await page.locator('.tabs a[aria-current="page"]').innerText(), "Peringkat");
    });
  });

  for (const width of [320, 360, 768, 1440, 3840]) {
    it(`fits ${width} pixels without a sideways scroll, on every tab`, async () => {
      for (const tab of ["peta", "peringkat", "antrean"]) {
        await on({ width, height: width > 3000 ? 2160 : 800, path: `/?tab=${tab}${width === 1440 ? "" : "&peta=kanvas"}` }, async (page) => {
          await page.waitForSelector(FILLED[tab]);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${tab} is ${wide} wide`);
        });
      }
    });
  }

  it("targets are at least 24 pixels", async () => {
    await on({ width: 360, height: 780 }, async (page) => {
      await page.waitForSelector(FILLED.peta);
      const small = await page.locator("button, select, .tabs a").evaluateAll((list) => list.filter((element) => element.checkVisibility()).map((element) => ({ box: element.getBoundingClientRect(), name: element.textContent.trim().slice(0, 20) }))
        .filter(({ box }) => box.width < 24 || box.height < 24).map(({ name }) => name));
      assert.deepEqual(small, []);
    });
  });
});

describe("without WebGL", () => {
  it("the canvas map takes over by itself and says so", async () => {
    const plain = await openBrowser({ webgl: false });
    try {
      const { page, faults } = await openPage(plain, base);
      await mapDrawn(page);
      assert.equal(await page.evaluate(() => globalThis.tanggap.room.map.engine), "canvas");
      assert.match(await page.locator(".legend").innerText(), /tanpa WebGL/);
      assert.deepEqual(faults, []);
    } finally {
      await plain.close();
    }
  });

  it("can be asked for by the address, and colours real pixels", async () => {
    await on({ path: "/?peta=kanvas", theme: "dark" }, async (page) => {
      await mapDrawn(page);
      await page.waitForFunction(() => {
        const canvas = document.querySelector(".leaflet-cells-pane canvas");
        if (!canvas?.width) return false;
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let painted = 0;
        for (let i = 3; i < data.length; i += 4) painted += data[i] > 0 ? 1 : 0;
        return painted > 500;
      }, null, { timeout: 20_000 });
    });
  });
});
