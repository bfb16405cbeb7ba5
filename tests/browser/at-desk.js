// What every test of a unit's desk does first: somebody comes, and signs in.

import assert from "node:assert/strict";
import { openPage } from "./harness.js";

/** Two officers of one unit, by their tokens. */
export const FIRST = "fixture-officer-road-1";
export const SECOND = "fixture-officer-road-2";
/** A refusal or a broken line is an error in the console of any browser; what the page makes of it is what is looked at. */
export const REFUSED = [/Failed to load resource/];

/**
 * Somebody at the desk, signed in unless `token` is empty; insists that nothing went wrong but what `opened.expected` names.
 * @param {import("playwright-core").Browser} browser
 * @param {import("./harness.js").Fixture} fixture
 * @param {{ token?: string } & Parameters<typeof openPage>[2]} options
 * @param {(page: import("playwright-core").Page, opened: Awaited<ReturnType<typeof openPage>> & { expected?: RegExp[] }) => Promise<void>} check
 */
export async function atDesk(browser, fixture, { token = FIRST, ...options }, check) {
  const opened = await openPage(browser, fixture.url, { path: "/antrean", ...options });
  const { page } = opened;
  page.on("dialog", (dialog) => dialog.accept());
  try {
    await page.waitForSelector(".cards button");
    if (token) await signIn(page, token);
    await check(page, opened);
    assert.deepEqual(opened.faults.filter((fault) => !opened.expected?.some((pattern) => pattern.test(fault))), []);
  } finally {
    await opened.close();
  }
}

/** @param {import("playwright-core").Page} page @param {string} token */
export async function signIn(page, token) {
  await page.click(".who-in summary");
  await page.fill('input[name="token"]', token);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".who b");
  await page.waitForSelector(".cards button");
}
