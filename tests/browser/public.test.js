// The public's way: from the first page to one's report and one's area, in words, without what is too few to be told. Always against the
// fixture server.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { kept, named, standingOf } from "../../api/dashboard/pages/assets/js/public/standing.js";
import { Fixture, openBrowser, openPage, violations } from "./harness.js";

const REPORT = "fixture-d-bm-0001";
/** What a page about one thing may weigh on the wire, bytes. */
const BUDGET = 100_000;
/** A refusal is an error in the console of any browser; what the page makes of it is what is looked at. */
const REFUSED = [/Failed to load resource/];

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
  await fixture.post("/fixture/mode", { mode: "normal" });
  await fixture.post("/fixture/reset", {});
});
after(async () => {
  await browser?.close();
  await fixture?.down();
});

async function on(options, check) {
  const opened = await openPage(browser, fixture.url, options);
  try {
    await check(opened.page, opened);
    assert.deepEqual(opened.faults.filter((fault) => !opened.expected?.some((pattern) => pattern.test(fault))), []);
  } finally {
    await opened.close();
  }
}

const answer = async (path, headers = {}) => (await fetch(`${fixture.url}${path}`, { headers })).json();
const noSideways = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

/** A kelurahan of the invented city with complaints. */
async function reported() {
  const { items } = await answer("/v1/areas?level=kelurahan");
  const told = await Promise.all(items.slice(0, 60).map(({ code }) => answer(`/v1/areas/${code}`)));
  const found = told.find((area) => area.categories.some(({ n }) => n < 5) && area.categories.length > 1);
  assert.ok(found, "the fixture has an area with few of something");
  return found;
}

describe("a report's standing", () => {
  const step = (status, hour, unit = null) => ({ status, time: `2026-01-15T${String(hour).padStart(2, "0")}:00:00Z`, unit, actor_role: null });
  const report = (...timeline) => ({ received: "2026-01-15T00:00:00Z", timeline, route: { unit_code: "dlh" } });

  it("is where the last step left it, with whoever was named last", () => {
    assert.deepEqual(standingOf(report()), { status: "received", since: "2026-01-15T00:00:00Z", unit: "dlh", ended: null, answered: null });
    const told = standingOf(report(step("received", 0), step("assigned", 1, "dbm"), step("in_progress", 2)));
    assert.deepEqual([told.status, told.since, told.unit, told.answered?.status], ["in_progress", "2026-01-15T02:00:00Z", "dbm", "assigned"]);
  });

  it("ends once, is open again when it was reopened, and stays ended when somebody rates it", () => {
    assert.equal(standingOf(report(step("resolved", 3, "dlh"), step("rated", 4))).ended?.status, "resolved");
    assert.equal(standingOf(report(step("resolved", 3, "dlh"), step("reopened", 4))).ended, null);
    assert.equal(standingOf(report(step("verified", 3), step("linked", 4))).status, "verified");
    assert.equal(standingOf(report(step("received", 0), step("verified", 3))).answered, null, "a check is no answer");
  });

  it("has kept a deadline, missed it, or has so much left", () => {
    const due = "2026-01-15T10:00:00Z";
    const at = Date.parse("2026-01-15T11:00:00Z");
    assert.deepEqual(kept(due, step("resolved", 9), at), { how: "kept", spanS: 3_600 });
    assert.deepEqual(kept(due, step("resolved", 12), at), { how: "missed", spanS: 7_200 });
    assert.deepEqual(kept(due, null, at), { how: "over", spanS: 3_600 });
    assert.deepEqual(kept(due, null, at - 7_200_000), { how: "left", spanS: 3_600 });
  });

  it("is asked for by its number, with the channel or without", () => {
    assert.deepEqual(named("qlue:5000001"), { channel: "qlue", id: "5000001" });
    assert.deepEqual(named("fixture-1"), { channel: "", id: "fixture-1" });
    assert.deepEqual(named("A:b"), { channel: "", id: "A:b" });
  });
});

