// The ranking for who decides: tiers, table, plots, a day in the past, the quality of closures, paper. Always against the fixture
// server, whose numbers it recounts from the API's answer.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Fixture, openBrowser, openPage, violations } from "./harness.js";

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

/** Looks at a ranking and insists that nothing went wrong. */
async function on(query, check, options = {}) {
  const opened = await openPage(browser, fixture.url, { path: `/?tab=peringkat${query}`, ...options });
  try {
    await opened.page.waitForSelector(".ranking tbody tr");
    await check(opened.page);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
  }
}

const answer = async (level, query = "window=30d") => (await fetch(`${fixture.url}/v1/rankings/${level}?${query}`)).json();

describe("the tiers", () => {
  it("come before the table, and every unit is in the one the API says", async () => {
    const { items } = await answer("kelurahan");
    await on("&tingkat=kelurahan", async (page) => {
      const shown = await page.locator(".tier").evaluateAll((list) => list.map((tier) => ({
        tier: tier.dataset.tier, count: Number(tier.querySelector(".count").textContent), codes: [...tier.querySelectorAll("button[data-code]")].map((button) => button.dataset.code),
      })));
      assert.deepEqual(shown.map(({ tier }) => tier), ["slow", "same", "fast", "few"]);
      for (const { tier, count, codes } of shown) {
        const wanted = items.filter((item) => (item.tier ?? "few") === tier).map((item) => item.code);
        assert.ok(wanted.length > 0, `the fixture has none that is ${tier}`);
        assert.equal(count, wanted.length, tier);
        assert.deepEqual(codes.toSorted(), wanted.toSorted(), tier);
      }
      const order = await page.evaluate(() => document.querySelector(".tiers").compareDocumentPosition(document.querySelector(".ranking")));
      assert.equal(order, 4, "the table follows");
    });
  });
});

describe("the table", () => {
  it("is in the order of the restricted mean, with its interval and the place in words", async () => {
    const { items } = await answer("kecamatan");
    await on("", async (page) => {
      const ranked = items.filter((item) => item.tier !== null).toSorted((a, b) => a.rmst_resolution_h - b.rmst_resolution_h);
      const rows = await page.locator(".ranking tbody tr").evaluateAll((list) => list.map((row) => ({ code: row.dataset.code, place: row.querySelector(".rank").textContent.trim(), mean: row.querySelector(".mean").textContent.replace(/\s+/g, " ").trim() })));
      assert.deepEqual(rows.slice(0, ranked.length).map((row) => row.code), ranked.map((item) => item.code));
      rows.slice(0, ranked.length).forEach((row, i) => {
        const { rank, rank_lo: low, rank_hi: high } = ranked[i];
        assert.equal(row.place, low === high ? `tempat ${rank}` : `tempat ${rank}, mungkin ${low}–${high}`);
        assert.match(row.mean, /^[\d,]+ \([\d,]+–[\d,]+\)$/);
      });
      assert.equal(await page.locator('th[aria-sort="ascending"]').getAttribute("data-column"), "mean");
    });
  });

  it("says how sure it is that a unit is among the slowest tenth, and names the surest of the slow first", async () => {
    const { items } = await answer("kelurahan");
    await on("&tingkat=kelurahan", async (page) => {
      const told = Object.fromEntries(await page.locator(".ranking tbody tr").evaluateAll((list) => list.map((row) => [row.dataset.code, row.querySelector("[data-slowest]").textContent.trim()])));
      for (const { code, p_slowest_tenth: p } of items) {
        assert.equal(told[code], p === null ? "–" : p < 0.01 ? "< 1 %" : p > 0.99 ? "> 99 %" : `${Math.round(p * 100)} %`, code);
      }
      const slow = items.filter((item) => item.tier === "slow").toSorted((a, b) => b.p_slowest_tenth - a.p_slowest_tenth || b.rmst_resolution_h - a.rmst_resolution_h);
      const first = await page.locator('.tier[data-tier="slow"] button[data-code]').first().getAttribute("data-code");
      assert.equal(first, slow[0].code);
    });
  });

  it("marks the mean of closed cases as the one that flatters", async () => {
    await on("", async (page) => {
      assert.match(await page.locator('th[data-column="closed"]').innerText(), /memperbagus/);
      const [closed, mean] = [page.locator(".ranking tbody td.flatters").first(), page.locator(".ranking tbody td.mean b").first()];
      const figure = async (cell) => Number((await cell.innerText()).replace(",", "."));
      assert.ok(await figure(closed) < await figure(mean));
    });
  });

  it("stands without the columns an older program does not send", async () => {
    const old = await answer("kecamatan");
    for (const item of old.items) for (const key of ["ends", "in_time", "case_mix", "shrunken_resolution_h", "reliability", "p_slowest_tenth", "resolved_share", "otherwise_share", "closed_resolution_mean_s"]) delete item[key];
    const { page, faults, close } = await openPage(browser, fixture.url, { path: "/?tab=peta" });
    await page.route("**/v1/rankings/**", (route) => route.fulfill({ json: old }));
    await page.click('.tabs a[href="/peringkat"]');
    await page.waitForSelector(".ranking tbody tr");
    assert.match(await page.locator(".plot.funnel .note").innerText(), /Belum ada/);
    await page.click(".ranking .pick >> nth=0");
    await page.waitForSelector(".figures tbody tr");
    assert.deepEqual(faults, []);
    await close();
  });
});

