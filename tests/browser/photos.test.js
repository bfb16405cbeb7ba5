// Photos of reports on the pages of staff: on a desk, on a report's page, and beside the flags on closings. Against the fixture server.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { atDesk as desk, FIRST, REFUSED, signIn } from "./at-desk.js";
import { Fixture, openBrowser, openPage, violations } from "./harness.js";

const LEADER = "fixture-leader-1";

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Fixture} */
let fixture;

before(async () => {
  fixture = await Fixture.start();
  browser = await openBrowser();
});
beforeEach(async () => { await fixture.post("/fixture/reset", {}); });
after(async () => {
  await browser?.close();
  await fixture?.down();
});

/** @param {Parameters<typeof desk>[2]} options @param {Parameters<typeof desk>[3]} check */
const atDesk = (options, check) => desk(browser, fixture, options, check);
const get = async (path) => (await fetch(`${fixture.url}${path}`, { headers: { authorization: `Bearer ${FIRST}` } })).json();

/** The reports of the desk's list with the photos their steps name, in the order of the list. */
async function listed(page) {
  const keys = await page.locator(".cards button").evaluateAll((list) => list.map((button) => button.dataset.key));
  return Promise.all(keys.map(async (key) => {
    const [channel, id] = key.split(":");
    const { timeline } = await get(`/v1/reports/${id}?channel=${channel}`);
    return { key, id, photo: timeline.map((step) => step.before_photo).find(Boolean) ?? null };
  }));
}

/** Counts the addresses of pictures that are made and taken back. */
const counting = (page) => page.addInitScript(() => {
  globalThis.held = new Set();
  const [make, drop] = [URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
  URL.createObjectURL = (what) => { const address = make(what); globalThis.held.add(address); return address; };
  URL.revokeObjectURL = (address) => { globalThis.held.delete(address); drop(address); };
});
const held = (page, n) => page.waitForFunction((wanted) => globalThis.held.size === wanted, n);
const open = async (page, key) => {
  await page.locator(`.cards button[data-key="${key}"]`).click();
  await page.waitForSelector(".detail .history li");
};
const drawn = (page, within) => page.waitForFunction((selector) => {
  const img = document.querySelector(`${selector} .shot img`);
  return img?.complete && img.naturalWidth > 0;
}, within);

describe("the photos of a report on a desk", () => {
  it("are small ones, fetched when it is opened, and let go when it is left", async () => {
    await atDesk({}, async (page) => {
      await counting(page);
      await page.reload();
      await page.waitForSelector(".cards button");
      await page.waitForSelector(".who b");
      const asked = [];
      page.on("request", (request) => { if (request.url().includes("/v1/photos/")) asked.push(request.url()); });
      const reports = await listed(page);
      const [first, second] = reports.filter(({ photo }) => photo?.present);
      assert.deepEqual(asked, [], "a list costs no photo");
      await open(page, first.key);
      await drawn(page, ".detail");
      assert.equal(asked.length, 1);
      assert.match(asked[0], new RegExp(`/v1/photos/${first.photo.sha256}\\?width=320$`));
      const picture = page.locator(".detail .shot img");
      assert.match(await picture.getAttribute("alt"), /^Foto: Sebelum pekerjaan, /);
      assert.deepEqual([await picture.getAttribute("width"), await picture.getAttribute("height"), await picture.getAttribute("loading")], ["144", "108", "lazy"]);
      assert.match(await picture.getAttribute("src"), /^blob:/);
      assert.deepEqual(await violations(page), []);
      await held(page, 1);
      await page.click('[lang="en"]');
      await page.waitForFunction(() => /^Photo: Before the work, /.test(document.querySelector(".detail .shot img")?.alt ?? ""));
      await open(page, second.key);
      await drawn(page, ".detail");
      await held(page, 1);
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector(".detail article") === null);
      await held(page, 0);
      await open(page, first.key);
      await drawn(page, ".detail");
      await page.click('nav.tabs a[href="/peringkat"]');
      await page.waitForFunction(() => document.querySelector(".inbox") === null);
      await held(page, 0);
    });
  });

  it("is shown large by a key, and Esc closes it alone", async () => {
    await atDesk({}, async (page) => {
      const { key } = (await listed(page)).find(({ photo }) => photo?.present);
      await open(page, key);
      await drawn(page, ".detail");
      await page.focus(".detail .shot button");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("dialog.shot-large img")?.complete);
      // A letter is no command while a photo is looked at.
      await page.keyboard.press("a");
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector("dialog") === null);
      await page.waitForFunction(() => document.activeElement?.matches(".detail .shot button"));
      assert.equal(await page.locator('.outbox [data-deed="held"]').count(), 0);
      assert.equal(await page.locator(".detail article").count(), 1, "the report is still open");
    });
  });

  it("that are elsewhere, gone, or beyond a dead line say so in a box of the same size", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      const reports = await listed(page);
      const elsewhere = reports.find(({ photo }) => photo && !photo.present);
      const here = reports.find(({ photo }) => photo?.present);
      await open(page, elsewhere.key);
      await page.waitForSelector(".detail .shot-box[data-empty]");
      assert.match(await page.locator(".detail .shot-box").innerText(), /tidak ada di sini/);
      await page.route("**/v1/photos/**", (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: '{"title":"Not found","status":404}' }));
      await open(page, here.key);
      await page.waitForFunction(() => /tidak ada lagi/.test(document.querySelector(".detail .shot-box")?.textContent ?? ""));
      const box = await page.locator(".detail .shot-box").boundingBox();
      assert.deepEqual([box.width, box.height], [144, 108]);
      assert.deepEqual(await violations(page), []);
      await page.unroute("**/v1/photos/**");
      await page.route("**/v1/photos/**", (route) => route.abort());
      await open(page, elsewhere.key);
      await open(page, here.key);
      await page.waitForFunction(() => /Tidak ada sambungan/.test(document.querySelector(".detail .shot-box")?.textContent ?? ""));
      await page.unroute("**/v1/photos/**");
      await page.click(".detail .shot-box button");
      await drawn(page, ".detail");
    });
  });

  it("are not named to the public, and come when somebody signs in", async () => {
    await atDesk({ token: "" }, async (page) => {
      const { key } = (await listed(page)).find(({ photo }) => photo?.present);
      await open(page, key);
      assert.equal(await page.locator(".shot").count(), 0);
      await signIn(page, LEADER);
      await drawn(page, ".detail");
    });
  });

  it("those of other witnesses stand beside them", async () => {
    await atDesk({}, async (page) => {
      await page.locator(".cards button", { hasText: "4 saksi" }).first().click();
      await page.click(".witnesses summary");
      await drawn(page, ".witnesses");
      assert.equal(await page.locator(".witnesses li").count(), 4);
    });
  });
});

