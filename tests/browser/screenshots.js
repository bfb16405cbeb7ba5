// Takes the pictures of docs/screenshots: `npm run screenshots` here. Against the program at TANGGAP_URL, or against the
// fixture server's invented city when that is not set. One theme and size a picture, English and Indonesian mixed on purpose.

import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fixture, mapDrawn, openBrowser, openPage } from "./harness.js";

const OUT = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../../docs/screenshots");
const READY = { peta: ".rising button", peringkat: ".ranking tbody tr", antrean: ".cards button" };

/** @type {{ name: string, tab: keyof typeof READY, options: Parameters<typeof openPage>[2], pick?: boolean }[]} */
const PICTURES = [
  { name: "map-light", tab: "peta", options: { width: 1280, height: 800 } },
  { name: "map-dark", tab: "peta", options: { theme: "dark", width: 1280, height: 800 }, pick: true },
  { name: "ranking", tab: "peringkat", options: { path: "/?tab=peringkat&lang=en", width: 1280, height: 800 } },
  { name: "inbox", tab: "antrean", options: { path: "/?tab=antrean", theme: "dark", width: 1280, height: 800 }, pick: true },
  { name: "map-phone", tab: "peta", options: { width: 360, height: 780, scale: 1.5, theme: "dark" } },
  { name: "ranking-phone", tab: "peringkat", options: { width: 360, height: 780, scale: 1.5, path: "/?tab=peringkat" } },
];

mkdirSync(OUT, { recursive: true });
const fixture = process.env.TANGGAP_URL ? null : await Fixture.start();
const base = process.env.TANGGAP_URL ?? fixture?.url ?? "";
const browser = await openBrowser();
try {
  for (const { name, tab, options, pick } of PICTURES) {
    const { page, close } = await openPage(browser, base, options);
    await page.waitForSelector(READY[tab], { timeout: 60_000 });
    if (tab === "peta") await mapDrawn(page);
    if (pick && tab === "antrean") {
      await page.locator(".cards button").nth(1).click();
      await page.waitForSelector(".detail .facts");
    }
    if (pick && tab === "peta") {
      await page.locator(".hotspots ol button").nth(1).click();
      await page.waitForSelector(".why .facts");
    }
    // Nothing tells when the last tile of a still map is on the screen; a drawn frame later it is.
    await page.waitForTimeout(1500);
    const path = join(OUT, `${name}.png`);
    await page.screenshot({ path });
    process.stdout.write(`${name}.png ${Math.round(statSync(path).size / 1024)} KiB\n`);
    await close();
  }
} finally {
  await browser.close();
  await fixture?.down();
}