describe("what is asked", () => {
  it("a day in the past is asked for, said, kept in the address and in the CSV, and left again", async () => {
    await on("", async (page) => {
      const asked = page.waitForRequest((request) => request.url().includes("as_of="));
      await page.fill('.as-of input[type="date"]', "2025-12-31");
      await page.dispatchEvent('.as-of input[type="date"]', "change");
      assert.equal(new URL((await asked).url()).searchParams.get("as_of"), "2025-12-31T17:00:00Z");
      await page.waitForSelector('.conditions [data-asof="2025-12-31"]');
      assert.match(await page.locator(".conditions").innerText(), /akhir Rabu, 31 Desember 2025/);
      assert.match(page.url(), /per=2025-12-31/);
      assert.match(String(await page.locator(".take a").getAttribute("href")), /as_of=2025-12-31T17%3A00%3A00Z.*format=csv/);
      const { items } = await answer("kecamatan", "window=30d&as_of=2025-12-31T17:00:00Z");
      const first = items.filter((item) => item.tier !== null).toSorted((a, b) => a.rmst_resolution_h - b.rmst_resolution_h)[0];
      assert.equal(await page.locator(".ranking tbody tr").first().getAttribute("data-code"), first.code);
      await page.reload();
      await page.waitForSelector('.conditions [data-asof="2025-12-31"]');
      await page.click(".as-of button");
      await page.waitForSelector(".conditions b:not([data-asof])");
      assert.doesNotMatch(page.url(), /per=/);
    });
  });

  it("says that the quality of closures is not applied, until it is", async () => {
    await on("", async (page) => {
      assert.equal(await page.locator(".quality").innerText(), "Mutu penutupan tidak diperhitungkan.");
      const asked = page.waitForRequest((request) => request.url().includes("quality=adjusted"));
      await page.click('.page-head [data-value="adjusted"]');
      await asked;
      await page.waitForSelector('.quality[data-quality="adjusted"]');
      assert.equal(await page.locator(".quality").innerText(), "Mutu penutupan diperhitungkan.");
      assert.match(String(await page.locator(".take a").getAttribute("href")), /quality=adjusted/);
      await page.click('button[lang="en"]');
      await page.click('.page-head [data-value="plain"]');
      await page.waitForSelector('.quality[data-quality="plain"]');
      assert.equal(await page.locator(".quality").innerText(), "Closure quality not applied.");
    });
  });

  it("every level and every window has its table", async () => {
    await on("", async (page) => {
      for (const level of ["kota", "kecamatan", "kelurahan", "dinas", "channel"]) {
        await page.click(`.page-head [data-value="${level}"]`);
        const { items } = await answer(level);
        await page.waitForFunction((count) => document.querySelectorAll(".ranking tbody tr").length === count, items.length);
      }
      assert.deepEqual((await page.locator(".ranking tbody th button").allInnerTexts()).toSorted(), ["JAKI", "LAPOR!", "QLUE", "Surel"]);
      for (const window of ["7d", "90d", "365d", "all", "30d"]) {
        const asked = page.waitForResponse((response) => response.url().includes(`window=${window}`));
        await page.click(`.page-head [data-value="${window}"]`);
        assert.equal((await asked).status(), 200);
      }
    });
  });

  it("a refusal is said in words and the rows of another question are not shown under it", async () => {
    const { page, close } = await openPage(browser, fixture.url, { path: "/?tab=peringkat" });
    try {
      await page.waitForSelector(".ranking tbody tr");
      await page.route("**/v1/rankings/dinas**", (route) => route.fulfill({ status: 400, contentType: "application/problem+json", json: { title: "Bad parameter", status: 400, detail: "as_of lies before the first report" } }));
      await page.click('.page-head [data-value="dinas"]');
      await page.waitForSelector(".view-ranking .failure");
      assert.match(await page.locator(".view-ranking .failure").innerText(), /before the first report/);
      assert.equal(await page.locator(".ranking").count(), 0);
    } finally {
      await close();
    }
  });
});

