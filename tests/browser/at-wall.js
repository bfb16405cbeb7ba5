// What every test of the wall does first.

import assert from "node:assert/strict";
import { openPage } from "./harness.js";

/**
 * Looks at the wall, and insists that nothing went wrong in it.
 * @param {import("playwright-core").Browser} browser
 * @param {import("./harness.js").Fixture} fixture
 * @param {(page: import("playwright-core").Page, opened: Awaited<ReturnType<typeof openPage>>) => Promise<void>} check
 * @param {{ mode?: string } & Parameters<typeof openPage>[2]} [options]
 */
export async function atWall(browser, fixture, check, { mode = "normal", path = "/dinding", width = 1920, height = 1080, ...options } = {}) {
  await fixture.up();
  await fixture.post("/fixture/mode", { mode });
  const opened = await openPage(browser, fixture.url, { path, width, height, ...options });
  try {
    await check(opened.page, opened);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
    await fixture.post("/fixture/mode", { mode: "normal" }).catch(() => {});
  }
}

/** @param {import("playwright-core").Page} page @param {string} kind */
export const badge = (page, kind) => page.waitForSelector(`.wall-badge .badge[data-kind="${kind}"]`);
