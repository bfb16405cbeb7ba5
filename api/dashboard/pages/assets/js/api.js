// Asks the API, and tells it things; with the token of whoever has signed in. A refusal is an RFC 9457 problem; anything that is not one
// (a dead network, a proxy's page) is made one.

import { token } from "./access/token.js";
import { hearDate } from "./server-clock.js";

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
  const answer = await fetchFrom(withQuery(path, query), { headers: { accept: types } });
  return bodyOf(answer);
}

/**
 * A file as it is, and what the server said beside it.
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} query empty values are left out
 * @param {string} types
 */
export async function askFile(path, query, types) {
  const answer = await fetchFrom(withQuery(path, query), { headers: { accept: types } });
  if (!answer.ok) await bodyOf(answer);
  try {
    return { bytes: await answer.arrayBuffer(), headers: answer.headers };
  } catch {
    throw new ProblemError({ title: "network", status: 0 });
  }
}

/**
 * Tells the server something. Whoever hears no answer does not know whether it arrived: `key` makes a second time harmless.
 * @template T
 * @param {string} path
 * @param {object | Blob} body JSON, or a file
 * @param {{ key?: string, patienceMs?: number }} [how]
 * @returns {Promise<T>}
 */
export async function send(path, body, { key, patienceMs = 30_000 } = {}) {
  const file = body instanceof Blob;
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), patienceMs);
  try {
    const answer = await fetchFrom(new URL(path, location.origin), {
      method: "POST", signal: stop.signal, body: file ? body : JSON.stringify(body),
      headers: { accept: JSON_TYPES, "content-type": file ? body.type : "application/json", ...(key ? { "idempotency-key": key } : {}) },
    });
    return await bodyOf(answer);
  } finally {
    clearTimeout(patience);
  }
}

/**
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} query
 */
function withQuery(path, query) {
  const url = new URL(path, location.origin);
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(key, String(value));
  }
  return url;
}

/**
 * @param {URL} url
 * @param {RequestInit & { headers: Record<string, string> }} request
 */
async function fetchFrom(url, request) {
  const secret = token();
  try {
    const answer = await fetch(url, { ...request, headers: { ...request.headers, ...(secret ? { authorization: `Bearer ${secret}` } : {}) } });
    hearDate(answer.headers.get("date"));
    return answer;
  } catch {
    throw new ProblemError({ title: "network", status: 0 });
  }
}

/** @param {Response} answer */
async function bodyOf(answer) {
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  // A good answer that breaks off was one of a dead network.
  if (answer.ok) throw new ProblemError({ title: "network", status: 0 });
  const wait = Number(answer.headers.get("retry-after"));
  throw new ProblemError({
    type: body?.type, title: body?.title ?? answer.statusText, status: answer.status, detail: body?.detail, errors: body?.errors, current: body?.current,
    waitS: Number.isFinite(wait) && wait > 0 ? wait : undefined,
  });
}

/**
 * The problem of anything thrown.
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  return error instanceof ProblemError ? error.problem : { title: String(error), status: 0 };
}