describe("the plots", () => {
  it("the caterpillar says each unit in a sentence, and draws it where its numbers are", async () => {
    const { items } = await answer("kecamatan");
    await on("", async (page) => {
      assert.match(await page.locator(".caterpillar figcaption").innerText(), /^42 unit terhadap rata-rata [\d,]+ jam: \d+ jelas lambat/);
      const rows = await page.locator('.caterpillar [role="option"]').evaluateAll((list) => list.map((row) => ({
        said: row.getAttribute("aria-label"), tier: row.dataset.tier, shape: row.querySelector(".shape-of").dataset.shape,
        at: Number.parseFloat(row.querySelector(".mark-at").getAttribute("x")), low: Number.parseFloat(row.querySelector(".interval").getAttribute("x1")), high: Number.parseFloat(row.querySelector(".interval").getAttribute("x2")),
      })));
      assert.equal(rows.length, items.length);
      const most = Math.max(...items.map((item) => item.upper));
      const scale = [12, 24, 48, 72, 120, 168].find((end) => most <= end);
      const ordered = items.toSorted((a, b) => a.rmst_resolution_h - b.rmst_resolution_h);
      rows.forEach((row, i) => {
        assert.equal(row.shape, row.tier);
        assert.match(row.said, /jam, selang [\d,]+–[\d,]+; tempat \d+/);
        for (const [drawn, value] of [[row.at, ordered[i].rmst_resolution_h], [row.low, ordered[i].lower], [row.high, ordered[i].upper]]) assert.ok(Math.abs(drawn - (value / scale) * 100) < 0.01);
      });
    });
  });

  it("the funnel puts each unit at its share and its number, with limits that narrow", async () => {
    const { items } = await answer("kecamatan");
    await on("", async (page) => {
      const decided = items.filter((item) => item.in_time).toSorted((a, b) => a.in_time.whole - b.in_time.whole || a.name.localeCompare(b.name, "id"));
      const points = await page.locator('.funnel [role="option"]').evaluateAll((list) => list.map((point) => ({
        said: point.getAttribute("aria-label"), where: point.dataset.where, x: Number.parseFloat(point.querySelector(".mark-at").getAttribute("x")), y: Number.parseFloat(point.querySelector(".mark-at").getAttribute("y")),
      })));
      assert.equal(points.length, decided.length);
      points.forEach((point, i) => {
        const { share, whole, limits_998: { low, high } } = decided[i].in_time;
        assert.ok(Math.abs(point.y - (100 - share * 100)) < 0.01);
        assert.ok(i === 0 || point.x >= points[i - 1].x);
        assert.ok(point.said.includes(`dari ${new Intl.NumberFormat("id-ID").format(whole)} tepat waktu`), point.said);
        assert.equal(point.where === "below", share < low);
        assert.equal(point.where === "above", share > high);
      });
      const below = points.filter((point) => point.where === "below").length;
      assert.ok(below > 0, "the fixture has a unit below the limits");
      assert.match(await page.locator(".funnel figcaption").innerText(), new RegExp(`${below} unit di bawah batas 99,8 %`));
      for (const limit of [".limits_95", ".limits_998"]) assert.equal(await page.locator(`.funnel path${limit}`).count(), 2);
    });
  });

  it("arrows walk through a plot, both show the same unit, and Enter opens its figures", async () => {
    await on("", async (page) => {
      await page.focus(".caterpillar-rows");
      for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
      const second = await page.locator('.caterpillar [role="option"]').nth(1).getAttribute("id");
      await page.waitForSelector(`.caterpillar-rows[aria-activedescendant="${second}"]`);
      const code = String(second).replace("caterpillar-", "");
      assert.equal(await page.locator('.funnel [role="option"][aria-selected="true"]').getAttribute("id"), `funnel-${code}`);
      assert.ok((await page.locator(".readout").innerText()).length > 20);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".figures");
      assert.match(page.url(), new RegExp(`pilih=${code.replaceAll(".", "\\.")}`));
      await page.keyboard.press("End");
      await page.waitForFunction(() => document.querySelector('.caterpillar [role="option"]:last-child').getAttribute("aria-selected") === "true");
    });
  });
});

