// What is said of an incident and gets no answer, comes second, or is refused: never said twice, and never without a word.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { atDesk as desk, FIRST, REFUSED, SECOND } from "./at-desk.js";
import { alone, focusOn, look, many, merging, said, settled, shows, tellers, told } from "./at-incident.js";
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

const atDesk = (options, check) => desk(browser, fixture, options, check);

const bonds = async () => (await fetch(`${fixture.url}/fixture/bonds`)).json();
/** Says something past the page, as somebody else. */
const elsewhere = (path, body) => fetch(`${fixture.url}/v1/incidents/${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", authorization: `Bearer ${SECOND}` } });

describe("what goes wrong", () => {
  it("an answer that was lost is asked for again under the same key, and another wish has another", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      await settled(page);
      const keys = [];
      page.on("request", (request) => { if (/\/(merge|split)$/.test(request.url())) keys.push(request.headers()["idempotency-key"]); });
      const other = await alone(page).nth(1).getAttribute("data-key");
      await look(page, alone(page).first());
      await page.route("**/merge", async (route) => {
        await route.fetch();
        await route.abort();
      }, { times: 1 });
      await merging(page, other);
      await page.click('.bond-form [type="submit"]');
      await said(page, "mungkin sudah tercatat");
      await shows(page, ".bond-why", "tidak akan tercatat dua kali");
      await shows(page, '.bond-form [type="submit"]', "Coba lagi");
      assert.ok(await page.locator('.bond-form input[value="dicek_lokasi"]').isDisabled(), "what may have arrived says what it said");
      assert.equal((await bonds()).length, 1);
      assert.deepEqual(await violations(page), []);
      // Somebody who looks at something else meanwhile finds it again.
      const own = await page.locator(".cards button[aria-current]").getAttribute("data-key");
      await page.locator(`.cards button[data-key="${other}"]`).click();
      await page.waitForFunction((key) => document.querySelector(".cards button[aria-current]")?.dataset.key === key, other);
      await page.locator(`.cards button[data-key="${own}"]`).click();
      await page.click('.bond-form [type="submit"]');
      await said(page, "kini satu kejadian");
      await told(page, 2);
      assert.equal((await bonds()).length, 1, "it was said once");
      await page.waitForSelector(`[data-report="${other}"] [data-begin]`);
      await page.click(`[data-report="${other}"] [data-begin]`);
      await page.check('.bond-form input[value="lain_tempat"]');
      await page.click('.bond-form [type="submit"]');
      await told(page, 1);
      assert.equal(keys.length, 3);
      assert.equal(keys[0], keys[1]);
      assert.notEqual(keys[1], keys[2]);
      assert.match(keys[2], /^[\x21-\x7e]{8,128}$/);
    });
  });

  it("a report that has left without an answer can still be asked for, though it is on the list no more", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      await settled(page);
      const own = await look(page, many(page).first());
      const [, second] = await tellers(page);
      await page.route("**/split", async (route) => {
        await route.fetch();
        await route.abort();
      }, { times: 1 });
      await page.click(`[data-report="${second}"] [data-begin]`);
      await page.check('.bond-form input[value="lain_tempat"]');
      await page.click('.bond-form [type="submit"]');
      await shows(page, ".bond-why", "mungkin sudah tercatat");
      // Looked at again: the report is gone, what was said of it is not.
      await page.locator(`.cards button[data-key="${own}"]`).click();
      await told(page, 3);
      await shows(page, ".witnesses > p code", second);
      await page.click('.bond-form [type="submit"]');
      await said(page, `Dipisahkan: ${second}`);
      await page.waitForSelector(".bond-form", { state: "detached" });
      assert.equal((await bonds()).length, 1);
      await told(page, 3);
    });
  });

  it("whoever comes second is told that it is so already, and sees it", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      await settled(page);
      const other = await alone(page).nth(1).getAttribute("data-key");
      const own = await look(page, alone(page).first());
      await merging(page, other);
      assert.equal((await elsewhere(`${own}/merge`, { with: other, reason: "foto_sama" })).status, 201);
      await page.click('.bond-form [type="submit"]');
      await said(page, "Keduanya sudah satu kejadian; tidak ada yang diubah.");
      await shows(page, ".bond-said", "Keduanya sudah satu kejadian");
      await told(page, 2);
      await focusOn(page, ".witnesses summary");
      await page.waitForSelector(`[data-report="${other}"] [data-begin]`);
      assert.equal((await elsewhere(`${own}/split`, { report: other, reason: "lain_tempat" })).status, 201);
      await page.click(`[data-report="${other}"] [data-begin]`);
      await page.check('.bond-form input[value="lain_tempat"]');
      await page.click('.bond-form [type="submit"]');
      await said(page, "Laporan itu tidak (lagi) termasuk kejadian ini");
      await shows(page, ".bond-said", "Laporan itu tidak (lagi) termasuk kejadian ini");
      await told(page, 1);
      await page.waitForSelector(".bond-form", { state: "detached" });
    });
  });

  it("every refusal is said in words, and what was chosen stays", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      await settled(page);
      await look(page, alone(page).first());
      await merging(page, "qlue:nowhere");
      await page.click('.bond-form [type="submit"]');
      await said(page, "tidak dikenal server, atau sudah lama berlalu");
      await shows(page, '.bond-form [type="submit"]', "Gabungkan");
      for (const [status, words] of [[403, "Hanya petugas dan operator"], [429, "Coba lagi sebentar"], [400, "Tidak dapat dilakukan: the reason is no code"], [503, "Server belum dapat mencatat"]]) {
        await page.route("**/merge", (route) => route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify({ title: "No", status, detail: "the reason is no code" }) }), { times: 1 });
        await page.click('.bond-form [type="submit"]');
        await said(page, words);
        await shows(page, ".bond-why", words);
      }
      assert.equal(await page.inputValue('.bond-form input[name="number"]'), "qlue:nowhere");
      assert.ok(await page.locator('.bond-form input[value="kejadian_sama"]').isChecked());
      assert.deepEqual(await bonds(), []);
    });
  });

  it("a token that has run out opens the way in, and its owner goes on where they were", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      await settled(page);
      const other = await alone(page).nth(1).getAttribute("data-key");
      const own = await look(page, alone(page).first());
      await merging(page, other);
      const refuse = (route) => (route.request().headers().authorization ? route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"title":"Bad token","status":401}' }) : route.continue());
      await page.route("**/merge", refuse);
      await page.route("**/v1/me", refuse);
      await page.click('.bond-form [type="submit"]');
      await page.waitForSelector("#access-why");
      await page.waitForSelector(".bond-form", { state: "detached" });
      await page.unroute("**/merge");
      await page.unroute("**/v1/me");
      await page.fill('input[name="token"]', FIRST);
      await page.keyboard.press("Enter");
      // The desk is theirs again, and what they had begun lies with its report.
      await page.locator(`.cards button[data-key="${own}"]`).click();
      await page.click('.bond-form [type="submit"]');
      await said(page, "kini satu kejadian");
      assert.deepEqual((await bonds()).map(({ report, reason }) => [report, reason]), [[own, "kejadian_sama"]]);
    });
  });
});
