// Asks the API for JSON. A refusal is an RFC 9457 problem; anything that is not one (a dead network, a proxy's page) is made one.

/** @typedef {import("./types").Problem} Problem */

export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

const JSON_TYPES = "application/json, application/geo+json";

/**
 * @template T
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [query] empty values are left out
 * @param {string} [types] media types to take, best first
 * @returns {Promise<T>}
 */
export async function ask(path, query = {}, types = JSON_TYPES) {
  const url = new URL(path, location.origin);
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(key, String(value));
  }
  let answer;
  try {
    answer = await fetch(url, { headers: { accept: types } });
  } catch {
    throw new ProblemError({ title: "network", status: 0 });
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  throw new ProblemError({ title: body?.title ?? answer.statusText, status: answer.status, detail: body?.detail, errors: body?.errors });
}

/**
 * The problem of anything thrown.
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  return error instanceof ProblemError ? error.problem : { title: String(error), status: 0 };
}
