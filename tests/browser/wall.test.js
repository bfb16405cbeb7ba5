// The wall: a city at one glance that nobody operates, and the past. Always against the fixture server. Hours of it: hours.test.js; what it is
// made of: wall_parts.test.js.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { latLngToCell } from "h3-js";
import { LADDERS } from "../../api/dashboard/pages/assets/js/heat.js";
import { WORDS } from "../../api/dashboard/pages/assets/js/i18n.js";
import { WORDS as OURS } from "../../api/dashboard/pages/assets/js/wall/words.js";
import { atWall, badge } from "./at-wall.js";
import { Fixture, mapDrawn, openBrowser, openPage, violations } from "./harness.js";

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

const on = (check, options) => atWall(browser, fixture, check, options);

const texts = (page, selector) => page.locator(selector).allInnerTexts();

describe("the wall", () => {
  it("shows where, what and how fresh at one glance: map, hotspots with life and label, what rises, sources, clock", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await badge(page, "live");
      const hotspots = await texts(page, ".wall-list .hotspots > ol > li");
      assert.equal(hotspots.length, 4);
      assert.match(hotspots[0], /Banjir[\s\S]*membesar[\s\S]*berlangsung 1 jam 2\d mnt · makin panas/);
      assert.ok((await texts(page, ".wall-list .rising li")).length >= 6);
      assert.match(await page.locator(".wall-clock").innerText(), /14\.0\d WIB[\s\S]*15 Januari 2026/);
      assert.match(await page.locator('.wall-sources [data-source="qlue"]').innerText(), /QLUE[\s\S]*dtk lalu/);
      // In sight without a hand on a wheel.
      for (const title of ["#hotspots-title", "#rising-title", ".wall-sources", ".wall-tape", ".wall-legend", ".wall-clock"]) {
        assert.ok(await page.locator(title).evaluate((element) => { const { top, bottom } = element.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }), title);
      }
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark", "a room at night");
    });
  });

  it("colours cells by how far above usual they are, and by their count on a switch, with a legend of words and units", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const wrong = (measure, breaks) => page.evaluate(({ by, from }) => new Promise((resolve) => {
        const { room, live } = globalThis.tanggap;
        const look = () => requestAnimationFrame(() => {
          if (room.measure !== by || room.pending === "all" || room.pending.size > 0) return look();
          const lowest = from ?? room.breaks;
          resolve([...live.cells].filter(([index, cell]) => room.byIndex.has(index) && room.map.levelOf(index) !== lowest.filter((least) => (least ?? -Infinity) <= (by === "z" ? cell.z10 : cell.n)).length).length);
        });
        look();
      }), { by: measure, from: breaks });
      // JSON has no infinity; null stands for the class of all others.
      assert.equal(await wrong("z", [null, 10, 20, 30, 50]), 0);
      assert.match(await page.locator(".wall-legend").innerText(), /di atas biasa per sel, 60 mnt[\s\S]*biasa\s+< 1[\s\S]*amat jauh\s+5\+[\s\S]*simpangan baku/);
      await page.click('.wall-filters [data-value="n"]');
      assert.equal(await wrong("n", null), 0);
      assert.match(page.url(), /ukur=n/);
      const labels = (await texts(page, ".wall-legend .classes li")).map((label) => label.trim());
      assert.ok(LADDERS.some((ladder) => labels.at(-1) === `${ladder[4]}+`), labels.join());
      assert.match(await page.locator(".wall-legend").innerText(), /Laporan per sel/);
    });
  });

  it("draws jams and gauges, names them in the legend, and takes them away when asked", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.waitForFunction(() => document.querySelectorAll(".map .map-gauge").length === 4);
      assert.deepEqual((await texts(page, ".map .map-gauge")).toSorted(), ["2", "3", "4", "?"]);
      await page.waitForFunction(() => globalThis.tanggap.room.map.map.queryRenderedFeatures({ layers: ["jams"] }).length > 10);
      assert.match(await page.locator(".legend .jams").innerText(), /Macet \(Waze\): \d+ sel, terlama 10 mnt/);
      const words = (await texts(page, ".wall-gauges li")).map((line) => line.replace(/ 1[34]\.\d\d$/, ""));
      assert.deepEqual(words, ["2 Pos Contoh Hulu: Siaga 2, 178 cm, naik 12 cm/jam", "3 Pintu Contoh Tengah: Siaga 3, 610 cm, turun 4 cm/jam"]);
      for (const name of ["Kemacetan", "Tinggi air"]) await page.locator(".wall-filters .plain", { hasText: name }).click();
      await page.waitForFunction(() => document.querySelectorAll(".map .map-gauge").length === 0);
      assert.equal(await page.locator(".legend .jams").count(), 0);
    });
  });

  it("says that a server has no water levels, and asks it no more", async () => {
    await fixture.post("/fixture/mode", { mode: "normal" });
    const { page, close } = await openPage(browser, fixture.url, { path: "/" });
    let asked = 0;
    await page.route("**/v1/gauges", (route) => { asked += 1; return route.fulfill({ status: 404, json: { title: "Not found", status: 404 } }); });
    await page.goto(new URL("/dinding", fixture.url).href);
    await page.waitForFunction(() => /tidak punya data tinggi air/.test(document.querySelector(".wall-legend")?.textContent ?? ""));
    await page.evaluate(async () => { for (let i = 0; i < 3; i += 1) globalThis.tanggap.router.module("dinding").tick(globalThis.tanggap); });
    assert.equal(asked, 1);
    assert.equal(await page.locator(".wall-gauges").count(), 0);
    await close();
  });

  it("names what tweets speak of more than usual, in the city or in one kota, in both languages", async () => {
    await on(async (page) => {
      await page.waitForSelector(".wall-terms li");
      assert.match(await page.locator(".wall-terms h2").innerText(), /Kata yang naik/);
      const [first, second, ...more] = await texts(page, ".wall-terms li");
      assert.match(first, /#banjircontoh\s+45\+ orang\s+biasanya 1,2 · sejak 1[34]\.\d\d/);
      assert.match(second, /genangan\s+30\+ orang/);
      assert.deepEqual(more, [], "what may be chance is not named");
      assert.match(await page.locator(".wall-terms").innerText(), /dari 320\+ orang/);
      await page.locator(".wall-terms select").selectOption({ index: 1 });
      await page.waitForFunction(() => /listrik/.test(document.querySelector(".wall-terms ol")?.textContent ?? ""));
      assert.equal(await page.locator(".wall-terms").evaluate((section) => section.scrollHeight <= section.clientHeight + 1), true, "all of it is in sight");
    }, { mode: "rounded" });
    await on(async (page) => {
      await page.click('button[lang="en"]');
      await page.waitForSelector(".wall-terms li");
      assert.match(await page.locator(".wall-terms").innerText(), /Rising words[\s\S]*45 people\s+usually 1\.2/);
    });
  });

  it("says that no word rises, that words did not come, and nothing of a server that keeps none", async () => {
    await on(async (page) => {
      await page.waitForFunction(() => /Tidak ada kata yang naik/.test(document.querySelector(".wall-terms")?.textContent ?? ""));
    }, { mode: "empty" });
    await fixture.post("/fixture/mode", { mode: "normal" });
    const { page, close } = await openPage(browser, fixture.url, { path: "/dinding" });
    await page.waitForSelector(".wall-terms li");
    let asked = 0;
    await page.route("**/v1/terms?*", (route) => { asked += 1; return route.fulfill({ status: 503, json: { title: "Not ready", status: 503 } }); });
    await page.locator(".wall-terms select").selectOption({ index: 1 });
    await page.waitForFunction(() => /Kata cuitan tidak terjawab/.test(document.querySelector(".wall-terms")?.textContent ?? ""));
    assert.equal(await page.locator(".wall-terms li").count(), 0, "words of another place are not these");
    await page.unroute("**/v1/terms?*");
    await page.route("**/v1/terms?*", (route) => { asked += 1; return route.fulfill({ json: { kept: false, area: null, rounded_to: 1, minimum_reporters: 3, sample: 0, items: [] } }); });
    await page.locator(".wall-terms select").selectOption("unknown");
    await page.waitForFunction(() => document.querySelector(".wall-terms") === null);
    assert.equal(asked, 2);
    await close();
  });

  it("shows one channel when it is chosen, and keeps it in the address", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const all = await page.evaluate(() => [...globalThis.tanggap.room.cells.values()].reduce((sum, { n }) => sum + n, 0));
      await page.selectOption('[data-field="channel"]', "waze");
      await page.waitForFunction(() => globalThis.tanggap.room.held?.size > 0);
      const some = await page.evaluate(() => [...globalThis.tanggap.room.cells.values()].reduce((sum, { n }) => sum + n, 0));
      assert.ok(some > 0 && some < all / 2, `${some} of ${all}`);
      assert.match(page.url(), /kanal=waze/);
      assert.match(await page.locator(".legend-title").innerText(), /Waze/);
      assert.match(await page.locator(".wall-list").innerText(), /Sel paling di atas biasa/);
      await page.selectOption('[data-field="channel"]', "");
      await page.waitForFunction(() => globalThis.tanggap.room.held === null);
    });
  });

  it("a click on a hot cell says why, and so does one on its entry", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.waitForFunction(() => globalThis.tanggap.room.drawnSpots.length === 4);
      const at = await page.evaluate(() => {
        const { room } = globalThis.tanggap;
        const spot = room.drawnSpots[1];
        const index = spot.cells.find((cell) => room.map.levelOf(cell) > 0);
        const { x, y } = room.map.map.project(room.middleOf(index));
        const { left, top } = room.place.getBoundingClientRect();
        return { x: left + x, y: top + y, id: spot.id };
      });
      await page.mouse.click(at.x, at.y);
      await page.waitForSelector(`#why-${at.id} .facts`);
      await page.click('.wall-list .hotspots button[aria-expanded="true"]');
      await page.waitForFunction(() => document.querySelector(".why") === null);
      await page.click(".wall-list .hotspots > ol > li:first-child button");
      await page.waitForSelector(".why .facts");
      assert.match(await page.locator(".why").innerText(), /41 pelapor berbeda/);
    });
  });

  it("shows an injected burst on the map, in the list and among the lines", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const burst = { lon: 106.8272, lat: -6.2153, category: "banjir", n: 60 };
      const h3 = latLngToCell(burst.lat, burst.lon, 9);
      const index = await page.evaluate((wanted) => [...globalThis.tanggap.room.byIndex].find(([, cell]) => cell.properties.h3 === wanted)?.[0], h3);
      const shown = page.waitForFunction(({ at, least }) => {
        const { live, room } = globalThis.tanggap;
        return (live.cells.get(at)?.n ?? 0) >= least && room.map.levelOf(at) === 5 && Date.now();
      }, { at: index, least: burst.n }, { polling: 20 });
      const asked = Date.now();
      await fixture.post("/fixture/burst", burst);
      const seen = await (await shown).jsonValue();
      await page.waitForSelector(`.wall-list .rising button[data-h3="${h3}"]`);
      process.stdout.write(`# a burst of ${burst.n} was on the wall ${seen - asked} ms after it was made\n`);
    });
  });

  it("says what happened, and stops for whoever reads", async () => {
    await on(async (page) => {
      await page.waitForFunction(() => /Titik panas dibuka: Kemacetan/.test(document.querySelector(".wall-tape")?.textContent ?? ""));
      await page.locator(".wall-tape .plain").click();
      const before = await texts(page, ".wall-tape > ol li");
      await fixture.post("/fixture/mode", { mode: "behind" });
      await page.waitForSelector('.wall-sources [data-source="waze"][data-state="stale"]');
      assert.deepEqual(await texts(page, ".wall-tape > ol li"), before);
      await page.locator(".wall-tape .plain").click();
      await page.waitForFunction(() => /Waze: tertunda/.test(document.querySelector(".wall-tape").textContent));
    });
  });
});

