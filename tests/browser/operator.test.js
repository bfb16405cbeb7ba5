// The operator's room: what holds the city back, whether events add up, what to do about it, and dead letters mended and given in once more.
// Always against the fixture server.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { alarmsOf, missing } from "../../api/dashboard/pages/assets/js/operator/alarms.js";
import { Fixture, openBrowser, openPage, violations } from "./harness.js";

const OPERATOR = "fixture-operator-1";
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
  await fixture.post("/fixture/operator", { reset: true });
});
after(async () => {
  await browser?.close();
  await fixture?.down();
});

async function inRoom({ token = OPERATOR, ...options }, check) {
  const opened = await openPage(browser, fixture.url, { path: "/operator", ...options });
  const { page } = opened;
  page.on("dialog", (dialog) => dialog.accept());
  try {
    await page.waitForSelector(".sign-in input");
    if (token) await signIn(page, token);
    await check(page, opened);
    assert.deepEqual(opened.faults.filter((fault) => !opened.expected?.some((pattern) => pattern.test(fault))), []);
  } finally {
    await opened.close();
  }
}

async function signIn(page, token) {
  await page.fill('input[name="token"]', token);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".who b");
}

const replayed = async () => (await fetch(`${fixture.url}/fixture/replayed`)).json();
const ledger = async () => (await (await fetch(`${fixture.url}/v1/ledger`, { headers: { authorization: `Bearer ${OPERATOR}` } })).json()).items.map(({ what, on }) => `${what} ${on}`);
const lettersShown = (page) => page.locator(".letters tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.place));

describe("alarms", () => {
  const fates = { applied: 5, updated: 1, duplicate: 1, late: 1, rejected: 1, gap: 1 };
  const now = Date.parse("2026-01-15T07:00:00Z");
  const lane = (more = {}) => ({ lane: "a-0", alarm: null, holds_back: false, behind_s: 0, written_at: "2026-01-15T06:59:59Z", unwritten_messages: 2, accounting: { in: 10, ...fates }, ...more });
  const of = (lanes, operation = null) => alarmsOf({ items: lanes }, operation, now).map(({ kind, grave }) => `${grave ? "!" : ""}${kind}`);

  it("are none where all is well", () => {
    assert.deepEqual(of([lane()], { disk: { free_bytes: 2 ** 37, total_bytes: 2 ** 38 }, webhooks: [] }), []);
  });

  it("tell an event that is lost, or counted twice", () => {
    assert.equal(missing({ in: 12, ...fates }), 2);
    assert.equal(missing({ in: 9, ...fates }), -1);
    assert.deepEqual(of([lane({ accounting: { in: 9, ...fates } })]), ["!unbalanced"]);
  });

  it("put what is grave first", () => {
    const disk = { free_bytes: 2 ** 30, total_bytes: 2 ** 40 };
    const hook = { host: "x", delivered: 1, failed: 3, dropped: 0, waiting: 2 };
    assert.deepEqual(of([lane({ holds_back: true, behind_s: 301 }), lane({ alarm: "refusals" }), lane({ alarm: "stopped" })], { disk, webhooks: [hook] }), ["!stopped", "!disk", "held", "refusals", "hook"]);
    assert.deepEqual(of([lane({ holds_back: true, behind_s: 300 })]), []);
  });

  it("tell of epochs that are not written, unless the lane says so itself or nothing came", () => {
    const late = { written_at: "2026-01-15T06:58:00Z" };
    assert.deepEqual(of([lane(late)]), ["!unsaved"]);
    assert.deepEqual(of([lane({ ...late, alarm: "unwritten" })]), ["!unwritten"]);
    assert.deepEqual(of([lane({ ...late, unwritten_messages: 0 })]), []);
  });
});

describe("who may see the room", () => {
  it("is an operator, by a token; others are told so and see nothing of it", async () => {
    await inRoom({ token: "" }, async (page) => {
      assert.equal(await page.locator(".lanes, .letters").count(), 0);
      assert.match(await page.locator(".note").innerText(), /untuk operator/);
      await signIn(page, "fixture-leader-1");
      await page.waitForFunction(() => /peran Anda tidak boleh/.test(document.querySelector(".op .note")?.textContent ?? ""));
      assert.equal(await page.locator(".lanes, .letters, [data-block]").count(), 0);
      await page.click(".who button");
      await page.waitForSelector(".sign-in input");
      await signIn(page, OPERATOR);
      await page.waitForSelector(".lanes tbody tr");
      await page.click(".who button");
      await page.waitForSelector(".sign-in input");
      assert.equal(await page.locator("[data-block]").count(), 0, "what an operator has seen goes with them");
    });
  });

  it("is reached by an operator from a desk", async () => {
    await inRoom({}, async (page) => {
      await page.click('.tabs a[href="/antrean"]');
      await page.waitForSelector('.who a[href="/operator"]');
      await page.click('.who a[href="/operator"]');
      await page.waitForSelector(".lanes tbody tr");
    });
  });
});

describe("the lanes", () => {
  it("say who holds the city back, and every equation holds as it is written", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".lanes tbody tr");
      assert.match(await page.locator(".holder").innerText(), /waze\.feed-0/);
      assert.equal(await page.locator(".lanes .holds").count(), 1);
      const equations = await page.locator(".equation").allInnerTexts();
      assert.equal(equations.length, 6);
      for (const equation of equations) {
        const [came, ...fates] = equation.match(/[\d.]+/g).map((digits) => Number(digits.replaceAll(".", "")));
        assert.equal(fates.length, 6, equation);
        assert.equal(came, fates.reduce((sum, n) => sum + n, 0), equation);
        assert.match(equation, /cocok/);
      }
      assert.equal(await page.locator('.lanes [data-balanced="false"]').count(), 0);
      assert.match(await page.locator('[data-block="alarms"]').innerText(), /Tidak ada\. Semua lajur/);
    });
  });

  it("mark what does not add up and say what to do about each alarm", async () => {
    await fixture.post("/fixture/operator", { lost: 3, disk: 2 ** 31, alarm: { lane: "crm.status-0", kind: "stuck" } });
    await inRoom({}, async (page) => {
      await page.waitForSelector(".alarms li");
      assert.deepEqual(await page.locator(".alarms li").evaluateAll((list) => list.map((one) => one.dataset.kind)), ["unbalanced", "stuck", "disk"]);
      assert.match(await page.locator('[data-kind="unbalanced"]').innerText(), /selisih 3[\s\S]*tanggap verify/);
      assert.match(await page.locator('[data-kind="disk"]').innerText(), /2,0 GiB/);
      assert.equal(await page.locator('.lanes [data-balanced="false"]').count(), 1);
      assert.match(await page.locator('[data-lane="qlue.reports-0"] .equation').innerText(), /tidak cocok, selisih 3/);
    });
  });

  it("are asked for again by themselves, and an old figure says that it is old", async () => {
    await inRoom({}, async (page, opened) => {
      await page.waitForSelector(".lanes tbody tr");
      await fixture.post("/fixture/operator", { lost: 1 });
      await page.waitForSelector('.lanes [data-balanced="false"]', { timeout: 20_000 });
      opened.expected = REFUSED;
      await fixture.post("/fixture/mode", { mode: "broken" });
      await page.waitForSelector(".op > .warning", { timeout: 20_000 });
      assert.ok(await page.locator(".lanes tbody tr").count() > 0, "the last figures stay");
      await fixture.post("/fixture/mode", { mode: "normal" });
      await page.waitForSelector(".op > .warning", { state: "detached", timeout: 20_000 });
    });
  });

  it("are as many as the server has, with versions, disk, sinks and the last alarms beside them", async () => {
    await inRoom({ path: "/operator?lang=en" }, async (page) => {
      await page.waitForSelector('[data-block="machine"] .facts');
      const machine = await page.locator('[data-block="machine"]').innerText();
      assert.match(machine, /180 GiB free of 400 GiB/);
      assert.match(machine, /0\.1\.0-fixture/);
      assert.match(await page.locator('[data-block="sinks"]').innerText(), /tanggap\.routed[\s\S]*18,204[\s\S]*events: 41 files[\s\S]*siaga\.example: 81 taken/);
      await page.click('[data-block="alarms"] summary');
      assert.match(await page.locator(".told").innerText(), /opened: waze\.feed-0 is behind and reads nothing/);
    });
  });
});

