import { mapDrawn, openBrowser, openPage } from "./harness.js";
const url="http://127.0.0.1:18080"; const browser = await openBrowser();
const { page, sizes, close } = await openPage(browser, url, {});
await mapDrawn(page); 
const w="/assets/vendor/maplibre-gl/maplibre-gl-worker.mjs";
const answer = await page.request.get(new URL(w, url).href, { headers: { "accept-encoding": "br, gzip" } });
sizes.set(w, Number(answer.headers()["content-length"] ?? 0)); sizes.delete("/v1/live");
let t=0; for (const [p,s] of [...sizes].sort((a,b)=>b[1]-a[1])) {t+=s; console.log(s,p);} console.log(t, sizes.size);
await close(); await browser.close(); process.exit(0);
