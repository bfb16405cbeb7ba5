// The file that is paid from: fetched with the token of whoever is here, held against the hash the page shows, and given to them to save.

import { askFile, problemOf } from "../api.js";

/** @typedef {import("./types").DutyLedger} DutyLedger */
/** @typedef {import("./types").Export} Export */

/**
 * Asks for the ledger of the very moment the page shows, so that both say the same.
 * @param {DutyLedger} ledger
 * @param {string} kelurahan code, or `unplaced`
 * @returns {Promise<Export>}
 */
export async function exportLedger(ledger, kelurahan) {
  try {
    const { bytes } = await askFile(`/v1/duty/${encodeURIComponent(kelurahan)}`, { month: ledger.month, as_of: ledger.counted_as_of, format: "csv" }, "text/csv");
    const hash = await sha256(bytes);
    const name = `duty-${kelurahan}-${ledger.month}.csv`;
    // Another file than the page shows is not given away: somebody would pay from it.
    const state = hash === null ? "unchecked" : hash === ledger.hash ? "same" : "other";
    if (state !== "other") save(bytes, name);
    return { state, hash: hash ?? ledger.hash, name, bytes: bytes.byteLength };
  } catch (error) {
    return { state: "failed", problem: problemOf(error) };
  }
}

/**
 * In hexadecimal, as `sha256sum` writes it; null on a page without TLS, where browsers do not count it.
 * @param {ArrayBuffer} bytes
 * @returns {Promise<string | null>}
 */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {ArrayBuffer} bytes @param {string} name */
function save(bytes, name) {
  const address = URL.createObjectURL(new Blob([bytes], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
