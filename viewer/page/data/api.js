/** Questions to the server that the page came from. A failure is an error with a sentence to show. */

/** @import { Facets, SessionDetail, SessionSummary, SpanDetail, Stats, TraceDetail, TraceSummary } from "../api-types.js" */

export class RequestFailed extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 when there was no answer
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<unknown>}
 */
async function get(path, signal) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, {
      headers: { accept: "application/json" },
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestFailed(
      "The server does not answer. Is `catalyst-tracing dev` still running?",
      0,
    );
  }
  if (!response.ok) throw new RequestFailed(await complaint(response), response.status);
  return await response.json();
}

/** @param {Response} response */
async function complaint(response) {
  const text = await response.text();
  try {
    const body = /** @type {{ error?: unknown }} */ (JSON.parse(text));
    if (typeof body.error === "string") return body.error;
  } catch {
    // A proxy's page, or nothing.
  }
  return `The server answered with status ${response.status}.`;
}

/**
 * @param {URLSearchParams} query
 * @param {string | null} cursor
 * @param {AbortSignal} [signal]
 */
export async function listTraces(query, cursor, signal) {
  const body = await get(`/api/traces?${paged(query, cursor)}`, signal);
  return /** @type {{ traces: TraceSummary[], cursor: string | null, isPartial: boolean }} */ (
    body
  );
}

/**
 * @param {URLSearchParams} query
 * @param {string | null} cursor
 * @param {AbortSignal} [signal]
 */
export async function listSessions(query, cursor, signal) {
  const body = await get(`/api/sessions?${paged(query, cursor)}`, signal);
  return /** @type {{ sessions: SessionSummary[], cursor: string | null, isPartial: boolean }} */ (
    body
  );
}

/**
 * @param {URLSearchParams} query
 * @param {string | null} cursor
 */
function paged(query, cursor) {
  const all = asAsked(query);
  all.set("limit", "50");
  if (cursor !== null) all.set("cursor", cursor);
  return all.toString();
}

/**
 * The server finds whole words; what is being typed is the beginning of one.
 * @param {URLSearchParams} query
 */
function asAsked(query) {
  const all = new URLSearchParams(query);
  const words = all.get("q") ?? "";
  if (/(?:^|\s)[\p{L}\p{N}_]+$/u.test(words) && !words.includes('"')) all.set("q", `${words}*`);
  return all;
}

/** @param {string} id */
export async function getTrace(id) {
  return /** @type {TraceDetail} */ (await get(`/api/traces/${encodeURIComponent(id)}`));
}

/**
 * @param {string} trace
 * @param {string} span
 */
export async function getSpan(trace, span) {
  const path = `/api/traces/${encodeURIComponent(trace)}/spans/${encodeURIComponent(span)}`;
  return /** @type {SpanDetail} */ (await get(path));
}

/** @param {string} id */
export async function getSession(id) {
  return /** @type {SessionDetail} */ (await get(`/api/sessions/${encodeURIComponent(id)}`));
}

export async function getFacets() {
  return /** @type {Facets} */ (await get("/api/facets"));
}

/** @param {URLSearchParams} query */
export async function getStats(query) {
  return /** @type {Stats} */ (await get(`/api/stats?${asAsked(query).toString()}`));
}

/**
 * @param {string} format
 * @param {string} trace
 */
export function exportAddress(format, trace) {
  return `/api/export?${new URLSearchParams({ format, trace }).toString()}`;
}
