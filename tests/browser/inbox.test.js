// The desk of a unit, worked as an officer would: by keyboard, on a bad line, and while somebody else works on the same. Always against the
// fixture server, whose cases have the program's versions, keys and refusals.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { atDesk as desk, FIRST, REFUSED, SECOND, signIn } from "./at-desk.js";
import { Fixture, openBrowser, unhurried, violations } from "./harness.js";

/** What the whole page may weigh on the wire, bytes, without the map; signed in, with a list and a report. */
const BUDGET = 150_000;

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

/** @param {Parameters<typeof desk>[2]} options @param {Parameters<typeof desk>[3]} check */
const atDesk = (options, check) => desk(browser, fixture, options, check);
const acted = async () => (await fetch(`${fixture.url}/fixture/acted`)).json();
const ids = (page) => page.locator(".cards button").evaluateAll((list) => list.map((button) => button.dataset.id));
const version = (page, id) => page.evaluate((wanted) => [...document.querySelectorAll(".cards button")].some((button) => button.dataset.id === wanted), id);

/** Acts as somebody else, past the page. */
async function elsewhere(id, deed, token = SECOND) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": `other-${Math.random()}` };
  const answer = await fetch(`${fixture.url}/v1/reports/${id}/transitions`, { method: "POST", headers, body: JSON.stringify(deed) });
  assert.equal(answer.status, 201, await answer.clone().text());
}
const channelOf = async (page, id) => (await page.locator(`.cards button[data-id="${id}"]`).getAttribute("data-key")).split(":")[0];

/** A JPEG of noise, which does not compress. */
const noise = (page, side) => page.evaluate(async (size) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [size, size];
  const pen = canvas.getContext("2d");
  const data = pen.createImageData(size, size);
  for (let at = 0; at < data.data.length; at += 65_536) crypto.getRandomValues(data.data.subarray(at, at + 65_536));
  for (let i = 3; i < data.data.length; i += 4) data.data[i] = 255;
  pen.putImageData(data, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.readAsDataURL(blob);
  });
}, side).then((text) => Buffer.from(text, "base64"));