describe("the way in", () => {
  it("leads from the first page to a report by its number, and back", async () => {
    await on({}, async (page) => {
      await page.fill(".find input", REPORT);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".report-page .way li");
      assert.equal(new URL(page.url()).pathname, `/laporan/${REPORT}`);
      await page.goBack();
      await page.waitForSelector('main[data-tab="peta"]');
    });
  });

  it("leads to an area by a part of its name, which it offers while one types", async () => {
    await on({}, async (page) => {
      await page.fill(".find input", "kecamatan 0");
      await page.waitForSelector('.found a[href="/wilayah/99.71.01"]');
      assert.equal(await page.locator(".found li").count(), 6);
      await page.click('.found a[href="/wilayah/99.71.01"]');
      await page.waitForSelector(".public h1");
      assert.match(await page.locator(".public h1").innerText(), /Kecamatan 01/);
    });
  });

  it("says when nothing has that name", async () => {
    await on({}, async (page) => {
      await page.fill(".find input", "Atlantis");
      await page.keyboard.press("Enter");
      await page.waitForSelector('.find [role="status"]');
      assert.match(await page.locator('.find [role="status"]').innerText(), /Tidak ada wilayah/);
    });
  });
});

describe("a report's page", () => {
  it("says where it is, with which unit by name, until when, and its way in words", async () => {
    await on({ path: `/laporan/${REPORT}` }, async (page, { sizes }) => {
      await page.waitForSelector(".way li");
      const told = await answer(`/v1/reports/${REPORT}`);
      assert.match(await page.locator(".now .big").innerText(), /Dinas Contoh Jalan|dikerjakan|ditugaskan|dibuka/);
      const steps = await page.locator(".way li").allInnerTexts();
      assert.equal(steps.length, told.timeline.length);
      assert.match(steps[0], /Laporan diterima\./);
      assert.match(steps.at(-1), /Dinas Contoh Jalan|Dibuka kembali/);
      assert.equal(await page.locator(".now [data-due]").count(), 2);
      assert.equal(await page.locator(`.facts a[href="/wilayah/${told.kelurahan}"]`).count(), told.kelurahan ? 1 : 0);
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      process.stdout.write(`# a report's page: ${total} bytes\n`);
      assert.ok(total <= BUDGET, `${total} bytes`);
      assert.ok(![...sizes.keys()].some((path) => path.startsWith("/v1/live") || path.includes("maplibre")), [...sizes.keys()].join());
    });
  });

  it("says how it ended and in what time, and that it can be reopened", async () => {
    const operator = { authorization: "Bearer fixture-operator-1", "content-type": "application/json", "idempotency-key": "the-end-of-it" };
    const told = await answer(`/v1/reports/${REPORT}`, operator);
    const body = JSON.stringify({ channel: told.channel, action: "close", reason: "sudah_beres", expected: told.version });
    assert.equal((await fetch(`${fixture.url}/v1/reports/${REPORT}/transitions`, { method: "POST", headers: operator, body })).status, 201);
    await on({ path: `/laporan/${REPORT}?lang=en` }, async (page) => {
      await page.waitForSelector(".now");
      const now = await page.locator(".now").innerText();
      assert.match(now, /Closed without action on .* after it came in/);
      assert.match(now, /can be reopened/);
      assert.match(await page.locator('.now [data-due="void"]').innerText(), /not in force/);
      assert.match(await page.locator(".way li").last().innerText(), /Closed without action by Dinas Contoh Jalan\./);
    });
  });

  it("that is not there says so and offers the way in; while the server is away it says that and comes back", async () => {
    await on({ path: "/laporan/nothing-1" }, async (page, opened) => {
      opened.expected = REFUSED;
      await page.waitForSelector('.public [role="alert"]');
      assert.match(await page.locator('.public [role="alert"]').innerText(), /Tidak ada laporan/);
      await fixture.post("/fixture/mode", { mode: "broken" });
      await page.fill(".find input", REPORT);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".failure");
      await fixture.post("/fixture/mode", { mode: "normal" });
      await page.click(".failure button");
      await page.waitForSelector(".way li");
    });
  });
});

