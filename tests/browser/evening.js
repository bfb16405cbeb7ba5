// One evening of flood through the real program, from the first tweet to the closed case and the ranking: takes the pictures of
// docs/flood-evening.md and prints what was seen at each step. `npm run evening`, with the program's path in TANGGAP_BIN.
//
// The city around is `tanggap demo`'s; the flood is put into its broker as of now, as the channels would write it.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hurried, mapDrawn, openBrowser, openPage } from "./harness.js";

const PROGRAM = process.env.TANGGAP_BIN ?? "tanggap";
const OUT = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../../docs/flood-evening");
/** By the river, in Kampung Melayu. */
const PLACE = { lat: -6.2239, lon: 106.8622 };
/** How many people tell of it. */
const PEOPLE = 24;
const MINUTE_MS = 60_000;
/** Names of one run, so that two runs on one data directory are two floods. */
const RUN = Date.now().toString(36);
const TWEET = `20${Date.now()}00001`;
/** How long anything may take, ms. */
const PATIENCE_MS = 240_000;

const say = (words) => process.stdout.write(`${words}\n`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ago = (minutes) => new Date(Date.now() - minutes * MINUTE_MS).toISOString();

/** Two ports nobody has. */
async function ports() {
  const servers = [createServer(), createServer()];
  await Promise.all(servers.map((server) => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))));
  const found = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}

const [httpPort, brokerPort] = await ports();
const base = `http://127.0.0.1:${httpPort}`;
const data = mkdtempSync(join(tmpdir(), "tanggap-evening-"));
const demo = spawn(PROGRAM, ["demo", "--listen", `127.0.0.1:${httpPort}`, "--broker-listen", `127.0.0.1:${brokerPort}`, "--data-dir", data, "--seed", "7", "--log", "error"], {
  stdio: ["ignore", "ignore", "inherit"],
  // What tweets say is read, as an operator would have it.
  env: { ...process.env, TANGGAP_BIN: undefined, TANGGAP_TEXT_CHANNELS: "twitter" },
});

/** Writes messages to a topic, as the channel's own connector would. */
function tell(topic, messages) {
  const input = messages.map((message) => `${JSON.stringify(message)}\n`).join("");
  execFileSync(PROGRAM, ["simulate", "--stdin", topic, "--brokers", `127.0.0.1:${brokerPort}`, "--log", "off"], { input, env: { ...process.env, TANGGAP_BIN: undefined }, stdio: ["pipe", "ignore", "inherit"] });
}

const ask = async (path) => {
  const answer = await fetch(base + path).catch(() => null);
  return answer?.ok ? answer.json() : null;
};