describe("freshness on the wall", () => {
  it("every source says its age, from five minutes on in amber and with a sign; one that never spoke is no zero", async () => {
    await on(async (page) => {
      await badge(page, "delayed");
      const waze = page.locator('.wall-sources [data-source="waze"]');
      assert.equal(await waze.getAttribute("data-amber"), "");
      assert.match(await waze.innerText(), /▲[\s\S]*tertunda[\s\S]*9 mnt lalu/);
      assert.equal(await page.locator('.wall-sources [data-source="qlue"]').getAttribute("data-amber"), null);
      assert.match(await page.locator('.wall-sources [data-source="gauge"]').innerText(), /▲[\s\S]*21 mnt lalu/, "quiet, and older than five minutes");
      const never = await page.locator('.wall-sources [data-source="lapor"]').innerText();
      assert.match(never, /belum ada data/);
      assert.doesNotMatch(never, /\d/);
    }, { mode: "behind" });
  });

  it("a server that is gone leaves the last figures, hatched and dated; it comes back by itself", async () => {
    await fixture.up();
    const { page, close } = await openPage(browser, fixture.url, { path: "/dinding" });
    try {
      await mapDrawn(page);
      await fixture.down();
      await badge(page, "cut");
      assert.match(await page.locator(".wall-banners").innerText(), /terputus.*14\.\d\d/);
      assert.match(await page.locator('.wall-sources [data-source="qlue"]').innerText(), /tidak diketahui[\s\S]*terakhir 14\.\d\d/);
      assert.ok(await page.evaluate(() => globalThis.tanggap.room.cells.size) > 0);
      assert.deepEqual(await violations(page), []);
      await fixture.up();
      await badge(page, "live");
      await page.waitForFunction(() => /Sambungan kembali/.test(document.querySelector(".wall-tape").textContent));
    } finally {
      await close();
      await fixture.up();
    }
  });

  it("an empty city is said in words, and so is one whose map does not come", async () => {
    await on(async (page) => {
      await page.waitForFunction(() => /Belum ada laporan pada 60 mnt/.test(document.querySelector(".map-message")?.textContent ?? ""));
      assert.match(await page.locator(".wall-list").innerText(), /Belum ada pos yang melapor/);
      assert.match(await page.locator(".legend .jams").innerText(), /tidak ada saat ini/);
    }, { mode: "empty" });
    await fixture.post("/fixture/mode", { mode: "broken" });
    const { page, close } = await openPage(browser, fixture.url, { path: "/dinding" });
    await page.waitForSelector('.map-message[role="alert"]');
    assert.match(await page.locator(".totals dd").first().innerText(), /–/, "no figure is no zero");
    await fixture.post("/fixture/mode", { mode: "normal" });
    await mapDrawn(page);
    await close();
  });
});

