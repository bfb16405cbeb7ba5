// The server's clock, from the `date` of its answers: the clock of an old phone may be hours off, and a deadline must not be.

/** The server's time less ours, ms; null before its first answer. @type {number | null} */
let ahead = null;

/** @param {string | null} date as HTTP writes it, to the second */
export function hearDate(date) {
  const said = Date.parse(date ?? "");
  if (!Number.isNaN(said)) ahead = said + 500 - Date.now();
}

/** Now, ms since 1970, by the server's clock once it has answered. */
export function serverNow() {
  return Date.now() + (ahead ?? 0);
}