describe("the photos on other pages", () => {
  /** A page as somebody, on which nothing went wrong. */
  async function on(path, token, check) {
    const opened = await openPage(browser, fixture.url, { path });
    try {
      await opened.page.evaluate((secret) => sessionStorage.setItem("tanggap.token", secret), token);
      await opened.page.reload();
      await check(opened.page);
      assert.deepEqual(opened.faults, []);
    } finally {
      await opened.close();
    }
  }

  it("a report's page shows staff what its steps show, and the public nothing", async () => {
    let report = null;
    await atDesk({}, async (page) => { report = (await listed(page)).find(({ photo }) => photo?.present); });
    await on(`/laporan/${report.key}`, FIRST, async (page) => {
      await drawn(page, ".report-page");
      assert.deepEqual(await violations(page), []);
    });
    await on(`/laporan/${report.key}`, "", async (page) => {
      await page.waitForSelector(".report-page .way li");
      assert.equal(await page.locator(".shot").count(), 0);
    });
  });

  it("a flag shows the photo of the closing beside the earlier one, when somebody wants to see them", async () => {
    const { items } = await get("/v1/rankings/dinas?window=30d");
    await on(`/peringkat?tingkat=dinas&pilih=${items[0].code}`, LEADER, async (page) => {
      const asked = [];
      page.on("request", (request) => { if (request.url().includes("/v1/photos/")) asked.push(request.url()); });
      await page.waitForSelector(".shots-pair summary");
      assert.deepEqual(asked, []);
      await page.locator(".shots-pair summary").first().click();
      await page.waitForFunction(() => [...document.querySelectorAll(".shots-pair .shot img")].filter((img) => img.complete && img.naturalWidth > 0).length === 2);
      assert.deepEqual(await page.locator(".shots-pair[open] .shot").evaluateAll((list) => list.map((shot) => shot.dataset.side)), ["after", "earlier"]);
      assert.equal(asked.length, 2);
      assert.deepEqual(await violations(page), []);
    });
  });
});
