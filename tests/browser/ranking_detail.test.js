// What stands behind a row of the ranking: its trend, another unit beside it, the flags on its closings, its cases. Against the fixture
// server, whose numbers it recounts from the API's answers.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { differenceOf, normal, standardErrorOf, verdictOf } from "../../api/dashboard/pages/assets/js/ranking/detail/difference.js";
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
after(async () => {
  await browser?.close();
  await fixture?.down();
});

const get = async (path, token = "") => (await fetch(`${fixture.url}${path}`, { headers: token === "" ? {} : { authorization: `Bearer ${token}` } })).json();

/** Looks at a ranking as somebody, and insists that nothing went wrong. */
async function on(query, token, check, options = {}) {
  const opened = await openPage(browser, fixture.url, { path: `/peringkat?${query}`, ...options });
  try {
    if (token !== "") {
      await opened.page.evaluate((secret) => sessionStorage.setItem("tanggap.token", secret), token);
      await opened.page.reload();
    }
    await opened.page.waitForSelector(".ranking tbody tr");
    await check(opened.page);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
  }
}

describe("the difference of two means", () => {
  const unit = (mean, error, more = {}) => ({ rmst_resolution_h: mean, rmst_standard_error_h: error, lower: mean - 1.959964 * error, upper: mean + 1.959964 * error, tier: "same", ...more });

  it("has the interval and the probability of two independent normal means", () => {
    // pnorm(2) = 0.9772499, pnorm(-1) = 0.1586553, pnorm(0) = 0.5 (R 4.3).
    for (const [z, p] of [[2, 0.9772499], [-1, 0.1586553], [0, 0.5]]) assert.ok(Math.abs(normal(z) - p) < 1e-6, `${z}`);
    // Errors of 3 and 4 hours make one of 5; 10 hours are two of them.
    const difference = differenceOf(unit(20, 3), unit(30, 4));
    assert.ok(Math.abs(difference.hours + 10) < 1e-9 && Math.abs(difference.low + 19.79982) < 1e-4 && Math.abs(difference.high + 0.20018) < 1e-4);
    assert.ok(Math.abs(difference.faster - 0.9772499) < 1e-6);
    assert.equal(verdictOf(difference), "fast");
    const turned = differenceOf(unit(30, 4), unit(20, 3));
    assert.ok(Math.abs(turned.faster + difference.faster - 1) < 1e-9);
    assert.equal(verdictOf(turned), "slow");
    assert.equal(verdictOf(differenceOf(unit(20, 3), unit(29, 4))), "same");
  });

  it("does not take an error of nothing for certainty, and is not made of too few", () => {
    assert.ok(Math.abs(standardErrorOf({ ...unit(100, 0), lower: 60.80072, upper: 168 }) - 68 / 1.959964) < 1e-9, "the side that was not cut off");
    assert.equal(differenceOf(unit(20, 3), unit(30, 4, { tier: null })), null);
    assert.equal(verdictOf(null), "few");
  });
});

