// The verifier's room, worked as the secretary of a kelurahan would: by keyboard, with warnings, to the file that is paid from. Always
// against the fixture server.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { Fixture, hurried, openBrowser, openPage, unhurried, violations } from "./harness.js";

const KELURAHAN = "99.71.01.1001";
const BUDGET = 150_000;
/** A refusal is an error in the console of any browser; what the page makes of it is what is looked at. */
const REFUSED = /Failed to load resource/;

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
/** @type {Fixture} */
let fixture;

before(async () => {
  fixture = await Fixture.start();
  browser = await openBrowser();
});
beforeEach(() => fixture.post("/fixture/reset", {}));
after(async () => {
  await browser?.close();
  await fixture?.down();
});

async function inRoom({ token = `fixture-verifier-${KELURAHAN}`, refusals = false, ...options }, check) {
  const opened = await openPage(browser, fixture.url, { path: "/verifikasi", ...options });
  const { page } = opened;
  page.on("dialog", (dialog) => dialog.accept());
  try {
    await page.waitForSelector(".sign-in input");
    if (token) {
      await page.fill('input[name="token"]', token);
      await page.keyboard.press("Enter");
    }
    await check(page, opened);
    assert.deepEqual(opened.faults.filter((fault) => !(refusals && REFUSED.test(fault))), []);
  } finally {
    await opened.close();
  }
}

const sent = (page) => page.waitForFunction(() => document.querySelector(".outbox") && document.querySelectorAll(".outbox [data-deed]").length === 0, null, { timeout: 30_000 });
const waiting = async (page) => Number((await page.locator('[data-value="queue"]').innerText()).match(/\d+/)[0]);
const ask = async (path) => (await fetch(`${fixture.url}${path}`, { headers: { authorization: "Bearer fixture-operator-1" } })).json();

