// The one badge: live, delayed or cut off, decided by the data's own time and by the stream, never by the page's clock alone.

/** No message for this long means the stream is cut. The server speaks every second. */
export const CUT_AFTER_MS = 10_000;

/**
 * A watermark this far behind is late. Lanes hold it back by 60 s on purpose (records may come out of order); twice that
 * means that something stands still.
 */
export const LATE_AFTER_S = 120;

/**
 * @typedef {{ kind: "connecting" | "live" | "delayed" | "cut", lagS: number | null, behind: string[] }} Freshness
 */

/**
 * @param {{ asOf: string | null, nowMs: number | null, sources: import("./types").SourceState[], silentMs: number, heard: boolean }} facts
 *   `silentMs`: since the last message of the stream, or since it was asked for; `nowMs`: the server's clock.
 * @returns {Freshness}
 */
export function freshness({ asOf, nowMs, sources, silentMs, heard }) {
  const lagS = asOf && nowMs !== null ? Math.max(0, Math.round((nowMs - Date.parse(asOf)) / 1000)) : null;
  const behind = sources.filter((source) => source.state === "stale").map((source) => source.source);
  if (silentMs > CUT_AFTER_MS) return { kind: "cut", lagS, behind };
  if (!heard) return { kind: "connecting", lagS, behind };
  const delayed = behind.length > 0 || (lagS !== null && lagS > LATE_AFTER_S);
  return { kind: delayed ? "delayed" : "live", lagS, behind };
}
