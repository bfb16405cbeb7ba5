// What the wall is made of, without a browser: the clock of the past, a moment, the lines of what happened. Its pages: wall.test.js.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { read } from "../../api/dashboard/pages/assets/js/wall/moment.js";
import { minuteOf, REACH_MS, Replay } from "../../api/dashboard/pages/assets/js/wall/replay.js";
import { MOST, Ticker } from "../../api/dashboard/pages/assets/js/wall/ticker.js";

describe("a clock that replays", () => {
  const hour = 3_600_000;
  const edge = Date.parse("2026-01-15T07:03:00Z");
  const made = () => {
    const asked = [];
    const replay = new Replay(async (atMs) => { asked.push(atMs); return { cells: new Map(), endMs: atMs, total: 0, complete: true, peaks: [] }; }, () => {});
    return { asked, replay, settled: () => new Promise((resolve) => setImmediate(resolve)) };
  };

  for (const speed of [1, 10, 60, 600]) {
    it(`runs ${speed} times as fast as the city, and asks for each minute once`, async () => {
      const { asked, replay, settled } = made();
      replay.seek(edge - 6 * hour, edge);
      await settled();
      replay.speed = speed;
      replay.play(0);
      const steps = 60;
      for (let second = 1; second <= steps; second += 1) {
        replay.tick(second * 1000, edge);
        await settled();
      }
      if (speed === 600) return assert.equal(replay.atMs, null, "six hours pass in 36 seconds, and then it is now");
      assert.equal(replay.atMs, edge - 6 * hour + steps * 1000 * speed);
      assert.equal(new Set(asked).size, asked.length);
      assert.ok(asked.every((atMs) => minuteOf(atMs) === atMs));
      assert.equal(replay.shownMs, minuteOf(replay.atMs));
    });
  }

  it("waits for its map, so that it never says a time that is not shown", async () => {
    let answer = () => {};
    const replay = new Replay((atMs) => new Promise((resolve) => { answer = () => resolve({ cells: new Map(), endMs: atMs, total: 0, complete: true, peaks: [] }); }), () => {});
    replay.seek(edge - hour, edge);
    replay.play(0);
    replay.tick(1_000, edge);
    replay.tick(2_000, edge);
    assert.equal(replay.shownMs, null);
    assert.equal(replay.atMs, edge - hour, "nothing has come, so no time has passed");
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(replay.shownMs, edge - hour);
    replay.tick(3_000, edge);
    assert.equal(replay.atMs, edge - hour + 60_000);
  });

  it("reaches a day back and never past now; an answer nobody waits for is not shown; a failure stops it", async () => {
    const { replay, settled } = made();
    replay.seek(edge - 3 * REACH_MS, edge);
    assert.equal(replay.atMs, edge - REACH_MS);
    replay.seek(edge + 1, edge);
    await settled();
    assert.deepEqual([replay.on, replay.shownMs, replay.loading], [false, null, false]);
    const failing = new Replay(async () => { throw new Error("gone"); }, () => {});
    failing.play(0);
    failing.seek(edge - hour, edge);
    await settled();
    assert.equal(failing.playing, false);
    assert.match(failing.problem.title, /gone/);
  });
});

describe("a moment", () => {
  it("counts reports and names the cells farthest above usual", () => {
    const cell = (index, n, z) => ({ h3: `8${index}`, index, kelurahan: null, n, expected: 1, z });
    const moment = read({ window_end: "2026-01-15T07:03:00Z", final: true, items: [cell(1, 4, 0.4), cell(2, 9, 4.26), cell(4, 7, 2.9), cell(null, 5, 9)] });
    assert.deepEqual([moment.total, moment.cells.size], [20, 3]);
    assert.deepEqual(moment.cells.get(2), { n: 9, z10: 43 });
    assert.deepEqual(moment.peaks.map(({ index }) => index), [2, 4]);
  });
});

describe("the lines of what happened", () => {
  const spot = (id, change, minute, revision = 0) => ({ id, change, revision, changed: new Date(Date.UTC(2026, 0, 15, 7, minute)).toISOString() });
  const source = (state) => ({ source: "waze", ageS: 1, last: null, state, amber: false });

  it("say a change once, the newest first", () => {
    const ticker = new Ticker();
    ticker.hearHotspots([spot("a", "opened", 1), spot("b", "grew", 3)]);
    ticker.hearHotspots([spot("a", "opened", 1), spot("b", "grew", 3)]);
    ticker.hearHotspots([spot("a", "grew", 4), spot("b", "grew", 3)]);
    assert.deepEqual(ticker.lines.map(({ item }) => `${item.id} ${item.change}`), ["a grew", "b grew", "a opened"]);
  });

  it("say when a source stalls and comes back, and not that a quiet one spoke", () => {
    const ticker = new Ticker();
    ["live", "idle", "live", "stale", "unknown", "stale", "live"].forEach((state, at) => ticker.hearSources([source(state)], at));
    assert.deepEqual(ticker.lines.map(({ state }) => state), ["live", "stale", "idle"]);
  });

  it("hold still for whoever reads, and are never more than a few dozen", () => {
    const ticker = new Ticker();
    ticker.hearHotspots([spot("a", "opened", 1)]);
    ticker.toggle();
    for (let i = 0; i < 5_000; i += 1) ticker.hearHotspots([spot(`h${i}`, "opened", i % 60)]);
    assert.equal(ticker.shown.length, 1);
    ticker.toggle();
    assert.equal(ticker.shown.length, MOST);
    assert.equal(ticker.told.size, 1, "what the server has forgotten is forgotten here");
  });
});