describe("an area's page", () => {
  it("counts every complaint that is public by itself, few ones too, and says which are not", async () => {
    const area = await reported();
    await on({ path: `/wilayah/${area.code}` }, async (page) => {
      await page.waitForSelector(".by-category tbody tr");
      const shown = await page.locator(".by-category tbody tr").evaluateAll((rows) => rows.map((row) => [row.dataset.category, Number(row.querySelector("td").textContent)]));
      assert.deepEqual(shown, area.categories.map(({ category, n }) => [category, n]));
      assert.match(await page.locator(".counted").innerText(), /kriminal/);
      assert.match(await page.locator(".crumbs").innerText(), new RegExp(`${area.kota}[\\s\\S]*${area.kecamatan}`));
      await page.click(`.crumbs a >> nth=1`);
      await page.waitForFunction((name) => document.querySelector(".public h1")?.textContent.includes(name), area.kecamatan);
    });
  });

  it("says in words how fast it is answered, shows the weeks, and leads to its row in the ranking", async () => {
    await on({ path: "/wilayah/99.71" }, async (page) => {
      await page.waitForSelector(".verdict-of");
      const trend = await answer("/v1/rankings/kota/99.71/trend?window=90d&step=week&steps=12");
      assert.equal(await page.locator(".verdict-of").getAttribute("data-tier"), trend.latest.tier ?? "few");
      assert.equal(await page.locator(".weeks .line").count(), 1);
      await page.click('[aria-labelledby="area-rank"] > p > a');
      await page.waitForSelector('main[data-tab="peringkat"]');
      assert.match(page.url(), /tingkat=kota.*pilih=99\.71|pilih=99\.71.*tingkat=kota/);
    });
  });

  it("lists the hotspots that lie in it and no others", async () => {
    const { items } = await answer("/v1/hotspots");
    const place = items[0].places[0].kelurahan;
    const expected = items.filter(({ places }) => places.some(({ kelurahan }) => kelurahan === place)).map(({ id }) => id);
    await on({ path: `/wilayah/${place}` }, async (page) => {
      await page.waitForSelector(".spots-here li");
      assert.deepEqual(await page.locator(".spots-here li").evaluateAll((list) => list.map((one) => one.dataset.id)), expected);
    });
  });

  it("can be passed on: its address says what it is about and nothing else", async () => {
    await on({ path: "/wilayah/99.72?w=24h&lang=en" }, async (page) => {
      await page.waitForSelector(".share button");
      await page.evaluate(() => {
        Object.defineProperty(navigator, "share", { value: undefined, configurable: true });
        Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { globalThis.copied = text; } }, configurable: true });
      });
      await page.click(".share button");
      await page.waitForSelector('.share [role="status"]');
      assert.equal(await page.evaluate(() => globalThis.copied), `${fixture.url}/wilayah/99.72?lang=en`);
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
      await page.click(".share button");
      await page.waitForSelector(".share input");
      assert.equal(await page.locator(".share input").inputValue(), `${fixture.url}/wilayah/99.72?lang=en`);
    });
  });

  it("that is not there, and the page without one, offer a way to find one", async () => {
    await on({ path: "/wilayah/98.76" }, async (page, opened) => {
      opened.expected = REFUSED;
      await page.waitForSelector('.public [role="alert"]');
      assert.equal(await page.locator(".find input").count(), 1);
    });
    await on({ path: "/#/wilayah" }, async (page) => {
      await page.waitForSelector(".links a");
      assert.equal(await page.locator(".links a").count(), 5);
    });
  });

  it("of an empty city says that there are none, and of a late one that it is late", async () => {
    await fixture.post("/fixture/mode", { mode: "empty" });
    await on({ path: "/wilayah/99.73" }, async (page) => {
      await page.waitForSelector('[aria-labelledby="area-counts"] .note');
      assert.match(await page.locator('[aria-labelledby="area-counts"]').innerText(), /Belum ada keluhan/);
    });
    await fixture.post("/fixture/mode", { mode: "stale" });
    await on({ path: "/wilayah/99.73" }, async (page) => {
      await page.waitForSelector('.badge[data-kind="delayed"]');
    });
  });
});

describe("accessibility and size", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    for (const [path, shown] of [["/wilayah/99.71.01", ".verdict-of"], [`/laporan/${REPORT}`, ".way li"], ["/laporan/nothing-1", ".find input"]]) {
      it(`axe finds nothing on ${path}, ${theme}`, async () => {
        await on({ theme, path, width: theme === "dark" ? 360 : 1440 }, async (page, opened) => {
          opened.expected = REFUSED;
          await page.waitForSelector(shown);
          assert.deepEqual(await violations(page), []);
        });
      });
    }
  }

  for (const width of [320, 360, 768, 1440, 3840]) {
    it(`fits ${width} pixels without a sideways scroll`, async () => {
      for (const [path, shown] of [["/wilayah/99.71.01", ".verdict-of"], [`/laporan/${REPORT}`, ".way li"]]) {
        await on({ width, height: width > 3000 ? 2160 : 800, path }, async (page) => {
          await page.waitForSelector(shown);
          assert.ok(await noSideways(page), path);
        });
      }
    });
  }
});
