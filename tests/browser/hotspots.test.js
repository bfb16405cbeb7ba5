// Hotspots beside the map and on it: what is said of each, why it is one, and the states in which there is nothing to say. Always
// against the fixture server.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Fixture, mapDrawn, openBrowser, openPage, violations } from "./harness.js";

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Fixture} */
let fixture;

before(async () => {
  fixture = await Fixture.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await fixture?.down();
});

/** Looks at the map and insists that nothing went wrong. */
async function on(check, { mode = "normal", ...options } = {}) {
  await fixture.post("/fixture/mode", { mode });
  const opened = await openPage(browser, fixture.url, options);
  try {
    await check(opened.page);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
    await fixture.post("/fixture/mode", { mode: "normal" });
  }
}

const LIVING = ".hotspots > ol > li";

describe("the list", () => {
  it("says of each what it is, where, how it stands to what is expected, and how rare", async () => {
    await on(async (page) => {
      await page.waitForSelector(LIVING);
      const texts = await page.locator(LIVING).allInnerTexts();
      assert.equal(texts.length, 4);
      assert.match(texts[0], /A\s+Banjir[\s\S]*membesar 13\.5\d[\s\S]*Kelurahan \d+, Kelurahan \d+ dan \d lainnya[\s\S]*41 pelapor, diduga 6,2 · lebih jarang dari sekali dalam 100 tahun/);
      assert.match(texts[0], /makin panas/);
      assert.match(texts[1], /B[\s\S]*dibuka/);
      assert.match(texts[2], /C[\s\S]*berpindah[\s\S]*sekali dalam 120 hari/);
      assert.match(texts[3], /D[\s\S]*bergabung[\s\S]*sekali dalam 34 hari/);
      await page.click(".hotspots .ended summary");
      assert.match(await page.locator(".hotspots .ended li").innerText(), /Jalan rusak[\s\S]*berakhir[\s\S]*sekali dalam sehari/);
      await page.click('button[lang="en"]');
      await page.waitForFunction(() => /less than once in 100 years/.test(document.querySelector(".hotspots li").textContent));
    });
  });

  it("shows those of the chosen category, or says that there are none", async () => {
    await on(async (page) => {
      await page.waitForSelector(LIVING);
      await page.selectOption(".toolbar select", "banjir");
      await page.waitForFunction((living) => document.querySelectorAll(living).length === 1, LIVING);
      await page.selectOption(".toolbar select", "pengemis");
      await page.waitForFunction(() => /Tidak ada titik panas dengan kategori ini/.test(document.querySelector(".hotspots").textContent));
    });
  });
});

describe("why", () => {
  it("opens under its entry with the numbers counted out, and closes again, by keyboard", async () => {
    await on(async (page) => {
      await page.waitForSelector(LIVING);
      const button = page.locator(`${LIVING} button`).nth(1);
      await button.focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(".why .facts");
      assert.equal(await button.getAttribute("aria-expanded"), "true");
      const told = await page.locator(".why").innerText();
      const { of_zone: zone, of_window: window, of_city: city, expected } = await (await fetch(`${fixture.url}/v1/hotspots/hs-0002`)).json();
      const id = new Intl.NumberFormat("id-ID");
      assert.ok(told.includes(`${id.format(zone)} laporan di sini`) && told.includes(`× ${id.format(window)} `) && told.includes(`÷ ${id.format(city)} `), told);
      assert.ok(Math.abs((zone * window) / city - expected) < 0.05);
      assert.match(told, /23 pelapor berbeda/);
      assert.match(told, /QLUE[\s\S]*penentu/);
      assert.match(told, /Twitter\/X\s+terlalu sedikit/);
      assert.match(told, /sekali dalam 4 tahun/);
      assert.match(told, /baru memanas/);
      assert.match(told, /paling ramai Senin[\s\S]*5,6 pelapor sejam/);
      assert.doesNotMatch(told, /Laporannya/, "reports are for staff");
      await button.focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector(".why") === null);
    });
  });

  it("tells staff the reports", async () => {
    await on(async (page) => {
      await page.route("**/v1/hotspots/hs-0003", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ json: { ...(await answer.json()), members: [{ channel: "qlue", id: "fixture-1" }] } });
      });
      await page.click(`${LIVING} button[data-id="hs-0003"]`);
      await page.waitForSelector(".why details");
      assert.match(await page.locator(".why summary").innerText(), /Laporannya \(1\)/);
      assert.match(await page.locator(".why").innerText(), /Belum ada riwayat/);
    });
  });

  it("one that has ended meanwhile says so, with a way to ask again", async () => {
    const { page, close } = await openPage(browser, fixture.url, {});
    await page.waitForSelector(LIVING);
    await page.route("**/v1/hotspots/hs-0001", (route) => route.fulfill({ status: 404, contentType: "application/problem+json", json: { title: "Not found", status: 404, detail: "there is no such hotspot now" } }));
    await page.click(`${LIVING} button[data-id="hs-0001"]`);
    await page.waitForSelector('.why [role="alert"]');
    assert.match(await page.locator(".why").innerText(), /no such hotspot now/);
    await page.unroute("**/v1/hotspots/hs-0001");
    await page.click(".why .failure button");
    await page.waitForSelector(".why .facts");
    await close();
  });
});