describe("dead letters", () => {
  it("are listed by lane and reason, without what is in them, page after page", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".letters tbody tr");
      assert.equal(await page.locator(".letters tbody tr").count(), 50);
      assert.match(await page.locator('[data-block="letters"] .filters').innerText(), /semua\s+85/);
      await page.click('[data-do="more"]');
      await page.waitForFunction(() => document.querySelectorAll(".letters tbody tr").length === 85);
      assert.equal(await page.locator('[data-do="more"]').count(), 0);
      assert.ok(!(await page.locator('[data-block="letters"]').innerText()).includes("\"nomor\""), "no payload is in the list");
      assert.deepEqual(await ledger(), [], "who looks at the list has looked into nothing");
      await page.click('.filters [data-lane="waze.feed-0"][data-reason="no_json_object"]');
      await page.waitForFunction(() => document.querySelectorAll(".letters tbody tr").length === 1);
      assert.deepEqual(await lettersShown(page), ["waze.feed-0/9921"]);
    });
  });

  it("are looked into with a trace, mended by keyboard, and given in once more", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".letters tbody tr");
      await page.click('.filters [data-lane="qlue.reports-0"][data-reason="no_event_time"]');
      await page.waitForFunction(() => document.querySelectorAll(".letters tbody tr").length === 1);
      await page.focus(".letters tbody th button");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "letter-title");
      assert.match(await page.locator(".letter").innerText(), /Kirim waktu[\s\S]*\d+ bita, persis/);
      assert.deepEqual(await ledger(), ["look at dead letter qlue.reports-0/41377"]);
      await page.focus('[data-do="mend"]');
      await page.keyboard.press("Enter");
      await page.waitForSelector(".mending textarea");
      await page.fill(".mending textarea", '{"post_id": 77, "created_at": "2026-01-15T13:00:00+07:00"}');
      await page.focus('.mending button[type="submit"]');
      await page.keyboard.press("Enter");
      await page.waitForSelector(".outcome");
      assert.match(await page.locator(".outcome").innerText(), /1 masuk lagi ke log/);
      assert.deepEqual(await replayed(), [{ lane: "qlue.reports-0", offset: 41_377, payload: '{"post_id": 77, "created_at": "2026-01-15T13:00:00+07:00"}' }]);
      await page.waitForFunction(() => document.querySelector('.letters [data-place="qlue.reports-0/41377"] td:last-child')?.textContent.trim() !== "");
      await page.waitForFunction(() => /mended, given in/.test(document.querySelector('[data-block="ledger"] tbody tr')?.textContent ?? ""));
    });
  });

  it("that are no text are shown as near as can be, with their bytes, and are not mended as text", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".letters tbody tr");
      await page.click('.filters [data-lane="waze.feed-0"][data-reason="no_json_object"]');
      await page.waitForFunction(() => document.querySelectorAll(".letters tbody tr").length === 1);
      await page.click(".letters tbody th button");
      await page.waitForSelector(".letter pre");
      assert.equal(await page.locator('[data-do="mend"]').count(), 0);
      await page.click(".letter summary");
      assert.match(await page.locator(".letter details pre").innerText(), /ed a0 80 7b/);
    });
  });

  it("are given in once more when ticked, one payload once, and all of a reason at once and on", async () => {
    await inRoom({}, async (page) => {
      await page.waitForSelector(".letters tbody tr");
      await page.click('[data-do="more"]');
      await page.waitForFunction(() => document.querySelectorAll(".letters tbody tr").length === 85);
      assert.equal(await page.locator('[data-do="ticked"]').isDisabled(), true);
      await page.locator('[data-place="waze.feed-0/9955"] input').first().check();
      await page.locator('[data-place="qlue.reports-0/41200"] input').check();
      await page.click('[data-do="ticked"]');
      await page.waitForSelector(".outcome");
      assert.deepEqual((await replayed()).map(({ lane, offset }) => `${lane}/${offset}`), ["waze.feed-0/9955", "qlue.reports-0/41200"]);
      assert.equal(await page.locator(".letters input:checked").count(), 0);
      await page.click('.filters [data-lane="reports.lapor-0"][data-reason="no_id"]');
      await page.waitForFunction(() => /80/.test(document.querySelector('.filters [aria-pressed="true"]')?.textContent ?? ""));
      await page.click('[data-do="reason"]');
      await page.waitForFunction(() => /50 masuk lagi/.test(document.querySelector(".outcome")?.textContent ?? ""));
      await page.click(".outcome button");
      await page.waitForFunction(() => /30 masuk lagi/.test(document.querySelector(".outcome")?.textContent ?? ""));
      assert.equal(await page.locator(".outcome button").count(), 0);
      const given = (await replayed()).slice(2).map(({ offset }) => offset);
      assert.equal(new Set(given).size, 80, "each once");
    });
  });

  it("that the log does not take are said not to be taken, and what was written stays", async () => {
    await fixture.post("/fixture/operator", { log: "refuses" });
    await inRoom({}, async (page, opened) => {
      opened.expected = REFUSED;
      await page.waitForSelector(".letters tbody tr");
      await page.click('[data-place="qlue.reports-0/41377"] th button');
      await page.waitForSelector('[data-do="mend"]');
      await page.click('[data-do="mend"]');
      await page.fill(".mending textarea", '{"post_id": 77}');
      await page.click('.mending button[type="submit"]');
      await page.waitForSelector('[data-block="letters"] .failure');
      assert.match(await page.locator('[data-block="letters"] .failure').innerText(), /belum mengakuinya/);
      assert.equal(await page.locator(".mending textarea").inputValue(), '{"post_id": 77}');
      await fixture.post("/fixture/operator", { log: "takes" });
      await page.click('.mending button[type="submit"]');
      await page.waitForSelector(".outcome");
      assert.equal((await replayed()).length, 1);
    });
  });
});