describe("the past on the wall", () => {
  it("is shown by the slider, says in every part that it is past, and gives way to now", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.waitForFunction(() => document.querySelectorAll(".map .map-gauge").length > 0);
      const live = await page.evaluate(() => JSON.stringify([...globalThis.tanggap.room.cells].slice(0, 50)));
      await page.locator(".wall-time input").evaluate((input) => { input.value = "240"; input.dispatchEvent(new Event("input", { bubbles: true })); });
      await badge(page, "replay");
      await page.waitForFunction(() => globalThis.tanggap.room.held?.size > 0);
      assert.match(await page.locator(".wall-banners").innerText(), /Rekaman: keadaan pada Kamis, 15 Januari 2026, 10\.0\d WIB\. Bukan sekarang/);
      assert.match(await page.locator(".wall-badge").innerText(), /REKAMAN\s+10\.0\d/);
      assert.match(await page.locator(".wall-list").innerText(), /Paling di atas biasa, 10\.0\d/);
      assert.match(await page.locator(".wall-list").innerText(), /Yang berlangsung saat itu/);
      assert.match(await page.locator(".wall-legend").innerText(), /hanya untuk saat ini/);
      assert.match(await page.locator(".wall-time input").getAttribute("aria-valuetext"), /10\.0\d WIB, REKAMAN/);
      assert.match(await page.locator(".wall-sources").innerText(), /Sumber data sekarang/);
      assert.equal(await page.locator(".map .map-gauge").count(), 0);
      assert.notEqual(await page.evaluate(() => JSON.stringify([...globalThis.tanggap.room.cells].slice(0, 50))), live);
      assert.match(page.url(), /saat=2026-01-15T03/);
      await page.reload();
      await badge(page, "replay");
      await page.click(".wall-time .live");
      await badge(page, "live");
      await page.waitForFunction(() => globalThis.tanggap.room.held === null && document.querySelectorAll(".map .map-gauge").length > 0);
      assert.doesNotMatch(page.url(), /saat=/);
    });
  });

  it("plays from six hours ago at the speed that was chosen, and by the keys", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.locator(".wall-time .switch button", { hasText: "600×" }).click();
      await page.locator(".wall-time .play").click();
      await badge(page, "replay");
      await page.waitForFunction(() => /diputar 600×/.test(document.querySelector(".wall-banners").textContent));
      const first = await page.locator(".wall-badge .asof").innerText();
      await page.waitForFunction((from) => { const now = document.querySelector(".wall-badge .asof")?.textContent; return now && now !== from && now > "08.2"; }, first);
      await page.locator(".wall-time .play").click();
      const url = page.url();
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press("ArrowLeft");
      await page.waitForFunction((from) => location.href !== from, url);
      await page.keyboard.press("Escape");
      await badge(page, "live");
    });
  });

  it("that cannot be loaded says so and offers to try again", async () => {
    await fixture.up();
    const { page, close } = await openPage(browser, fixture.url, { path: "/dinding" });
    await mapDrawn(page);
    await page.route("**/v1/cells?*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ title: "Not ready", status: 503, detail: "the state is being restored" }) }));
    await page.locator(".wall-time .plain", { hasText: "−5" }).click();
    await page.waitForSelector('.wall-banners [role="alert"]');
    assert.match(await page.locator(".wall-banners").innerText(), /tidak dapat dimuat\. the state is being restored/);
    await page.unroute("**/v1/cells?*");
    await page.click(".wall-banners button");
    await page.waitForFunction(() => globalThis.tanggap.room.held?.size > 0);
    await close();
  });
});

