// What lies on the map beside the heat: jams and gauges. They are of now; a map of the past is without them, and says so.

import { number, span } from "../format.js";
import { say } from "../i18n.js";

/** @typedef {import("./wall.js").Wall} Wall */
/** @typedef {import("../types").GaugeItem} GaugeItem */
/** @typedef {import("../types").Lang} Lang */

/** Puts them on the map, or takes them off. @param {Wall} wall */
export function hearLayers({ app, replay, traffic, layers }) {
  const now = !replay.on;
  app.room.showJams(now && layers.jams ? traffic.jams : []);
  const { lang } = app.place;
  app.room.showGauges(now && layers.gauges ? traffic.gauges.map((gauge) => ({ at: [gauge.lon, gauge.lat], siaga: gauge.siaga, label: gaugeWords(lang, gauge) })) : []);
}

/**
 * "Pintu Air Contoh: Siaga 2, 178 cm, naik 12 cm per jam".
 * @param {Lang} lang
 * @param {GaugeItem} gauge
 */
export function gaugeWords(lang, { name, siaga, level_cm: level, trend_cm_h: trend }) {
  const parts = [siaga === null ? say(lang, "wall.siaga.none") : say(lang, "wall.siaga", { n: siaga })];
  parts.push(level === null ? say(lang, "wall.level.none") : say(lang, "wall.level", { cm: number(lang, level) }));
  if (trend !== null && Math.abs(trend) >= 1) parts.push(say(lang, trend > 0 ? "wall.rises" : "wall.falls", { cm: number(lang, Math.abs(trend)) }));
  return `${name}: ${parts.join(", ")}`;
}

/**
 * The worst of the jams in one line; nothing where there are none.
 * @param {Lang} lang
 * @param {import("../types").JamItem[]} jams
 */
export function jamWords(lang, jams) {
  const delays = jams.flatMap(({ delay_s: delay }) => (delay === null ? [] : [delay]));
  if (jams.length === 0) return say(lang, "wall.jams.none");
  const cells = say(lang, "wall.jams.cells", { n: number(lang, jams.length) });
  return delays.length === 0 ? cells : `${cells}, ${say(lang, "wall.jams.longest", { span: span(lang, Math.max(...delays)) })}`;
}
