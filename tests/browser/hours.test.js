// Hours on a wall: what a page that nobody reloads costs, and that it keeps nothing it is done with. Always against the fixture server.
//
// TANGGAP_SOAK_MIN  minutes to hang in the long run; without it there is only the short one

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { MOST } from "../../api/dashboard/pages/assets/js/wall/ticker.js";
import { atWall, badge } from "./at-wall.js";
import { Fixture, mapDrawn, openBrowser } from "./harness.js";

/** What a change of five thousand cells may cost the page, ms of its main thread. */
const UPDATE_MS = 50;
/** What may be more in use after two hours than before them. */
const GROWTH = 0.05;
/** What is used for the first time, and what a busy machine has not let go of, is some more once; what leaks is more every time. */
const TIMES = 3;

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

const on = (check) => atWall(browser, fixture, check);

/** Lets go of what nobody holds, and tells what is still held. */
async function held(page, session) {
  // The browser keeps what it knows of the last 250 requests for whoever measures them; that is full once and no more.
  await page.evaluate(() => performance.clearResourceTimings());
  // What a finalizer frees is freed with the next collection.
  for (let i = 0; i < 3; i += 1) await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners") };
}

/**
 * Lets time pass until it once leaves nothing behind.
 * @param {import("playwright-core").Page} page
 * @param {string} what
 * @param {() => Promise<unknown>} pass
 */
async function leavesNothing(page, what, pass) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const told = [];
  let start = await held(page, session);
  for (let i = 0; i < TIMES; i += 1) {
    await pass();
    const end = await held(page, session);
    const growth = end.heap / start.heap - 1;
    told.push(`heap ${(start.heap / 1e6).toFixed(1)} MB to ${(end.heap / 1e6).toFixed(1)} MB (${(growth * 100).toFixed(1)} %), ${start.nodes} to ${end.nodes} nodes, ${start.listeners} to ${end.listeners} listeners`);
    process.stdout.write(`# ${what}: ${told.at(-1)}\n`);
    // One left behind a round would be 720 nodes; templates used for the first time are hundreds.
    if (growth < GROWTH && end.nodes <= start.nodes + 500 && end.listeners <= start.listeners + 30) return;
    start = end;
  }
  assert.fail(`each of ${TIMES} times something is left behind: ${told.join("; ")}`);
}

describe("hours on a wall", () => {
  it("a change of five thousand cells costs the page no more than a twentieth of a second", { skip: process.env.TANGGAP_SOAK_MIN ? false : "TANGGAP_SOAK_MIN is not set" }, async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable");
      // Processor time of the page's main thread: what others do on this machine, and drawing in software, is not in it.
      const usedMs = async () => (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ThreadTime").value * 1000;
      const costOf = async (what, turn) => {
        const from = await usedMs();
        const told = await page.evaluate(async ([kind, round]) => {
          const { room } = globalThis.tanggap;
          const { map } = room.map;
          const before = room.drawings;
          // Until it is on the screen.
          const drawn = new Promise((resolve) => map.once("idle", () => resolve(undefined)));
          if (kind === "repaint") map.triggerRepaint();
          else {
            // Every cell another class than before; some sixty neighbours far above usual.
            const indexes = [...room.byIndex.keys()].slice(0, 5_000);
            const far = 400 * round;
            room.hold(new Map(indexes.map((index, at) => [index, { n: 1 + ((at + round * 7) % 40), z10: at >= far && at < far + 60 ? 45 : (((at + round) % 3) * 10) + 2 }])));
          }
          await drawn;
          return { drawings: room.drawings - before, drawnMs: room.drawnMs };
        }, [what, turn]);
        return { ...told, ms: (await usedMs()) - from };
      };
      // Nothing but the change.
      await page.evaluate(() => globalThis.tanggap.live.close());
      const costs = { repaint: [], change: [] };
      const told = [];
      for (let round = 0; round < 11; round += 1) {
        for (const what of ["repaint", "change"]) {
          const { ms, drawings, drawnMs } = await costOf(what, round);
          assert.equal(drawings, what === "change" ? 1 : 0);
          // The first rounds are compiled on the way.
          if (round < 2) continue;
          costs[what].push(ms);
          if (what === "change") told.push(drawnMs);
        }
      }
      const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
      // The quarter of the rounds that was disturbed least: processor time too grows when others empty the caches.
      const calm = (list) => list.toSorted((a, b) => a - b)[list.length >> 2];
      const cost = calm(costs.change) - calm(costs.repaint);
      process.stdout.write(`# a change of 5000 cells: ${cost.toFixed(1)} ms of the main thread until it is drawn, median ${(median(costs.change) - median(costs.repaint)).toFixed(1)} (beside a repaint's ${median(costs.repaint).toFixed(1)}), of them ${median(told).toFixed(1)} to tell the map; limit ${UPDATE_MS}\n`);
      assert.ok(cost <= UPDATE_MS, `${cost} ms`);
    });
  });

  it("two hours of the city leave nothing behind", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const deltas = () => page.evaluate(() => globalThis.tanggap.live.deltas);
      // An hour is 720 rounds of five seconds, three hundred cells each; the room asks again as it does every half minute.
      const pass = async (rounds) => {
        const before = await deltas();
        await Promise.all([
          fixture.post("/fixture/hours", { rounds, size: 300, stepS: 5, everyMs: 6 }),
          page.evaluate(async () => {
            const { router } = globalThis.tanggap;
            for (let i = 0; i < 16; i += 1) {
              router.module("dinding").refresh(globalThis.tanggap);
              await new Promise((resolve) => setTimeout(resolve, 350));
            }
          }),
        ]);
        // All of it is heard, however far behind a busy page is, and drawn.
        await page.waitForFunction((least) => globalThis.tanggap.live.deltas >= least, before + rounds - 20);
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      };
      // The first half fills what is filled once: caches, lists up to their bound, compiled code.
      await pass(360);
      await leavesNothing(page, "two hours of the city", () => pass(1440));
      assert.ok(await page.locator(".wall-tape li").count() <= MOST);
    });
  });

  it("a replay that runs on and on leaves nothing behind", async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const replays = (count) => page.evaluate(async (times) => {
        const { room } = globalThis.tanggap;
        const back = document.querySelectorAll(".wall-time .plain")[1];
        for (let i = 0; i < times; i += 1) {
          const before = room.held;
          back.click();
          while (room.held === before) await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }, count);
      await replays(10);
      await leavesNothing(page, "twelve moments of the past", () => replays(12));
    });
  });

  it("hangs as long as it is told to", { skip: process.env.TANGGAP_SOAK_MIN ? false : "TANGGAP_SOAK_MIN is not set" }, async () => {
    await on(async (page) => {
      await mapDrawn(page);
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable");
      const minutes = Number(process.env.TANGGAP_SOAK_MIN);
      await page.waitForTimeout(Math.min(5, minutes / 4) * 60_000);
      const start = await held(page, session);
      await page.waitForTimeout(minutes * 60_000);
      const end = await held(page, session);
      process.stdout.write(`# ${minutes} minutes on a wall: heap ${(start.heap / 1e6).toFixed(1)} MB to ${(end.heap / 1e6).toFixed(1)} MB, ${start.nodes} to ${end.nodes} nodes\n`);
      assert.ok(end.heap < start.heap * (1 + GROWTH));
      await badge(page, "live");
    });
  });
});