/** What is asked until it holds. */
async function until(what, look) {
  const begun = Date.now();
  for (;;) {
    const found = await look();
    if (found) {
      say(`${what}: after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      return found;
    }
    if (Date.now() - begun > PATIENCE_MS || demo.exitCode !== null) throw new Error(`${what} did not happen`);
    await wait(250);
  }
}

async function picture(page, name) {
  // Nothing tells when the last tile of a still map is on the screen; a drawn frame later it is.
  await page.waitForTimeout(1500);
  const path = join(OUT, `${name}.png`);
  await page.screenshot({ path });
  say(`  ${name}.png ${Math.round(statSync(path).size / 1024)} KiB`);
}

async function at(path, options, look) {
  const { page, close } = await openPage(browser, base, { path, width: 1280, height: 800, ...options });
  page.on("dialog", (dialog) => dialog.accept());
  await look(page);
  await close();
}

/** A report's page until it says `words`. */
const way = (id, name, words) => at(`/laporan/${id}`, { width: 420, height: 780, scale: 1.5 }, async (page) => {
  await page.waitForFunction((wanted) => document.querySelector("main")?.innerText.includes(wanted), words);
  await picture(page, name);
});

/** A grey picture of its own, as a phone would send one. */
const photo = (page) => page.evaluate(async () => {
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext("2d");
  for (let y = 0; y < 480; y += 8) {
    context.fillStyle = `hsl(${28 + (y % 40)} 18% ${35 + (y / 480) * 40}%)`;
    context.fillRect(0, y, 640, 8);
  }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 })).arrayBuffer());
  return [...bytes];
});

/** Does something with the picked report, and waits until it is in the log. */
async function act(page, id, key, fill) {
  await page.keyboard.press(key);
  if (fill) {
    await page.waitForSelector(".deed-form");
    await fill();
    await page.click('.deed-form button[type="submit"]');
  }
  await page.waitForFunction(() => document.querySelector('.outbox [data-deed="held"]'));
  await hurried(page);
  await page.waitForFunction(() => document.querySelectorAll(".outbox [data-deed]").length === 0);
  say(`  ${key}: ${(await ask(`/v1/reports/${id}`))?.status}`);
}

mkdirSync(OUT, { recursive: true });
const browser = await openBrowser();
try {
  await until("the program serves", () => fetch(`${base}/readyz`).then((response) => response.ok, () => false));

  await until("the last two hours are read", async () => Date.now() - Date.parse((await ask("/v1/hotspots"))?.tick ?? 0) < 3 * MINUTE_MS);

  say("1. the river and a tweet");
  tell("gauge.levels", [["depok", 220, 150], ["depok", 160, 205], ["depok", 100, 262], ["manggarai", 90, 690], ["manggarai", 50, 742], ["manggarai", 20, 778], ["manggarai", 5, 801]].map(([gauge, minutes, level]) => ({ gauge_id: gauge, time: ago(minutes), level_cm: level })));
  tell("twitter.tweets", [{ data: { id: TWEET, created_at: ago(14), author_id: `evening-${RUN}`, text: "Banjir di Kampung Melayu, air sudah setinggi lutut, tolong @DKIJakarta", lang: "in" } }]);
  const tweet = await until("the tweet is read", () => ask(`/v1/reports/${TWEET}`));
  say(`  ${tweet.category}, ${tweet.kelurahan}`);
  await way(TWEET, "1-tweet", "Banjir");

  say("2. the others");
  tell("qlue.reports", Array.from({ length: PEOPLE }, (_, person) => ({
    post_id: `evening-${RUN}-${person}`, created_at: ago(13 - person / 2), category: "Banjir", status: "wait", user_id: `evening-${RUN}-${person}`,
    // Within some hundred metres.
    lat: PLACE.lat + 0.0009 * Math.sin(person * 2.4), lng: PLACE.lon + 0.0009 * Math.cos(person * 2.4),
  })));
  const spot = await until("a hotspot is told", async () => (await ask("/v1/hotspots"))?.items.find((item) => item.category === "banjir" && item.observed >= PEOPLE / 2));
  say(`  ${spot.observed} people, ${spot.expected.toFixed(1)} expected; ${spot.places.map(({ name }) => name).join(", ")}`);
  await at("/dinding", { width: 1920, height: 1080 }, async (page) => {
    await mapDrawn(page);
    await page.waitForSelector(`.wall-list .hotspots > ol > li`);
    // The demo's own gauges go on: by now they may say something else.
    await page.waitForSelector(".wall-gauges li", { timeout: 5_000 }).catch(() => say("  no gauge is above normal"));
    await picture(page, "2-wall");
  });
  await at("/", { height: 1000 }, async (page) => {
    await mapDrawn(page);
    await page.locator(".hotspots ol > li", { hasText: "Banjir" }).locator("button").first().click();
    await page.waitForSelector(".why .facts");
    await picture(page, "3-why");
  });

  say("3. one job with many witnesses");
  const id = `evening-${RUN}-0`;
  const incident = await until("the reports are one incident", async () => {
    const found = await ask(`/v1/incidents/qlue:${id}`);
    return found?.witnesses >= PEOPLE / 2 ? found : null;
  });
  const { route } = await ask(`/v1/reports/${id}`);
  say(`  ${incident.witnesses} witnesses, on the desk of ${route.unit}`);
  await at(`/antrean?unit=${encodeURIComponent(route.unit_code)}`, {}, async (page) => {
    const card = page.locator(`.cards button[data-id="${id}"]`);
    // What is due last is on the last page of the desk, of which the first is shown anew after each deed.
    const pick = async () => {
      await page.waitForSelector(".cards button");
      while ((await card.count()) === 0 && (await page.locator(".more").count()) > 0) {
        await page.click(".more");
        await page.waitForTimeout(500);
      }
      await card.click();
    };
    await pick();
    await page.waitForSelector(".detail .facts");
    await page.click(".witnesses summary");
    await page.waitForSelector(".witnesses li");
    await picture(page, "4-inbox");
    await page.click(".witnesses summary");
    await act(page, id, "a");
    await pick();
    await page.waitForSelector('.actions [data-action="complete"]');
    const bytes = Buffer.from(await photo(page));
    await act(page, id, "s", async () => {
      await page.setInputFiles('input[name="photo"]', { name: "sesudah.jpg", mimeType: "image/jpeg", buffer: bytes });
      await page.waitForSelector(".deed-form img");
      await picture(page, "5-done");
    });
  });
  await until("the case is resolved", async () => (await ask(`/v1/reports/${id}`))?.status === "resolved");
  await way(id, "6-way", "selesai");

  say("4. the ranking");
  await at("/peringkat?tingkat=dinas", { height: 1000 }, async (page) => {
    await page.waitForSelector(".ranking tbody tr");
    await picture(page, "7-ranking");
  });
} finally {
  await browser.close();
  demo.kill("SIGTERM");
  await new Promise((resolve) => (demo.exitCode === null ? demo.once("exit", resolve) : resolve(undefined)));
  rmSync(data, { recursive: true, force: true });
}
