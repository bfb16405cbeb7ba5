// Who is near, in the form that sends an officer: seen, chosen by keyboard, and left alone where the city has no positions. Against the fixture
// server.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { atDesk as desk, REFUSED } from "./at-desk.js";
import { Fixture, openBrowser, violations } from "./harness.js";

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Fixture} */
let fixture;

before(async () => {
  fixture = await Fixture.start();
  browser = await openBrowser();
});
beforeEach(async () => {
  await fixture.up();
  await fixture.post("/fixture/reset", {});
});
after(async () => {
  await browser?.close();
  await fixture?.down();
});

/** The form that sends an officer, of the first report. @param {string} mode @param {Parameters<typeof desk>[3]} check @param {object} [options] */
async function sending(mode, check, options = {}) {
  await fixture.post("/fixture/officers", { mode });
  await desk(browser, fixture, options, async (page, opened) => {
    opened.expected = mode === "broken" ? REFUSED : [];
    const answered = page.waitForResponse((response) => response.url().includes("/v1/officers/near"));
    await page.keyboard.press("j");
    await page.waitForSelector('.actions [data-action="dispatch"]');
    await page.keyboard.press("d");
    await page.waitForFunction(() => document.activeElement?.matches('.deed-form input[name="officer"]'));
    await answered;
    await check(page, opened);
  });
}
const shows = (page, words) => page.waitForFunction((text) => document.querySelector(".nearest")?.textContent.includes(text), words);

describe("who is near", () => {
  it("is listed with distance and age, and chosen without a mouse", async () => {
    await sending("some", async (page) => {
      await shows(page, "BM-017");
      const rows = await page.locator(".nearest label").allInnerTexts();
      assert.equal(rows.length, 2);
      assert.match(rows[0], /BM-017\s+420 m ke arah barat, \d+ dtk lalu · ± 12 m/);
      assert.match(rows[1], /BM-004\s+2,3 km ke arah timur laut, 1 mnt( \d+ dtk)? lalu · kasus terbuka: 1/);
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => document.activeElement?.matches('.nearest input[value="BM-017"]'));
      await page.keyboard.press("Space");
      await page.waitForFunction(() => document.querySelector('input[name="officer"]').value === "BM-017");
      await page.keyboard.press("ArrowDown");
      await page.waitForFunction(() => document.querySelector('input[name="officer"]').value === "BM-004");
      const sent = page.waitForRequest((request) => request.url().endsWith("/transitions"), { timeout: 30_000 });
      await page.keyboard.press("Enter");
      const body = (await sent).postDataJSON();
      assert.deepEqual([body.action, body.officer], ["dispatch", "BM-004"]);
    });
  });

  it("may be anybody else: what is written is not held to the list", async () => {
    await sending("some", async (page) => {
      await shows(page, "BM-017");
      await page.check('.nearest input[value="BM-017"]');
      await page.fill('input[name="officer"]', "BM-099");
      await page.waitForFunction(() => document.querySelectorAll(".nearest input:checked").length === 0);
    });
  });

  it("is not spoken of where the city has no positions", async () => {
    await sending("off", async (page) => {
      await page.waitForFunction(() => document.querySelector(".deed-form") !== null);
      assert.equal(await page.locator(".nearest").count(), 0);
    });
  });

  it("says when nobody is free, and asks again when told to", async () => {
    await sending("none", async (page) => {
      await shows(page, "Tidak ada petugas unit ini yang diketahui bebas dalam 15 menit terakhir. Sedang bertugas: 3, tidak bertugas: 2.");
      await fixture.post("/fixture/officers", { mode: "some" });
      await page.click(".nearest button");
      await shows(page, "BM-017");
    });
  });

  it("says when positions are old", async () => {
    await sending("stale", async (page) => {
      await shows(page, "Posisi mungkin sudah lama: kabar terakhir 6 mnt");
      assert.equal(await page.locator(".nearest label").count(), 2);
      assert.deepEqual(await violations(page), []);
    }, { theme: "dark" });
  });

  it("says what went wrong and tries again, and the officer can be sent all the same", async () => {
    await sending("broken", async (page) => {
      await page.waitForSelector(".nearest .failure button");
      await page.fill('input[name="officer"]', "BM-099");
      await fixture.post("/fixture/officers", { mode: "some" });
      await page.click(".nearest .failure button");
      await shows(page, "BM-004");
      assert.equal(await page.inputValue('input[name="officer"]'), "BM-099");
    });
  });

  it("fits a telephone, in English too", async () => {
    await fixture.post("/fixture/officers", { mode: "some" });
    await desk(browser, fixture, { width: 360, height: 780, path: "/antrean?lang=en" }, async (page) => {
      await page.locator(".cards button").first().click();
      await page.click('.actions [data-action="dispatch"]');
      await shows(page, "420 m to the west");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
      assert.deepEqual(await violations(page), []);
    });
  });
});