describe("the map", () => {
  for (const [engine, path] of [["webgl", "/"], ["canvas", "/?peta=kanvas"]]) {
    it(`has the letters of the list and an outline around each one's cells, ${engine}`, async () => {
      await on(async (page) => {
        await mapDrawn(page);
        await page.waitForFunction(() => document.querySelectorAll(".map .map-spot").length === 4);
        assert.deepEqual((await page.locator(".map .map-spot").allTextContents()).toSorted(), ["A", "B", "C", "D"]);
        const facts = await page.evaluate(() => {
          const { room } = globalThis.tanggap;
          return { engine: room.map.engine, cells: room.drawnSpots.map((spot) => spot.cells.length), sides: room.drawnSpots.map((spot) => room.map.contours.around(spot.cells).length) };
        });
        assert.equal(facts.engine, engine);
        // One cell of resolution 8 is seven of the grid's; a ring of them, seven times that.
        assert.deepEqual(facts.cells, [49, 49, 7, 49]);
        assert.equal(facts.sides[2], 18);
        if (engine === "webgl") await page.waitForFunction(() => globalThis.tanggap.room.map.map.queryRenderedFeatures({ layers: ["spots"] }).length > 0);
      }, { path });
    });
  }

  it("a cell within a hotspot leads to its reasons", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.waitForFunction(() => globalThis.tanggap.room.drawnSpots.length === 4);
      await page.evaluate(() => { const { room } = globalThis.tanggap; room.pick(room.drawnSpots[2].cells[0], false); });
      await page.click(".picked .plain");
      await page.waitForSelector("#why-hs-0003 .facts");
    });
  });
});

describe("when there is nothing to say", () => {
  it("an empty city has none, in words", async () => {
    await on(async (page) => {
      await page.waitForFunction(() => /Tidak ada yang melebihi kebetulan/.test(document.querySelector(".hotspots")?.textContent ?? ""));
      assert.equal(await page.locator(".map .map-spot").count(), 0);
    }, { mode: "empty" });
  });

  it("an old look is said to be old", async () => {
    await on(async (page) => {
      await page.waitForSelector(".hotspots .old");
      assert.match(await page.locator(".hotspots .old").innerText(), /Dihitung terakhir 13\.5\d/);
      assert.equal(await page.locator(LIVING).count(), 4, "the list stays");
    }, { mode: "stale" });
  });

  it("a refusal keeps the last list, says so, and goes when it is asked again", async () => {
    const { page, close } = await openPage(browser, fixture.url, {});
    await page.waitForSelector(LIVING);
    await page.route("**/v1/hotspots?**", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", json: { title: "Not ready", status: 503, detail: "the state is being restored" } }));
    await page.evaluate(() => globalThis.tanggap.loadHotspots());
    await page.waitForSelector('.hotspots [role="alert"]');
    assert.match(await page.locator(".hotspots .failure").innerText(), /being restored/);
    assert.equal(await page.locator(LIVING).count(), 4);
    await page.unroute("**/v1/hotspots?**");
    await page.click(".hotspots .failure button");
    await page.waitForFunction(() => document.querySelector(".hotspots .failure") === null);
    await close();
  });
});

describe("a new one", () => {
  it("is told to a screen reader once, and those that were there are not", async () => {
    await on(async (page) => {
      // The page's own first look is over: it would know them all again.
      await page.waitForFunction((living) => document.querySelectorAll(living).length === 4, LIVING);
      await page.evaluate(() => {
        const region = document.querySelector('[aria-live="polite"]');
        globalThis.heard = [];
        new MutationObserver(() => globalThis.heard.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
      });
      let without = true;
      await page.route("**/v1/hotspots?**", async (route) => {
        const body = await (await route.fetch()).json();
        await route.fulfill({ json: { ...body, items: body.items.filter((item) => !without || item.id !== "hs-0002") } });
      });
      await page.evaluate(() => globalThis.tanggap.loadHotspots());
      await page.waitForFunction((living) => document.querySelectorAll(living).length === 3, LIVING);
      // Looks begun before one was taken away are over; from here on the page knows three.
      await page.evaluate(() => { globalThis.tanggap.hotspots.known = null; return globalThis.tanggap.loadHotspots(); });
      without = false;
      await page.evaluate(() => globalThis.tanggap.loadHotspots());
      // Something else may be told right after it.
      await page.waitForFunction(() => globalThis.heard.some((text) => /Titik panas baru: Kemacetan/.test(text)));
      assert.equal(await page.evaluate(() => globalThis.heard.some((text) => /Titik panas baru: (?!Kemacetan)/.test(text))), false);
    });
  });
});

describe("accessibility", () => {
  for (const [theme, width] of [["light", 1440], ["dark", 360]]) {
    it(`axe finds nothing with reasons open, ${theme}, ${width} pixels`, async () => {
      await on(async (page) => {
        await page.waitForSelector(LIVING);
        await page.click(`${LIVING} button >> nth=1`);
        await page.waitForSelector(".why .facts");
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
      }, { theme, width });
    });
  }
});
