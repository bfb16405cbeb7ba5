// Starts what a browser test needs: Chromium with the flags that draw WebGL without a graphics card and reach no other host,
// the fixture server (unless TANGGAP_URL names a running program), and a page that remembers everything that went wrong.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Software WebGL that gives the same picture everywhere, and no way out of this machine. */
const FLAGS = [
  "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text", "--hide-scrollbars",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost", "--no-first-run", "--disable-component-update",
];

/** @param {{ webgl?: boolean }} [options] */
export async function openBrowser({ webgl = true } = {}) {
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...FLAGS, ...(webgl ? [] : ["--disable-3d-apis"]), ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])] });
}

/** The fixture server in a process of its own, so that a test can end it and start it again on the same port. */
export class Fixture {
  url = "";
  #port = 0;
  /** @type {import("node:child_process").ChildProcess | null} */
  #process = null;

  static async start() {
    const fixture = new Fixture();
    await fixture.up();
    return fixture;
  }

  /** Starts it unless it runs. */
  async up() {
    if (this.#process && this.#process.exitCode === null && this.#process.signalCode === null) return;
    const child = spawn(process.execPath, [join(HERE, "fixture/server.js"), String(this.#port)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = child;
    this.url = await new Promise((resolve, reject) => {
      child.stdout.once("data", (line) => resolve(String(line).trim()));
      child.once("exit", (code) => reject(new Error(`the fixture server ended with ${code}`)));
    });
    this.#port = Number(new URL(this.url).port);
  }

  async down() {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** @param {string} path @param {object} body */
  async post(path, body) {
    const answer = await fetch(`${this.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    return answer.json();
  }
}

/**
 * A page on `url` that keeps what must not happen: console errors, exceptions, requests to other hosts, policy violations.
 * @param {import("playwright-core").Browser} browser
 * @param {string} base
 * @param {{ width?: number, height?: number, theme?: "light" | "dark", path?: string, reducedMotion?: boolean, scale?: number }} [options]
 */
export async function openPage(browser, base, { width = 1440, height = 900, theme = "light", path = "/", reducedMotion = true, scale = 1 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: reducedMotion ? "reduce" : "no-preference", deviceScaleFactor: scale, locale: "id-ID", timezoneId: "Asia/Jakarta" });
  const page = await context.newPage();
  // Two cores draw the map in software while the program runs beside: patience costs nothing where all is well.
  page.setDefaultTimeout(90_000);
  /** @type {string[]} */
  const faults = [];
  /** What each address weighed on the wire, bytes. @type {Map<string, number>} */
  const sizes = new Map();
  page.on("console", (message) => { if (message.type() === "error" || /Content Security Policy/.test(message.text())) faults.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => faults.push(`exception: ${error.stack ?? error.message}`));
  const host = new URL(base).host;
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.host !== host && !["data:", "blob:"].includes(url.protocol)) faults.push(`request to another host: ${request.url()}`);
  });
  page.on("requestfinished", async (request) => {
    const length = await request.sizes().then((size) => size.responseBodySize + size.responseHeadersSize, () => 0);
    const { pathname, search } = new URL(request.url());
    sizes.set(pathname + search, length);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(new URL(path, base).href, { waitUntil: "domcontentloaded" });
  return { page, faults, sizes, close: () => context.close() };
}

/** Waits until the map has cells on it that carry a class. @param {import("playwright-core").Page} page */
export async function mapDrawn(page, least = 1) {
  await page.waitForFunction((count) => {
    const map = globalThis.tanggap?.room.map;
    return map && map.litCells() >= count;
  }, least, { timeout: 60_000, polling: 250 });
}

/** What axe finds against WCAG 2.2 A and AA and good practice, one line each. @param {import("playwright-core").Page} page */
export async function violations(page) {
  // Through the debugger, because the page's own policy rightly refuses a script put into it.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((violation) => `${violation.impact} ${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`);
}

/**
 * Nothing asked for leaves by itself any more: who clicks slowly, as two busy cores do, still finds what they want to send at once.
 * @param {import("playwright-core").Page} page
 */
export async function unhurried(page) {
  await page.evaluate(async () => { (await import("/assets/js/deed/office.js")).outbox.holdMs = 3_600_000; });
}

/** All that is held leaves now. @param {import("playwright-core").Page} page */
export async function hurried(page) {
  await page.evaluate(async () => {
    const { outbox } = await import("/assets/js/deed/office.js");
    for (const deed of [...outbox.deeds]) outbox.hurry(deed);
  });
}