describe("a unit's figures", () => {
  it("add up to its reports, and stand beside another's", async () => {
    const { items } = await answer("dinas");
    const [one, other] = items;
    await on(`&tingkat=dinas&pilih=${one.code}`, async (page) => {
      const rows = () => page.locator(".figures tbody tr").evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
      const whole = (text) => Number(text.replaceAll(".", ""));
      const shown = new Map((await rows()).map(([words, figure]) => [words, figure]));
      const parts = ["Terbuka", "selesai", "ditutup tanpa tindakan", "duplikat", "bukan wewenang kota", "dicabut pelapor", "diserahkan ke unit lain"].map((words) => whole(shown.get(words)));
      assert.equal(parts.reduce((sum, part) => sum + part, 0), one.n);
      assert.equal(whole(shown.get("Laporan")), one.n);
      await page.selectOption(".figures select", other.code);
      await page.waitForFunction(() => document.querySelectorAll(".figures thead th").length === 2);
      assert.ok((await rows()).every((row) => row.length === 3));
      assert.match(page.url(), new RegExp(`banding=${other.code}`));
      await page.click(".figures .icon");
      await page.waitForFunction(() => document.querySelector(".figures") === null);
    });
  });
});

describe("on paper", () => {
  it("everything is laid open in black on white, without the buttons", async () => {
    await on("&tingkat=kelurahan", async (page) => {
      await page.emulateMedia({ media: "print" });
      const facts = await page.evaluate(() => ({
        hidden: [...document.querySelectorAll(".tabs, .tools, .take, .page-head .switch, .as-of")].filter((element) => element.checkVisibility()).length,
        clipped: [...document.querySelectorAll(".scroller, .caterpillar-rows")].filter((element) => element.scrollHeight > element.clientHeight + 2).length,
        ground: getComputedStyle(document.body).backgroundColor, text: getComputedStyle(document.body).color, conditions: document.querySelector(".conditions").checkVisibility(),
      }));
      assert.deepEqual(facts, { hidden: 0, clipped: 0, ground: "rgb(255, 255, 255)", text: "rgb(0, 0, 0)", conditions: true });
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
      const [, width, height] = pdf.match(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/).map(Number);
      assert.ok(Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2, `${width} × ${height}`);
    }, { theme: "dark" });
  });
});

describe("accessibility", () => {
  for (const [theme, width] of [["light", 1440], ["dark", 360]]) {
    it(`axe finds nothing with a unit's figures beside another's, ${theme}, ${width} pixels`, async () => {
      const { items } = await answer("kelurahan");
      await on(`&tingkat=kelurahan&pilih=${items[0].code}&banding=${items[1].code}&per=2025-12-31`, async (page) => {
        await page.waitForSelector(".figures");
        assert.deepEqual(await violations(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
      }, { theme, width });
    });
  }
});