describe("accessibility and size", () => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    it(`axe finds nothing, ${theme}, with alarms, a payload and a form, and before anybody has signed in`, async () => {
      await fixture.post("/fixture/operator", { lost: 3, disk: 2 ** 31, alarm: { lane: "crm.status-0", kind: "refusals" } });
      await inRoom({ theme, token: "", width: theme === "dark" ? 360 : 1440 }, async (page) => {
        assert.deepEqual(await violations(page), []);
        await signIn(page, OPERATOR);
        await page.waitForSelector(".letters tbody tr");
        await page.waitForSelector(".alarms li");
        await page.locator(".lanes summary").first().click();
        await page.click('[data-place="qlue.reports-0/41377"] th button');
        await page.waitForSelector(".letter pre");
        assert.deepEqual(await violations(page), []);
        await page.click('[data-do="mend"]');
        await page.waitForSelector(".mending textarea");
        assert.deepEqual(await violations(page), []);
      });
    });
  }

  for (const width of [320, 360, 768, 1440, 3840]) {
    it(`fits ${width} pixels without a sideways scroll of the page`, async () => {
      await inRoom({ width, height: width > 3000 ? 2160 : 800 }, async (page) => {
        await page.waitForSelector(".letters tbody tr");
        await page.click('[data-place="qlue.reports-0/41377"] th button');
        await page.waitForSelector(".letter pre");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      });
    });
  }
});