describe("the trend", () => {
  it("says of every step what the API says, and ends with the table's own row", async () => {
    const { items } = await get("/v1/rankings/kecamatan?window=30d");
    const { code } = items[0];
    const { points } = await get(`/v1/rankings/kecamatan/${code}/trend?window=30d&step=week&steps=12`);
    assert.equal(points.length, 12);
    await on(`pilih=${code}`, "", async (page) => {
      await page.waitForSelector(".trend-field path.line");
      await page.click(".trend summary");
      const rows = await page.locator(".trend tbody tr td").allInnerTexts();
      assert.equal(rows.length, 13);
      const hours = (value) => new Intl.NumberFormat("id-ID", { minimumFractionDigits: value < 99.95 ? 1 : 0, maximumFractionDigits: value < 99.95 ? 1 : 0 }).format(value);
      [...points, items[0]].forEach((point, i) => {
        if (point.rmst_resolution_h === null) assert.equal(rows[i], "–");
        else assert.ok(rows[i].startsWith(`${hours(point.rmst_resolution_h)} jam (${hours(point.lower)}–${hours(point.upper)})`), `${rows[i]} is not ${point.rmst_resolution_h}`);
      });
      assert.equal(await page.locator(".trend-field .mark-at").count(), 12, "a step without a value has no mark");
      const asked = page.waitForRequest((request) => request.url().includes("step=month"));
      await page.click('.trend [data-value="month"]');
      assert.equal(new URL((await asked).url()).searchParams.get("window"), "30d");
    });
  });

  it("that fails says so, and is asked again", async () => {
    const { items } = await get("/v1/rankings/dinas?window=30d");
    const { page, close } = await openPage(browser, fixture.url, { path: "/peringkat?tingkat=dinas" });
    try {
      await page.route("**/v1/rankings/*/*/trend**", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", json: { title: "Not ready", status: 503, detail: "history is being read" } }));
      await page.click(`.ranking tr[data-code="${items[0].code}"] .pick`);
      await page.waitForSelector(".trend .failure");
      assert.match(await page.locator(".trend .failure").innerText(), /history is being read/);
      await page.unroute("**/v1/rankings/*/*/trend**");
      await page.click(".trend .failure button");
      await page.waitForSelector(".trend-field path.line");
    } finally {
      await close();
    }
  });
});

describe("two units beside each other", () => {
  it("have a difference with its interval, a probability, both trends, and how it was computed", async () => {
    const { items } = await get("/v1/rankings/kecamatan?window=30d");
    const ranked = items.filter((item) => item.tier !== null).toSorted((a, b) => a.rmst_resolution_h - b.rmst_resolution_h);
    const [fastest, slowest] = [ranked[0], ranked.at(-1)];
    await on(`pilih=${fastest.code}&banding=${slowest.code}`, "", async (page) => {
      await page.waitForSelector('.beside[data-verdict="fast"]');
      const { hours, low, high } = differenceOf(fastest, slowest);
      const signed = (value) => `${value < 0 ? "−" : "+"}${new Intl.NumberFormat("id-ID", { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(Math.abs(value))}`;
      assert.equal(await page.locator(".beside .difference").innerText(), `${signed(hours)} jam (${signed(low)} sampai ${signed(high)})`);
      assert.equal(await page.locator(".beside .faster").innerText(), "> 99 %");
      assert.match(await page.locator(".beside .footnote").innerText(), /hampiran normal atas dua rata-rata terbatas/);
      await page.waitForSelector(".trend-field path.line.series-1");
      assert.equal(await page.locator(".trend thead th").count(), 3);
      const few = items.find((item) => item.tier === null) ?? null;
      if (few === null) return;
      await page.selectOption(".figures select", few.code);
      await page.waitForSelector('.beside[data-verdict="few"]');
      assert.equal(await page.locator(".beside .faster").count(), 0);
    });
  });
});

describe("the flags", () => {
  it("stand beside each row for leadership, as counts of the API, and are no verdict", async () => {
    const { items } = await get("/v1/quality/kecamatan", LEADER);
    const unit = items.find(({ flags }) => Object.keys(flags).length > 0);
    const all = Object.values(unit.flags).reduce((sum, cases) => sum + cases, 0);
    await on("", LEADER, async (page) => {
      const cell = page.locator(`.ranking tr[data-code="${unit.code}"] .flags button`);
      assert.equal(await cell.innerText(), `${unit.doubted.part} / ${all}`);
      await cell.click();
      await page.waitForSelector("#flags .kinds");
      assert.match(await page.locator("#flags .verdict-note").innerText(), /bukan vonis/);
      const shown = await page.locator("#flags .kinds tbody tr").evaluateAll((list) => list.map((row) => [row.dataset.kind, Number(row.querySelector("td").textContent.replaceAll(".", ""))]));
      assert.deepEqual(Object.fromEntries(shown), unit.flags);
      assert.equal(await page.locator('#flags .evidence a[href="/laporan/fixture-photo_reused-1"]').count(), 1);
      const first = await page.locator("#flags .evidence li").count();
      if (all > first) {
        await page.click("#flags > button");
        await page.waitForFunction((count) => document.querySelectorAll("#flags .evidence li").length > count, first);
      }
    });
  });

  it("and the cases are not for everybody, who is told so", async () => {
    const { items } = await get("/v1/rankings/kecamatan?window=30d");
    for (const [token, words] of [["", /hanya untuk pimpinan/], ["fixture-officer-road-1", /Peran Anda tidak membuka/]]) {
      await on(`pilih=${items[0].code}`, token, async (page) => {
        await page.waitForFunction((source) => new RegExp(source).test(document.querySelector(".closed")?.textContent ?? ""), words.source);
        assert.equal(await page.locator(".ranking .flags, #flags, .audit").count(), 0);
      });
    }
  });
});

describe("the cases behind a number", () => {
  it("are as many as the row says, a page at a time, with a hash that fits and a file of the same bytes", async () => {
    const { items } = await get("/v1/rankings/dinas?window=30d");
    const item = items.toSorted((a, b) => b.n - a.n)[0];
    const raw = await (await fetch(`${fixture.url}/v1/rankings/dinas/${item.code}/audit?window=30d`, { headers: { authorization: `Bearer ${LEADER}` } })).text();
    const { sha256, audit } = JSON.parse(raw);
    assert.equal(audit.cases.length, item.n);
    await on(`tingkat=dinas&pilih=${item.code}`, LEADER, async (page) => {
      await page.click(".audit .show");
      await page.waitForSelector(".cases .case");
      assert.equal(await page.locator(".cases .case").count(), 25);
      assert.match(await page.locator(".pager [role=status]").innerText(), new RegExp(`dari ${new Intl.NumberFormat("id-ID").format(item.n)} kasus`));
      assert.equal(await page.locator(".proof code").innerText(), sha256);
      assert.equal(await page.locator(".proof [data-fits]").getAttribute("data-fits"), "true");
      const longest = audit.cases.toSorted((a, b) => b.seconds - a.seconds)[0];
      assert.equal(await page.locator(".cases .case a").first().innerText(), longest.id);
      await page.click(".pager button >> nth=1");
      await page.waitForFunction(() => document.querySelector(".cases").getAttribute("start") === "26");
      const downloading = page.waitForEvent("download");
      await page.click(".audit .file a");
      const download = await downloading;
      assert.equal(download.suggestedFilename(), `audit-dinas-${item.code}.json`);
      const bytes = readFileSync(await download.path());
      assert.equal(createHash("sha256").update(bytes.subarray(85, bytes.length - 1)).digest("hex"), sha256);
      await page.click(".excluded summary");
      assert.match(await page.locator(".excluded [data-reason]").innerText(), /masuk sebelum rentang: 3/);
    });
  });

  it("are drawn holder by holder with their pauses hatched, and said in words", async () => {
    const { items } = await get("/v1/rankings/dinas?window=30d");
    const { code } = items[0];
    await on(`tingkat=dinas&pilih=${code}`, LEADER, async (page) => {
      await page.click(".audit .show");
      await page.waitForSelector(".cases .case");
      const bars = await page.locator(".cases .case").evaluateAll((list) => list.map((row) => ({
        held: row.querySelectorAll(".held").length, own: row.querySelectorAll(".held.own").length, paused: row.querySelectorAll(".paused").length, words: row.querySelector(".case-held").textContent,
        over: [...row.querySelectorAll(".held")].some((rect) => Number.parseFloat(rect.getAttribute("x")) + Number.parseFloat(rect.getAttribute("width")) > 100.02),
      })));
      for (const { held, own, paused, words, over } of bars) {
        assert.equal(words.split("→").length, held);
        assert.ok(words.includes(code) && own >= 1 && !over, words);
        assert.equal(paused > 0, words.includes("jeda"));
      }
      assert.ok(bars.some(({ held }) => held === 2) && bars.some(({ paused }) => paused > 0));
      assert.match(await page.locator(".case-bar .paused").first().evaluate((rect) => getComputedStyle(rect).fill), /#hatch/);
    });
  });

  it("of a file that was changed on its way say so", async () => {
    const { items } = await get("/v1/rankings/dinas?window=30d");
    await on(`tingkat=dinas&pilih=${items[0].code}`, LEADER, async (page) => {
      await page.route("**/v1/rankings/*/*/audit**", async (route) => {
        const text = await (await route.fetch()).text();
        await route.fulfill({ contentType: "application/json", body: text.replace('"reopenings":0', '"reopenings":2') });
      });
      await page.click(".audit .show");
      await page.waitForSelector('.proof [data-fits="false"]');
    });
  });
});

describe("on paper and for everybody", () => {
  it("a drill-down is printed without its buttons", async () => {
    const { items } = await get("/v1/rankings/dinas?window=30d");
    await on(`tingkat=dinas&pilih=${items[0].code}`, LEADER, async (page) => {
      await page.click(".audit .show");
      await page.waitForSelector(".cases .case");
      await page.emulateMedia({ media: "print" });
      const facts = await page.evaluate(() => ({
        hidden: [...document.querySelectorAll(".behind button.plain, .behind a.plain, .behind .switch")].filter((element) => element.checkVisibility()).length,
        cases: [...document.querySelectorAll(".case-bar")].every((element) => element.checkVisibility()),
      }));
      assert.deepEqual(facts, { hidden: 0, cases: true });
    }, { theme: "dark" });
  });

  for (const [theme, width] of [["light", 1440], ["dark", 360]]) {
    it(`axe finds nothing behind a row, ${theme}, ${width} pixels`, async () => {
      const { items } = await get("/v1/rankings/dinas?window=30d");
      await on(`tingkat=dinas&pilih=${items[0].code}&banding=${items[1].code}`, LEADER, async (page) => {
        await page.click(".audit .show");
        await page.waitForSelector(".cases .case");
        await page.waitForSelector(".trend-field path.line.series-1");
        await page.waitForSelector("#flags dl");
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
      }, { theme, width });
    });
  }

  it("who only reads the table does not pay for what stands behind it", async () => {
    const opened = await openPage(browser, fixture.url, { path: "/peringkat" });
    await opened.page.waitForSelector(".ranking tbody tr");
    assert.ok(![...opened.sizes.keys()].some((path) => path.includes("/ranking/detail/")));
    await opened.close();
  });
});