describe("an officer at work", () => {
  it("accepts, completes with a photo and closes with a reason, without a mouse", async () => {
    await atDesk({}, async (page) => {
      assert.match(await page.locator("h1").innerText(), /Dinas Contoh Jalan/);
      assert.match(await page.locator(".who").innerText(), /jalan-1/);
      const [first, second] = await ids(page);
      await page.keyboard.press("j");
      await page.waitForSelector(".detail .history li");
      await page.keyboard.press("a");
      await page.waitForSelector('.outbox [data-deed="held"]');
      assert.match(await page.locator(".outbox").innerText(), /dikirim dalam \d+ dtk/);
      // The next one is at hand already.
      await page.waitForFunction((id) => document.activeElement?.dataset.id === id && document.activeElement.getAttribute("aria-current") === "true", second);
      await page.keyboard.press("c");
      await page.waitForFunction(() => document.activeElement?.matches('.deed-form input[type="radio"]'));
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator(".deed-form").count(), 1, "the photo field took the key, nothing was sent without a reason");
      await page.keyboard.press("Escape");
      await page.keyboard.press("c");
      await page.waitForFunction(() => document.activeElement?.matches('.deed-form input[type="radio"]'));
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".deed-form", { state: "detached" });
      assert.deepEqual(await acted(), { acted: 0, photos: 0 }, "nothing leaves before it can no longer be undone");
      await page.waitForFunction(() => document.querySelectorAll('.outbox [data-deed]').length === 0, null, { timeout: 30_000 });
      assert.equal((await acted()).acted, 2);
      assert.equal(await version(page, second), false, "what is closed has left the desk");
      const status = page.locator(`.cards button[data-id="${first}"] .state`);
      await page.waitForFunction((id) => /dikerjakan/.test(document.querySelector(`.cards button[data-id="${id}"] .state`)?.textContent ?? ""), first);
      assert.match(await status.innerText(), /dikerjakan/);
      // Done, with a photo.
      await page.locator(`.cards button[data-id="${first}"]`).focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector('.actions [data-action="complete"]');
      await page.keyboard.press("s");
      await page.waitForSelector('.deed-form input[name="photo"]');
      await page.setInputFiles('input[name="photo"]', { name: "a.jpg", mimeType: "image/jpeg", buffer: await noise(page, 64) });
      await page.waitForSelector(".deed-form img");
      assert.match(await page.locator("#photo-said").innerText(), /apa adanya/);
      await page.focus('.deed-form button[type="submit"]');
      await page.keyboard.press("Enter");
      await page.waitForSelector('.outbox [data-deed="held"]');
      await page.waitForFunction((id) => !document.querySelector(`.cards button[data-id="${id}"]`), first, { timeout: 30_000 });
      assert.deepEqual(await acted(), { acted: 3, photos: 1 });
      assert.match(await page.locator(".outbox summary").innerText(), /Semua jawaban terkirim/);
    });
  });

  it("undoes by one key what has not left, and what is undone never arrives", async () => {
    await atDesk({}, async (page) => {
      await page.keyboard.press("j");
      await page.keyboard.press("a");
      await page.waitForSelector('.outbox [data-deed="held"]');
      await page.keyboard.press("u");
      await page.waitForFunction(() => document.querySelector(".outbox") === null);
      assert.match(await page.locator('[role="status"].sr').innerText(), /dibatalkan/);
      assert.equal((await acted()).acted, 0);
    });
  });

  it("is told in the form what is missing, and the focus goes there", async () => {
    await atDesk({}, async (page) => {
      await page.keyboard.press("j");
      await page.keyboard.press("o");
      await page.waitForSelector('.deed-form[data-action="redirect"]');
      await page.click('.deed-form button[type="submit"]');
      assert.match(await page.locator('.deed-form [role="alert"]').innerText(), /Kepada unit, Alasan/);
      await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "target");
      assert.deepEqual(await violations(page), []);
      await page.selectOption('select[name="target"]', "D-LH");
      await page.check('input[value="lainnya"]');
      await page.click('.deed-form button[type="submit"]');
      assert.match(await page.locator('.deed-form [role="alert"]').innerText(), /Masih kurang: Catatan/);
    });
  });

  it("letters are words while somebody writes, and can be switched off altogether", async () => {
    await atDesk({}, async (page) => {
      await page.keyboard.press("j");
      await page.keyboard.press("t");
      await page.waitForSelector('textarea[name="note"]');
      await page.keyboard.type("jalan ada di mana?");
      assert.equal(await page.inputValue('textarea[name="note"]'), "jalan ada di mana?");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.waitForSelector(".key-help");
      assert.deepEqual(await violations(page), []);
      await page.uncheck(".key-help input");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".key-help", { state: "detached" });
      await page.keyboard.press("a");
      assert.equal(await page.locator(".outbox [data-deed=held]").count(), 0);
    });
  });

  it("filters by what is late, and the counts are those of the whole desk", async () => {
    await atDesk({}, async (page) => {
      const counts = await page.locator(".filters b").allTextContents();
      assert.equal(Number(counts[0]), counts.slice(1).reduce((sum, count) => sum + Number(count), 0));
      await page.keyboard.press("2");
      await page.waitForFunction((n) => document.querySelectorAll(".cards button").length === n, Number(counts[1]));
      assert.deepEqual([...new Set(await page.locator(".cards .chip").evaluateAll((list) => list.map((chip) => chip.dataset.due)))], ["late"]);
    });
  });

  it("sees who else tells of it and where it is, without the map's library", async () => {
    await atDesk({}, async (page, { sizes }) => {
      await page.locator(".cards button", { hasText: "4 saksi" }).first().click();
      await page.click(".witnesses summary");
      await page.waitForSelector(".witnesses li");
      assert.equal(await page.locator(".witnesses li").count(), 4);
      assert.match(await page.locator(".witnesses li").nth(1).innerText(), /berjarak 9 m/);
      await page.click(".place summary");
      await page.waitForSelector(".outline .own");
      assert.ok([...sizes.keys()].every((path) => !/maplibre|leaflet/.test(path)));
      assert.deepEqual(await violations(page), []);
    });
  });
});

