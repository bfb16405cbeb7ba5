// States that are hard to bring about in the program: cut off, late, empty, refused. Always against the fixture server.

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

async function inMode(mode, options, check) {
  await fixture.post("/fixture/mode", { mode });
  const opened = await openPage(browser, fixture.url, options);
  try {
    await check(opened.page, opened);
  } finally {
    await opened.close();
    await fixture.up();
    await fixture.post("/fixture/mode", { mode: "normal" });
  }
}

const kind = (page, wanted) => page.waitForSelector(`.badge[data-kind="${wanted}"]`, { timeout: 90_000 });

describe("counts that are rounded", () => {
  it("say that they are, on the map and beside it, in both languages", async () => {
    for (const [lang, words] of [["id", /5\+: paling sedikit sekian; dibulatkan ke bawah per 5/], ["en", /5\+: at least so many; rounded down to multiples of 5/]]) {
      await inMode("rounded", { path: `/?lang=${lang}` }, async (page, { faults }) => {
        await mapDrawn(page);
        await page.waitForSelector(".rising li button");
        await page.waitForSelector(".legend .rounded");
        assert.match(await page.locator(".legend .rounded").innerText(), words);
        assert.match(await page.locator(".rising .how").first().innerText(), /^\d*[05]\+ /);
        assert.match(await page.locator(".rising .how").first().getAttribute("title"), lang === "id" ? /melindungi pelapor/ : /protect reporters/);
        assert.match(await page.locator(".totals dd").first().innerText(), /\+$/);
        assert.deepEqual(faults, []);
      });
    }
  });

  it("are not said to be where they are exact", async () => {
    await inMode("normal", {}, async (page) => {
      await mapDrawn(page);
      await page.waitForSelector(".rising li button");
      assert.equal(await page.locator(".legend .rounded").count(), 0);
      assert.match(await page.locator(".rising .how").first().innerText(), /^\d+ laporan/);
    });
  });
});

describe("freshness", () => {
  it("a killed server is TERPUTUS in its own row, and LANGSUNG again without a reload when it is back", async () => {
    await inMode("normal", {}, async (page) => {
      await mapDrawn(page);
      await kind(page, "live");
      await page.evaluate(() => { globalThis.stayed = true; });
      await fixture.down();
      await kind(page, "cut");
      assert.match(await page.locator(".badge").innerText(), /TERPUTUS/);
      assert.match(await page.locator(".banner").innerText(), /terputus.*14\.0\d/);
      assert.ok(await page.evaluate(() => globalThis.tanggap.live.cells.size) > 0, "the last figures stay");
      await fixture.up();
      await kind(page, "live");
      assert.match(await page.locator(".badge").innerText(), /LANGSUNG/);
      assert.equal(await page.locator(".banner").count(), 0);
      assert.equal(await page.evaluate(() => globalThis.stayed), true);
    });
  });

  it("an old watermark is TERTUNDA and says how old", async () => {
    await inMode("stale", {}, async (page) => {
      await kind(page, "delayed");
      assert.match(await page.locator(".banner").innerText(), /tertinggal 5 mnt/);
    });
  });

  it("one late source is named, in amber, and the others stay", async () => {
    await inMode("behind", {}, async (page) => {
      await kind(page, "delayed");
      assert.match(await page.locator(".banner").innerText(), /Waze/);
      assert.equal(await page.locator('.sources [data-state="stale"]').count(), 1);
      assert.match(await page.locator('.sources [data-state="stale"]').innerText(), /tertunda[\s\S]*9 mnt/);
      assert.equal(await page.locator('.sources [data-state="never"]').count(), 1);
    });
  });
});

