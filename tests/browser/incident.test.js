// Which reports tell of one incident, put right at a unit's desk: one leaves, two become one. Against the fixture server, whose bonds have
// the program's keys and refusals.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { atDesk as desk, FIRST, SECOND, signIn } from "./at-desk.js";
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

describe("which report tells of which incident", () => {
  it("an officer says without a mouse that one tells of another, and sees it leave", async () => {
    await atDesk({}, async (page) => {
      await settled(page);
      await many(page).first().focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(".witnesses");
      await page.focus(".witnesses summary");
      await page.keyboard.press("Enter");
      await told(page, 4);
      const [first, , third] = await tellers(page);
      await page.focus(`.witnesses [data-report="${third}"] [data-begin]`);
      await page.keyboard.press("Enter");
      await focusOn(page, '.bond-form input[type="radio"]');
      await page.keyboard.press("Enter");
      await shows(page, '.bond-form [role="alert"]', "Masih kurang: Alasan");
      await focusOn(page, '.bond-form input[type="radio"]');
      assert.deepEqual(await bonds(), [], "nothing was sent without a reason");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".bond-form", { state: "detached" });
      await focusOn(page, `[data-report="${third}"] [data-begin]`);
      await page.keyboard.press("Enter");
      await focusOn(page, '.bond-form input[type="radio"]');
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await said(page, `Dipisahkan: ${third} tidak lagi termasuk kejadian ini.`);
      await told(page, 3);
      await shows(page, ".bond-said", third);
      await focusOn(page, ".witnesses summary");
      assert.ok(!(await tellers(page)).includes(third));
      await shows(page, ".witnesses summary", "3 orang");
      await shows(page, `.cards button[data-key="${first}"]`, "3 saksi");
      const [bond, ...more] = await bonds();
      assert.deepEqual([bond.what, bond.report, bond.other, bond.reason, bond.account, more.length], ["split", third, first, "lain_tempat", "jalan-1", 0]);
    });
  });

  it("what was taken apart can be put together again by its number, and the report's history says so", async () => {
    await atDesk({}, async (page) => {
      await settled(page);
      const own = await look(page, many(page).first());
      const [, second] = await tellers(page);
      await page.click(`[data-report="${own}"] [data-begin]`);
      await page.check('.bond-form input[value="lain_masalah"]');
      await page.click('.bond-form [type="submit"]');
      await told(page, 1);
      assert.deepEqual(await tellers(page), [own], "it stands alone");
      assert.equal(await page.locator('[data-begin="split"]').count(), 0, "nobody is left to leave it");
      await shows(page, ".witnesses summary", "Satu orang");
      await shows(page, ".history", "dipisahkan dari kejadian");
      await merging(page, second);
      await page.click('.bond-form [type="submit"]');
      await said(page, `Digabungkan: ${second} dan laporan ini kini satu kejadian.`);
      await told(page, 4);
      await shows(page, ".witnesses ul", "digabung petugas");
      await shows(page, ".history", "digabung ke kejadian lain");
    });
  });

  it("two reports of the list become one incident, on both cards", async () => {
    await atDesk({}, async (page) => {
      await settled(page);
      const other = await alone(page).nth(1).getAttribute("data-key");
      const own = await look(page, alone(page).first());
      await page.click('[data-begin="merge"]');
      await focusOn(page, ".bond-form select");
      assert.equal(await page.locator(`.bond-form option[value="${own}"]`).count(), 0, "none is merged with itself");
      await page.click('.bond-form [type="submit"]');
      await shows(page, '.bond-form [role="alert"]', "Laporan dari kejadian yang lain, Alasan");
      await focusOn(page, ".bond-form select");
      await page.selectOption(".bond-form select", "*");
      await page.fill('.bond-form input[name="number"]', "6000001");
      await page.check('.bond-form input[value="dicek_lokasi"]');
      await page.click('.bond-form [type="submit"]');
      await shows(page, '.bond-form [role="alert"]', "Masih kurang: Laporan dari kejadian yang lain");
      await focusOn(page, 'input[name="number"]');
      assert.deepEqual(await violations(page), []);
      await page.selectOption(".bond-form select", other);
      await page.click('.bond-form [type="submit"]');
      await said(page, "kini satu kejadian");
      await told(page, 2);
      assert.deepEqual((await tellers(page)).sort(), [own, other].sort());
      for (const key of [own, other]) await shows(page, `.cards button[data-key="${key}"]`, "2 saksi");
      await page.click('[data-begin="merge"]');
      await page.waitForSelector(".bond-form");
      assert.equal(await page.locator(`.bond-form option[value="${other}"]`).count(), 0, "they are one already");
      assert.deepEqual((await bonds()).map(({ reason }) => reason), ["dicek_lokasi"]);
    });
  });

  it("what the desks do not show yet is said to come, and comes", async () => {
    await atDesk({}, async (page) => {
      await settled(page);
      const own = await look(page, many(page).first());
      const [, second] = await tellers(page);
      const address = `/v1/incidents/${encodeURIComponent(own)}`;
      const before = await (await fetch(`${fixture.url}${address}`, { headers: { authorization: `Bearer ${FIRST}` } })).text();
      await page.route("**/split", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), seen: false } });
      });
      // When it is asked for anew for the first time, it is still the old one.
      await page.route(`**${address}`, (route) => route.fulfill({ contentType: "application/json", body: before }), { times: 1 });
      const old = page.waitForResponse((response) => response.url().endsWith(address));
      await page.click(`[data-report="${second}"] [data-begin]`);
      await page.check('.bond-form input[value="lain_waktu"]');
      await page.click('.bond-form [type="submit"]');
      await said(page, "Tampil di semua layar sebentar lagi.");
      await old;
      // As the page does each half minute.
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await told(page, 3);
    });
  });
});