describe("two people at one desk", () => {
  it("the second is told who changed what and when, loses nothing, and decides", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      const [id] = await ids(page);
      await unhurried(page);
      const channel = await channelOf(page, id);
      await page.keyboard.press("j");
      await page.keyboard.press("c");
      await page.waitForSelector(".deed-form");
      await page.check('input[value="data_kurang"]');
      await page.fill('textarea[name="note"]', "alamat tidak lengkap");
      await elsewhere(id, { channel, action: "dispatch", expected: 3 });
      await page.click('.deed-form button[type="submit"]');
      await page.locator(`.cards button[data-id="${id}"]`).click();
      await page.click('.deed [data-do="now"]');
      await page.waitForSelector('.deed[data-deed="stale"]');
      const words = await page.locator(".deed .conflict").innerText();
      assert.match(words, /Status sudah diubah menjadi “petugas dikirim” pada 15 Jan, 14\.\d\d, kini di Dinas Contoh Jalan; lihat dulu, lalu putuskan/);
      await page.waitForFunction(() => /petugas dikirim/.test(document.querySelector(".history")?.textContent ?? ""));
      assert.deepEqual(await violations(page), []);
      assert.equal((await acted()).acted, 1);
      await page.click('.deed [data-do="edit"]');
      assert.equal(await page.inputValue('textarea[name="note"]'), "alamat tidak lengkap");
      await page.click('.deed-form button[type="submit"]');
      await page.locator(`.cards button[data-id="${id}"]`).click();
      await page.click('.deed [data-do="now"]');
      await page.waitForFunction((wanted) => !document.querySelector(`.cards button[data-id="${wanted}"]`), id);
      assert.equal((await acted()).acted, 2);
    });
  });

  it("another unit's officer reads and has no buttons; the public reads and is asked in", async () => {
    await atDesk({ token: "" }, async (page) => {
      await page.locator(".cards button").first().click();
      await page.waitForSelector(".not-yours");
      assert.match(await page.locator(".not-yours").innerText(), /Masuk sebagai petugas/);
      assert.equal(await page.locator(".actions").count(), 0);
      await signIn(page, "fixture-leader-1");
      await page.locator(".cards button").first().click();
      assert.match(await page.locator(".not-yours").innerText(), /membaca saja/);
      await page.click(".who button");
      await page.waitForSelector(".who-in");
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    });
  });

  it("a token nobody knows is refused in words, and is kept nowhere", async () => {
    await atDesk({ token: "" }, async (page, opened) => {
      opened.expected = REFUSED;
      await page.click(".who-in summary");
      await page.fill('input[name="token"]', "some-token-of-last-year");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#access-why");
      assert.match(await page.locator("#access-why").innerText(), /tidak dikenal atau sudah tidak berlaku/);
      assert.equal(await page.evaluate(() => sessionStorage.getItem("tanggap.token")), null);
      assert.deepEqual(await violations(page), []);
    });
  });
});

describe("a bad line", () => {
  it("an answer written without a line survives the page and leaves by itself when the line is back", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      const [first, second] = await ids(page);
      await unhurried(page);
      await page.keyboard.press("j");
      await page.waitForSelector(".detail .history li");
      await page.context().setOffline(true);
      await page.keyboard.press("t");
      await page.fill('textarea[name="note"]', "Di sisi utara atau selatan?");
      await page.keyboard.press("Escape");
      await page.locator(`.cards button[data-id="${second}"]`).click();
      await page.keyboard.press("a");
      await page.locator(`.cards button[data-id="${second}"]`).click();
      await page.click('.deed [data-do="now"]');
      await page.waitForSelector('.deed[data-deed="unsent"]');
      assert.match(await page.locator(".deed").innerText(), /Tidak ada sambungan/);
      assert.match(await page.locator(".outbox summary").innerText(), /Belum terkirim: 1 · draf: 1/);
      assert.deepEqual(await violations(page), []);
      assert.equal((await acted()).acted, 0);
      // The page goes, and comes again with the line.
      await page.route("**/transitions", (route) => route.abort());
      await page.context().setOffline(false);
      await page.reload();
      await page.waitForSelector(".outbox");
      assert.match(await page.locator(".outbox summary").innerText(), /Belum terkirim: 1 · draf: 1/);
      await page.unroute("**/transitions");
      await page.waitForFunction(() => /Belum terkirim: 0 · draf: 1/.test(document.querySelector(".outbox summary")?.textContent ?? ""), null, { timeout: 60_000 });
      assert.equal((await acted()).acted, 1);
      await page.locator(`.cards button[data-id="${first}"]`).click();
      assert.equal(await page.inputValue('textarea[name="note"]'), "Di sisi utara atau selatan?");
    });
  });

  it("an answer that was lost on its way back is not done twice", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      await page.route("**/transitions", async (route) => {
        await route.fetch();
        await route.abort();
      }, { times: 1 });
      const [id] = await ids(page);
      await unhurried(page);
      await page.keyboard.press("j");
      await page.keyboard.press("a");
      await page.locator(`.cards button[data-id="${id}"]`).click();
      await page.click('.deed [data-do="now"]');
      await page.waitForFunction(() => /mungkin sudah sampai/.test(document.querySelector(".deed")?.textContent ?? ""));
      assert.equal((await acted()).acted, 1);
      await page.waitForFunction(() => document.querySelectorAll(".outbox [data-deed]").length === 0, null, { timeout: 60_000 });
      assert.equal((await acted()).acted, 1);
    });
  });

  it("an answer given with a token that has run out waits in sight for its owner to sign in again", async () => {
    await atDesk({}, async (page, opened) => {
      opened.expected = REFUSED;
      const [id] = await ids(page);
      await unhurried(page);
      await page.keyboard.press("j");
      await page.keyboard.press("a");
      const refuse = (route) => (route.request().headers().authorization ? route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"title":"Bad token","status":401}' }) : route.continue());
      await page.route("**/transitions", refuse);
      await page.route("**/v1/me", refuse);
      await page.locator(`.cards button[data-id="${id}"]`).click();
      await page.click('.deed [data-do="now"]');
      await page.waitForSelector("#access-why");
      assert.match(await page.locator(".outbox").innerText(), /Belum terkirim: 1[\s\S]*masuk lagi/);
      assert.equal((await acted()).acted, 0);
      await page.unroute("**/transitions");
      await page.unroute("**/v1/me");
      await page.fill('input[name="token"]', FIRST);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => /Semua jawaban terkirim/.test(document.querySelector(".outbox summary")?.textContent ?? ""));
      assert.equal((await acted()).acted, 1);
    });
  });

  it("a large photo is made smaller, says so, and is not larger than the server takes", async () => {
    await atDesk({}, async (page) => {
      const [id] = await ids(page);
      const channel = await channelOf(page, id);
      await elsewhere(id, { channel, action: "accept", expected: 3 });
      await page.reload();
      await page.waitForSelector(`.cards button[data-id="${id}"]`);
      await page.locator(`.cards button[data-id="${id}"]`).click();
      await page.click('.actions [data-action="complete"]');
      await page.setInputFiles('input[name="photo"]', { name: "large.jpg", mimeType: "image/jpeg", buffer: await noise(page, 1_800) });
      await page.waitForSelector(".deed-form img");
      assert.match(await page.locator("#photo-said").innerText(), /Diperkecil dari [\d.]+ kB ke [\d.]+ kB/);
      const side = await page.locator(".deed-form img").evaluate(async (img) => { await img.decode(); return [img.naturalWidth, img.naturalHeight]; });
      assert.deepEqual(side, [1_600, 1_600]);
      await page.click(".photo .plain");
      await page.setInputFiles('input[name="photo"]', { name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(1_600_000) });
      await page.waitForFunction(() => /tidak dapat dibuka sebagai foto/.test(document.querySelector("#photo-said").textContent));
    });
  });

  it("weighs no more than an old phone's line can carry", async () => {
    await atDesk({ width: 360, height: 780 }, async (page, { sizes }) => {
      await page.locator(".cards button").first().click();
      await page.waitForSelector(".detail .history li");
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      process.stdout.write(`# the desk: ${total} bytes in ${sizes.size} files\n`);
      assert.ok(total <= BUDGET, `${total} bytes`);
      assert.ok(![...sizes.keys()].some((path) => path.startsWith("/v1/live")), "it does without the stream");
    });
  });
});

