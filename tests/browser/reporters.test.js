// Reporters who asked to be named: there only where the server says so, for whom it says so, and with places that are shared.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { Fixture, openBrowser, openPage, violations } from "./harness.js";

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Fixture} */
let fixture;

before(async () => {
  fixture = await Fixture.start();
  browser = await openBrowser();
});
beforeEach(() => fixture.post("/fixture/named", {}));
after(async () => {
  await browser?.close();
  await fixture?.down();
});

/** Looks at the ranking and insists that nothing went wrong. */
async function on(query, check, options = {}) {
  const opened = await openPage(browser, fixture.url, { path: `/?tab=peringkat${query}`, ...options });
  try {
    await check(opened.page);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
  }
}

const LEVEL = '.switch button[data-value="reporters"]';

describe("reporters who asked to be named", () => {
  it("are no level where the ranking is off, whatever the address says", async () => {
    await on("&daftar=reporters", async (page) => {
      // The units, once the server has said who asks.
      await page.waitForSelector(".ranking tbody tr[data-code]");
      assert.equal(await page.locator(LEVEL).count(), 0);
      assert.equal(await page.locator(".reporters").count(), 0);
    });
  });

  it("are a level where it is on, in places that are shared, and are told how they are counted", async () => {
    await fixture.post("/fixture/named", { public: true, count: 8 });
    await on("", async (page) => {
      await page.locator(LEVEL).click();
      await page.waitForSelector(".reporters tbody tr");
      const rows = await page.locator(".reporters tbody tr").evaluateAll((list) => list.map((row) => [row.querySelector(".rank").textContent, row.querySelector("th").textContent, row.querySelector(".points").textContent.trim()]));
      assert.deepEqual(rows, [
        ["tempat 1", "langit.biru", "19"], ["tempat 2, bersama", "Bumi-05", "12"], ["tempat 2, bersama", "laut_tenang", "12"],
        ["tempat 4", "awan", "9"], ["tempat 5", "hujan.sore", "7"], ["tempat 6", "embun", "4"], ["tempat 7", "senja", "3"],
      ]);
      assert.match(await page.locator(".named-note").innerText(), /meminta disebut/);
      assert.match(await page.locator(".footnote").innerText(), /paling banyak 3 per hari/);
      assert.match(await page.locator(".conditions").innerText(), /1 Desember 2025.*31 Desember 2025/);
      assert.equal(new URL(page.url()).searchParams.get("daftar"), "reporters");
      assert.deepEqual(await violations(page), []);
      await page.locator('.switch button[data-value="quarter"]').click();
      await page.waitForFunction(() => /Oktober/.test(document.querySelector(".conditions")?.textContent ?? ""));
      await page.locator('.switch button[data-value="kelurahan"]').click();
      await page.waitForSelector(".ranking tbody tr[data-code]");
      assert.equal(await page.locator(".reporters").count(), 0);
    });
  });

  it("are none for the public where fewer than five have a place, and that is said", async () => {
    await fixture.post("/fixture/named", { public: true, count: 4 });
    await on("&daftar=reporters&lang=en", async (page) => {
      await page.waitForSelector("[data-suppressed]");
      assert.match(await page.locator("[data-suppressed]").innerText(), /fewer than 5 reporters/);
      assert.equal(await page.locator(".reporters").count(), 0);
      assert.doesNotMatch(await page.locator("main").innerText(), /langit/);
    });
  });

  it("are nothing of the public's where only staff may see them", async () => {
    await fixture.post("/fixture/named", { public: false, count: 8 });
    await on("&daftar=reporters", async (page) => {
      await page.waitForSelector(".ranking tbody tr[data-code]");
      assert.equal(await page.locator(LEVEL).count(), 0);
    });
  });
});