describe("a screen of any size", () => {
  for (const [width, height] of [[360, 780], [1280, 720], [1920, 1080], [3840, 2160]]) {
    it(`fits ${width} × ${height}, with targets of 24 pixels`, async () => {
      await on(async (page) => {
        await page.waitForSelector(".wall-list .rising button");
        const facts = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth, high: document.documentElement.scrollHeight,
          small: [...document.querySelectorAll(".wall :is(button, select, a.plain, input, summary)")].filter((element) => element.checkVisibility()).map((element) => [element.getBoundingClientRect(), element.textContent.trim().slice(0, 20)]).filter(([box]) => box.width < 24 || box.height < 24).map(([, name]) => name),
        }));
        assert.ok(facts.wide <= width, `${facts.wide} wide`);
        if (width > 900) assert.ok(facts.high <= height, `${facts.high} high: nobody scrolls a wall`);
        assert.deepEqual(facts.small, []);
      }, { width, height, path: "/dinding?peta=kanvas" });
    });
  }

  it("without WebGL the canvas takes over, with jams and gauges", async () => {
    const plain = await openBrowser({ webgl: false });
    try {
      const { page, faults } = await openPage(plain, fixture.url, { path: "/dinding" });
      await mapDrawn(page);
      assert.equal(await page.evaluate(() => globalThis.tanggap.room.map.engine), "canvas");
      await page.waitForFunction(() => document.querySelectorAll(".map .map-gauge").length === 4 && globalThis.tanggap.room.map.jamShapes.length > 10);
      assert.match(await page.locator(".wall-legend").innerText(), /tanpa WebGL/);
      assert.deepEqual(faults, []);
    } finally {
      await plain.close();
    }
  });

  it("hides a cursor that does not move", async () => {
    await on(async (page) => {
      await page.waitForSelector(".wall-list .rising button");
      await page.mouse.move(400, 400);
      assert.equal(await page.evaluate(() => document.documentElement.classList.contains("no-cursor")), false);
      await page.waitForFunction(() => document.documentElement.classList.contains("no-cursor"), null, { timeout: 15_000 });
      await page.mouse.move(410, 400);
      await page.waitForFunction(() => !document.documentElement.classList.contains("no-cursor"));
    });
  });

  it("gives the frame, the theme and the map back when it is left", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.locator(".wall-tools a").click();
      await page.waitForSelector('main[data-tab="peta"]');
      await mapDrawn(page);
      assert.deepEqual(await page.evaluate(() => [document.documentElement.dataset.theme, globalThis.tanggap.room.measure, globalThis.tanggap.room.jams.length, document.querySelectorAll(".map .map-gauge").length]), ["light", "n", 0, 0]);
      await page.goBack();
      await page.waitForSelector(".wall");
      await mapDrawn(page);
    });
  });
});