describe("a verifier at work", () => {
  it("verifies and rejects without a mouse, in the order they came, and the month follows", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".cards button");
      await unhurried(page);
      const before = await waiting(page);
      const ledger = await ask(`/v1/duty/${KELURAHAN}`);
      const ids = await page.locator(".cards button").evaluateAll((list) => list.map((button) => button.dataset.id));
      assert.equal(ids.length, before);
      await page.keyboard.press("j");
      await page.waitForSelector(".detail .facts");
      await page.keyboard.press("v");
      // The next is at hand: the same key again, and then a rejection with its reason.
      await page.waitForFunction((id) => document.querySelector('.cards [aria-current="true"]')?.dataset.id === id, ids[1]);
      await page.keyboard.press("v");
      await page.waitForFunction((id) => document.querySelector('.cards [aria-current="true"]')?.dataset.id === id, ids[2]);
      assert.match(await page.locator(".detail .near").innerText(), /Mungkin duplikat\. 12 m dan 9 menit dari laporan/);
      assert.match(await page.locator(".detail .near").innerText(), /Anda yang memutuskan/);
      await page.keyboard.press("x");
      await page.waitForFunction(() => document.activeElement?.matches('.deed-form input[type="radio"]'));
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".deed-form", { state: "detached" });
      assert.equal(await page.locator('.outbox [data-deed="held"]').count(), 3);
      await hurried(page);
      await sent(page);
      await page.waitForFunction((n) => Number(document.querySelector('[data-value="queue"]').textContent.match(/\d+/)[0]) === n, before - 3);
      const after = await ask(`/v1/duty/${KELURAHAN}`);
      assert.deepEqual([after.total.verified - ledger.total.verified, after.total.rejected - ledger.total.rejected], [2, 1]);
      const queue = await ask(`/v1/duty/${KELURAHAN}/queue`);
      assert.ok(ids.slice(0, 3).every((id) => !queue.items.some((item) => item.id === id)));
    });
  });

  it("a verdict somebody else gave first is said, not overwritten", async () => {
    await inRoom({ refusals: true }, async (page) => {
      await page.waitForSelector(".cards button");
      await unhurried(page);
      const id = await page.locator(".cards button").first().getAttribute("data-id");
      // The list as it is on the page when somebody else acts, however long the verifier takes.
      const list = await ask(`/v1/duty/${KELURAHAN}/queue`);
      await page.route("**/queue?*", (route) => route.fulfill({ json: list }));
      const headers = { authorization: "Bearer fixture-operator-1", "content-type": "application/json", "idempotency-key": "operator-1-first" };
      await page.keyboard.press("j");
      await page.waitForSelector(".detail .facts");
      const first = await fetch(`${fixture.url}/v1/reports/${id}/transitions`, { method: "POST", headers, body: JSON.stringify({ channel: "qlue", action: "reject", expected: 0, reason: "foto_lama" }) });
      assert.equal(first.status, 201);
      await page.keyboard.press("v");
      await page.locator(`.cards button[data-id="${id}"]`).click();
      await page.click('.deed [data-do="now"]');
      await page.waitForSelector('.outbox [data-deed="stale"]');
      await page.waitForFunction(() => /Keadaan berubah\. Verifikasi: .* belum dilakukan/.test(document.querySelector('[role="status"].sr').textContent));
      assert.equal((await ask(`/v1/reports/${id}`)).status, "closed_no_action");
    });
  });

  it("sees the caps, the total and its hash, and the saved file is the one that was hashed", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".cards button");
      await page.click('[data-value="month"]');
      await page.waitForSelector(".duty-month tfoot");
      const ledger = await ask(`/v1/duty/${KELURAHAN}`);
      const rows = await page.locator(".duty-month tbody tr").count();
      assert.equal(rows, ledger.posts.length);
      assert.match(await page.locator(".month .total").innerText(), new RegExp(`Rp ${new Intl.NumberFormat("id-ID").format(ledger.total.amount_rupiah)}`));
      assert.match(await page.locator(".caps").innerText(), /3 terverifikasi sehari dan 90 sebulan[\s\S]*Rp 10\.000[\s\S]*50 m dan 30 menit/);
      const shown = await page.locator(".hash").innerText();
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(".export .primary")]);
      assert.equal(download.suggestedFilename(), `duty-${KELURAHAN}-2026-01.csv`);
      const bytes = await readFile(await download.path());
      assert.equal(createHash("sha256").update(bytes).digest("hex"), shown);
      await page.waitForSelector(".export .good");
      assert.deepEqual(await violations(page), []);
    });
  });

  it("a file that is not the one on the page is not saved", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".cards button");
      await page.click('[data-value="month"]');
      await page.waitForSelector(".duty-month tfoot");
      await page.route("**/v1/duty/*format=csv*", (route) => route.fulfill({ contentType: "text/csv", body: "post,amount_rupiah\nRT 001/RW 02,99000000\n" }));
      let saved = false;
      page.on("download", () => { saved = true; });
      await page.click(".export .primary");
      await page.waitForSelector(".export .warning");
      assert.match(await page.locator(".export .warning").innerText(), /tidak disimpan/);
      assert.equal(saved, false);
    });
  });

  it("of a kecamatan chooses among its kelurahan, and an officer is told that the room is not theirs", async () => {
    await inRoom({ token: "fixture-verifier-99.71.01" }, async (page) => {
      await page.waitForSelector(".cards button");
      const codes = await page.locator('select[name="kelurahan"] option').evaluateAll((list) => list.map((option) => option.value));
      assert.ok(codes.length > 1 && codes.every((code) => code.startsWith("99.71.01.")), codes.join());
      const heading = await page.locator("h1").innerText();
      await page.selectOption('select[name="kelurahan"]', codes[1]);
      await page.waitForFunction((before) => document.querySelector("h1").textContent !== before && document.querySelector(".cards button"), heading);
    });
    await inRoom({ token: "fixture-officer-road-1" }, async (page) => {
      await page.waitForSelector(".who b");
      assert.match(await page.locator(".view-verify .note").innerText(), /tidak memverifikasi/);
      assert.equal(await page.locator(".cards").count(), 0);
    });
  });
});

describe("the verifier's room on a phone", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    it(`axe finds nothing at 360 pixels, ${theme}, in the queue, the form and the month, and it is light`, async () => {
      await inRoom({ theme, width: 360, height: 780, path: "/verifikasi?lang=en" }, async (page, { sizes }) => {
        await page.waitForSelector(".cards button");
        assert.deepEqual(await violations(page), []);
        await page.locator(".cards button").nth(2).click();
        await page.click('.actions [data-action="reject"]');
        await page.waitForSelector(".deed-form");
        assert.deepEqual(await violations(page), []);
        const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
        assert.ok(total <= BUDGET, `${total} bytes`);
        await page.click('[data-value="month"]');
        await page.waitForSelector(".duty-month tfoot");
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
      });
    });
  }
});
