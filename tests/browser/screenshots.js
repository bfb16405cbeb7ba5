// Takes the pictures of docs/screenshots: `npm run screenshots` here. Against the program at TANGGAP_URL, or against the
// fixture server's invented city when that is not set. One theme and size a picture, English and Indonesian mixed on purpose.

import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fixture, mapDrawn, openBrowser, openPage } from "./harness.js";

const OUT = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../../docs/screenshots");
const READY = { peta: ".rising button", peringkat: ".ranking tbody tr", antrean: ".cards button", verifikasi: ".cards button, .sign-in", dinding: ".wall-list .rising button", operator: ".lanes tbody tr, .sign-in", wilayah: ".verdict-of, .card .note, .public .note", laporan: ".way li, .public .note" };

/** @type {{ name: string, tab: keyof typeof READY, options: Parameters<typeof openPage>[2], pick?: boolean, token?: string }[]} */
const PICTURES = [
  { name: "map-light", tab: "peta", options: { width: 1280, height: 800 } },
  { name: "map-dark", tab: "peta", options: { theme: "dark", width: 1280, height: 800 }, pick: true },
  { name: "ranking", tab: "peringkat", options: { path: "/?tab=peringkat&lang=en", width: 1280, height: 800 } },
  { name: "inbox", tab: "antrean", options: { path: "/antrean", theme: "dark", width: 1280, height: 800 }, pick: true, token: "fixture-officer-road-1" },
  { name: "inbox-phone", tab: "antrean", options: { path: "/antrean", width: 360, height: 780, scale: 1.5 }, pick: true, token: "fixture-officer-road-1" },
  { name: "verify", tab: "verifikasi", options: { path: "/verifikasi?lang=en", width: 1280, height: 800 }, pick: true, token: "fixture-verifier-99.71.01" },
  { name: "wall", tab: "dinding", options: { path: "/dinding", width: 1920, height: 1080 } },
  { name: "wall-replay", tab: "dinding", options: { path: "/dinding?lang=en", width: 1920, height: 1080 } },
  { name: "operator", tab: "operator", options: { path: "/operator?lang=en", width: 1280, height: 900 }, token: "fixture-operator-1" },
  { name: "area", tab: "wilayah", options: { path: "/wilayah/99.71.01", width: 1280, height: 800 } },
  { name: "area-phone", tab: "wilayah", options: { path: "/wilayah/99.71.01.1001", width: 360, height: 780, scale: 1.5, theme: "dark" } },
  { name: "report-phone", tab: "laporan", options: { path: "/laporan/fixture-d-bm-0003", width: 360, height: 780, scale: 1.5 } },
  { name: "map-phone", tab: "peta", options: { width: 360, height: 780, scale: 1.5, theme: "dark" } },
  { name: "ranking-detail", tab: "peringkat", options: { path: "/peringkat?lang=en&tingkat=dinas", width: 1280, height: 1000 }, pick: true },
  { name: "ranking-phone", tab: "peringkat", options: { width: 360, height: 780, scale: 1.5, path: "/?tab=peringkat" } },
];

mkdirSync(OUT, { recursive: true });
const fixture = process.env.TANGGAP_URL ? null : await Fixture.start();
const base = process.env.TANGGAP_URL ?? fixture?.url ?? "";
const browser = await openBrowser();
try {
  for (const { name, tab, options, pick, token } of PICTURES) {
    const { page, close } = await openPage(browser, base, options);
    await page.waitForSelector(READY[tab], { timeout: 60_000 });
    if (tab === "peta" || tab === "dinding") await mapDrawn(page);
    if (name === "wall-replay") {
      await page.locator(".wall-time input").evaluate((input) => { input.value = "264"; input.dispatchEvent(new Event("input", { bubbles: true })); });
      await page.waitForFunction(() => globalThis.tanggap.room.held?.size > 0);
    }
    // Before the program of a demo whoever sits at the machine is in already.
    if (token && fixture) {
      if (tab === "antrean") await page.click(".who-in summary");
      await page.fill('input[name="token"]', token);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".who b");
      await page.waitForSelector(READY[tab].split(",")[0]);
    }
    if (pick && (tab === "antrean" || tab === "verifikasi")) {
      await page.locator(".cards button").nth(tab === "antrean" ? 1 : 2).click();
      await page.waitForSelector(".detail .facts");
    }
    if (pick && tab === "peringkat") {
      await page.locator(".ranking .pick").first().click();
      await page.selectOption(".figures select", { index: 1 });
      await page.waitForSelector(".trend-field path.line.series-1");
      await page.locator(".figures").evaluate((element) => element.scrollIntoView());
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