describe("everybody at the wall", () => {
  for (const [name, path, ready, mode, themes] of [
    ["now", "", ".wall-list .rising button", "normal", ["gelap", "terang"]],
    ["the past", "&saat=2026-01-15T05:00:00Z", '.badge[data-kind="replay"]', "normal", ["gelap"]],
    ["late", "", '.badge[data-kind="delayed"]', "behind", ["terang"]],
  ]) {
    for (const theme of themes) {
      it(`axe finds nothing: ${name}, ${theme}`, async () => {
        await on(async (page) => {
          await mapDrawn(page);
          await page.waitForSelector(ready);
          await page.locator(".wall-list .hotspots button").first().click();
          await page.waitForSelector(".why .facts");
          assert.deepEqual(await violations(page), []);
        }, { path: `/dinding?tema=${theme}${path}`, mode });
      });
    }
  }

  it("axe finds nothing on a phone", async () => {
    await on(async (page) => {
      await page.waitForSelector(".wall-list .rising button");
      assert.deepEqual(await violations(page), []);
    }, { width: 360, height: 780 });
  });

  it("reads English throughout once English is chosen", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      await page.waitForSelector(".wall-tape li");
      await page.click('button[lang="en"]');
      await page.waitForFunction(() => document.documentElement.lang === "en");
      await page.locator(".wall-time .plain", { hasText: "−5" }).click();
      await badge(page, "replay");
      const shown = await page.evaluate(() => {
        const found = [];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) found.push(walk.currentNode.textContent.trim());
        for (const element of document.querySelectorAll("[aria-label], [title]")) for (const name of ["aria-label", "title"]) found.push((element.getAttribute(name) ?? "").trim());
        return found.filter(Boolean);
      });
      const all = Object.values({ ...WORDS, ...OURS });
      const english = new Set(all.map(([, words]) => words));
      const indonesian = all.filter(([one, other]) => one !== other).map(([one]) => one);
      assert.deepEqual(shown.filter((text) => !english.has(text) && indonesian.includes(text)), []);
    });
  });
});