describe("who may", () => {
  it("the public sees channels, leadership sees reports, and neither has a button", async () => {
    await atDesk({ token: "" }, async (page) => {
      await many(page).first().click();
      await page.click(".witnesses summary");
      await page.waitForSelector(".witnesses p");
      assert.equal(await page.locator(".witnesses li").count(), 0);
      await signIn(page, "fixture-leader-1");
      await told(page, 4);
      assert.equal(await page.locator(".witnesses [data-begin]").count(), 0);
      await alone(page).first().click();
      await page.waitForSelector(".witnesses", { state: "detached" });
      await page.click(".who button");
      await page.waitForSelector(".who-in");
      await signIn(page, "fixture-operator-1");
      await look(page, many(page).first());
      await page.waitForFunction(() => document.querySelectorAll('.witnesses [data-begin="split"]').length === 4);
      assert.equal(await page.locator('.witnesses [data-begin="merge"]').count(), 1);
    });
  });

  it("nobody finds what somebody else began", async () => {
    await atDesk({}, async (page) => {
      await look(page, many(page).first());
      const [, second] = await tellers(page);
      await page.click(`[data-report="${second}"] [data-begin]`);
      await page.waitForSelector(".bond-form");
      await page.click(".who button");
      await page.waitForSelector(".who-in");
      await page.waitForFunction(() => document.querySelectorAll(".witnesses li, .bond-form").length === 0);
      await signIn(page, SECOND);
      await page.waitForFunction(() => /Dinas Contoh Jalan/.test(document.querySelector("h1")?.textContent ?? ""));
      await look(page, many(page).first());
      await told(page, 4);
      assert.equal(await page.locator(".bond-form").count(), 0);
    });
  });

  it("whoever goes takes the reports of the incident with them", async () => {
    await atDesk({ token: "fixture-operator-1" }, async (page) => {
      await look(page, many(page).first());
      await page.click(".who button");
      await page.waitForSelector(".who-in");
      await page.waitForFunction(() => document.querySelector(".witnesses p") !== null && document.querySelectorAll(".witnesses li, [data-begin]").length === 0);
    });
  });
});

describe("on a phone, in English", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    it(`axe finds nothing at 360 pixels, ${theme}, and what is touched is large enough`, async () => {
      await atDesk({ theme, width: 360, height: 780, path: "/antrean?lang=en" }, async (page) => {
        await look(page, many(page).first());
        const [, second] = await tellers(page);
        assert.deepEqual(await violations(page), []);
        await page.click(`[data-report="${second}"] [data-begin]`);
        await page.waitForSelector('.bond-form[data-bond="split"]');
        assert.match(await page.locator(".bond-form").innerText(), /Why is it not this incident\?[\s\S]*Another place[\s\S]*Separate/);
        assert.deepEqual(await violations(page), []);
        await page.click('[data-begin="merge"]');
        await page.waitForSelector('.bond-form[data-bond="merge"]');
        await page.selectOption(".bond-form select", "*");
        await page.waitForSelector('.bond-form input[name="number"]');
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
        const small = await page.locator(".witnesses :is(button, summary, select, .reasons label, input[name=number])").evaluateAll((list) => list.filter((element) => element.checkVisibility()).map((element) => [element.textContent, element.getBoundingClientRect()]).filter(([, box]) => box.height < 24 || box.width < 24).map(([text]) => text));
        assert.deepEqual(small, []);
      });
    });
  }
});