describe("the desk on a phone, at night, in English", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    it(`axe finds nothing at 360 pixels, ${theme}, and nothing is wider than the phone`, async () => {
      await atDesk({ theme, width: 360, height: 780, path: "/antrean?lang=en" }, async (page) => {
        await page.locator(".cards button").first().click();
        await page.waitForSelector(".detail .history li");
        assert.deepEqual(await violations(page), []);
        await page.click('.actions [data-action="close"]');
        await page.waitForSelector(".deed-form");
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
        await page.check('input[value="duplicate"]');
        await page.click('.deed-form button[type="submit"]');
        await page.waitForSelector('.outbox [data-deed="held"]');
        assert.deepEqual(await violations(page), []);
        const small = await page.locator(".actions button, .deed-buttons button, .filters button, .outbox button, .who button").evaluateAll((list) => list.filter((element) => element.checkVisibility()).map((element) => element.getBoundingClientRect()).filter((box) => box.height < 24 || box.width < 24).length);
        assert.equal(small, 0);
      });
    });
  }

  it("the tab key reaches filters, list, buttons and form, each with a visible focus", async () => {
    await atDesk({}, async (page) => {
      await page.keyboard.press("j");
      await page.waitForSelector(".actions");
      await page.evaluate(() => document.querySelector(".skip").focus());
      const seen = new Set();
      for (let i = 0; i < 80; i += 1) {
        await page.keyboard.press("Tab");
        const focus = await page.evaluate(() => {
          const element = document.activeElement;
          const style = getComputedStyle(element);
          return { what: element.dataset.filter ? "filter" : element.dataset.action ? "action" : element.dataset.key ? "card" : element.tagName, ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
        });
        if (focus.what === "BODY") break;
        assert.ok(focus.ring, `no focus ring on ${focus.what}`);
        seen.add(focus.what);
      }
      for (const wanted of ["filter", "card", "action", "SUMMARY"]) assert.ok(seen.has(wanted), `${wanted} not reached`);
    });
  });
});
