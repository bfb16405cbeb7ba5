// Every room of the dashboard, one row each: its name, its address, what is fetched when somebody enters it. A new room is a row
// here and a module that gives a `room`; nothing else has to know it.

/** @typedef {import("./types").Room} Room */
/** @typedef {import("./types").RoomName} RoomName */

/** @type {Room[]} */
export const ROOMS = [
  { name: "peta", path: "/", style: "view-map", listed: true, load: async () => (await import("./view-map.js")).room },
  { name: "peringkat", path: "/peringkat", style: "view-ranking", listed: true, sheets: ["ranking", "plots", "ranking-detail", "photos", "print"], words: () => import("./ranking/words.js"), load: async () => (await import("./view-ranking.js")).room },
  { name: "antrean", path: "/antrean", style: "view-inbox", listed: true, quiet: true, sheets: ["inbox", "photos"], words: () => import("./inbox/words.js"), load: async () => (await import("./inbox/view.js")).room },
  { name: "verifikasi", path: "/verifikasi", style: "view-verify", listed: true, quiet: true, sheets: ["inbox", "verify"], words: () => import("./verify/words.js"), load: async () => (await import("./verify/view.js")).room },
  { name: "dinding", path: "/dinding", style: "view-wall", whole: true, sheets: ["wall"], words: () => import("./wall/words.js"), load: async () => (await import("./wall/view.js")).room },
  { name: "wilayah", path: "/wilayah", style: "view-area", quiet: true, sheets: ["public"], words: () => import("./public/area-words.js"), load: async () => (await import("./public/area.js")).room },
  { name: "laporan", path: "/laporan", style: "view-report", quiet: true, sheets: ["public", "photos"], words: () => import("./public/report-words.js"), load: async () => (await import("./public/report.js")).room },
  { name: "operator", path: "/operator", style: "view-operator", quiet: true, sheets: ["inbox", "public", "operator"], words: () => import("./operator/words.js"), load: async () => (await import("./operator/view.js")).room },
];

/** @param {string} name */
export function roomNamed(name) {
  return ROOMS.find((room) => room.name === name) ?? ROOMS[0];
}

/**
 * The room an address means, and what follows its name: `/wilayah/31.71`, `#/wilayah/31.71`, and `/?tab=peringkat` of old.
 * @param {{ pathname: string, hash: string, search: string }} address
 * @returns {{ name: RoomName, argument: string }}
 */
export function roomOf({ pathname, hash, search }) {
  const [, first = "", ...rest] = (hash.startsWith("#/") ? hash.slice(1) : pathname).split("/");
  const wanted = first === "" || first === "index.html" ? (new URLSearchParams(search).get("tab") ?? "") : first;
  const room = roomNamed(wanted);
  return { name: room.name, argument: room.name === wanted ? decoded(rest.join("/")) : "" };
}

/**
 * @param {RoomName} name
 * @param {string} argument what follows the room's name
 */
export function pathOf(name, argument) {
  const { path } = roomNamed(name);
  return argument === "" ? path : `${path}/${argument.split("/").map(encodeURIComponent).join("/")}`;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text).slice(0, 200);
  } catch {
    return "";
  }
}