describe("emptiness and refusal", () => {
  it("a table whose code does not arrive says so, and comes when asked again", async () => {
    await inMode("normal", {}, async (page) => {
      await mapDrawn(page);
      await page.route("**/view-ranking.js", (route) => route.abort());
      await page.click('.tabs a[href="/peringkat"]');
      await page.waitForSelector(".view-ranking .failure");
      assert.match(await page.locator(".view-ranking .failure").innerText(), /Server tidak menjawab/);
      await page.unroute("**/view-ranking.js");
      await page.click(".view-ranking .failure button");
      await page.waitForSelector(".ranking tbody tr");
    });
  });

  it("an empty city says so in words, with the window", async () => {
    await inMode("empty", {}, async (page, { faults }) => {
      await page.waitForSelector(".map-message");
      await page.waitForFunction(() => /Belum ada laporan pada 60 mnt terakhir/.test(document.querySelector(".map-message")?.textContent ?? ""));
      assert.match(await page.locator(".rising").innerText(), /Tidak ada yang naik/);
      await page.click('.tabs a[href="/peringkat"]');
      await page.waitForSelector(".view-ranking > .note");
      await page.click('.tabs a[href="/antrean"]');
      await page.waitForSelector(".view-inbox > .note");
      assert.deepEqual(faults, []);
    });
  });

  it("a sparse city gets single counts in its legend", async () => {
    await inMode("sparse", {}, async (page) => {
      await mapDrawn(page);
      await page.waitForFunction(() => document.querySelector(".classes")?.textContent.replace(/\s+/g, " ").includes("1"));
      assert.deepEqual((await page.locator(".classes li").allTextContents()).map((text) => text.trim()), ["1", "2", "3", "4–5", "6+"]);
    });
  });

  it("a server that is not ready is an error with a way out, not a blank page", async () => {
    await inMode("broken", { path: "/?tab=peringkat" }, async (page) => {
      await page.waitForSelector('.failure[role="alert"]');
      assert.match(await page.locator(".failure").innerText(), /being restored/);
      await fixture.post("/fixture/mode", { mode: "normal" });
      await page.click(".failure button");
      await page.waitForSelector(".ranking tbody tr");
    });
  });

  it("a map whose grid is refused says so and comes up by itself", async () => {
    await inMode("broken", {}, async (page) => {
      await page.waitForSelector('.map-message[role="alert"]', { timeout: 30_000 });
      await fixture.post("/fixture/mode", { mode: "normal" });
      await mapDrawn(page);
      assert.equal(await page.locator(".map-message").count(), 0);
    });
  });

  it("a server that asks for a resync gets the page a new snapshot", async () => {
    await inMode("normal", {}, async (page) => {
      await mapDrawn(page);
      await fixture.post("/fixture/mode", { mode: "sparse" });
      await page.waitForFunction(() => globalThis.tanggap.live.ready && Math.max(...[...globalThis.tanggap.live.cells.values()].map((cell) => cell.n)) < 20, null, { timeout: 20_000 });
    });
  });
});

describe("accessibility", () => {
  const shown = { peta: ".rising button", peringkat: ".ranking tbody tr", antrean: ".cards button" };
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    for (const tab of ["peta", "peringkat", "antrean"]) {
      for (const width of [1440, 360]) {
        it(`axe finds nothing on ${tab}, ${theme}, ${width} pixels`, async () => {
          await inMode("normal", { theme, width, path: `/?tab=${tab}` }, async (page) => {
            await page.waitForSelector(shown[tab]);
            if (tab === "antrean") {
              await page.locator(".cards button").nth(1).click();
              await page.waitForSelector(".history");
            }
            assert.deepEqual(await violations(page), []);
          });
        });
      }
    }
    it(`axe finds nothing while late, and while cut off, ${theme}`, async () => {
      await inMode("behind", { theme }, async (page) => {
        await kind(page, "delayed");
        assert.deepEqual(await violations(page), []);
      });
      await inMode("normal", { theme }, async (page) => {
        await mapDrawn(page);
        await fixture.down();
        await kind(page, "cut");
        assert.deepEqual(await violations(page), []);
      });
    });
  }
});
