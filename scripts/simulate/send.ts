// Sends events to a TrackKit: recent ones to POST /api/events, history to imports.
import { type Api, ApiError } from "../api.ts";

/** The limit of POST /api/events per request. */
const MAX_LIST = 500;
/** Imports accept 10 MB per request. Smaller requests show progress and are quickly repeated. */
const IMPORT_BYTES = 2_000_000;
const IMPORT_LINES = 2_500;

export interface Rejection {
  index: number;
  code: string;
  message: string;
}

export interface Sent {
  accepted: number;
  duplicates: number;
  refused: Record<string, number>;
  rejected: Rejection[];
}

export const nothingSent = (): Sent => ({ accepted: 0, duplicates: 0, refused: {}, rejected: [] });

/** Adds a reply to the total. Positions in a list become positions among all events. */
function add(sum: Sent, reply: Partial<Sent>, offset: number): void {
  sum.accepted += reply.accepted ?? 0;
  sum.duplicates += reply.duplicates ?? 0;
  for (const [reason, count] of Object.entries(reply.refused ?? {}))
    sum.refused[reason] = (sum.refused[reason] ?? 0) + count;
  for (const rejection of reply.rejected ?? []) sum.rejected.push({ ...rejection, index: rejection.index + offset });
}

/** Seconds before each retry. */
const RETRIES = [0.5, 1, 2, 4, 8];

const mayPass = (error: unknown): boolean =>
  error instanceof ApiError ? error.status === 503 || error.status === 429 : error instanceof TypeError;

/** Retries until a reply arrives. Every event has an id, so repeated events are not counted twice. */
async function postSafely<T>(api: Api, path: string, body: unknown): Promise<T> {
  for (const seconds of RETRIES) {
    try {
      return await api.post<T>(path, body);
    } catch (error) {
      if (!mayPass(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    }
  }
  return api.post<T>(path, body);
}

/** Events that happened just now, or at most 72 hours ago. @throws ApiError when the whole list is rejected. */
export async function sendEvents(api: Api, siteId: string, events: readonly object[]): Promise<Sent> {
  const sum = nothingSent();
  for (let from = 0; from < events.length; from += MAX_LIST) {
    const list = events.slice(from, from + MAX_LIST).map((event) => ({ ...event, site_id: siteId }));
    add(sum, await postSafely<Partial<Sent>>(api, "/api/events", { events: list }), from);
  }
  return sum;
}

/** Splits NDJSON lines into bodies of limited size. */
export function* toBodies(events: Iterable<object>): Generator<{ body: string; count: number }> {
  let lines: string[] = [];
  let bytes = 0;
  for (const event of events) {
    const line = JSON.stringify(event);
    const size = Buffer.byteLength(line) + 1;
    if (lines.length > 0 && (bytes + size > IMPORT_BYTES || lines.length >= IMPORT_LINES)) {
      yield { body: lines.join("\n"), count: lines.length };
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) yield { body: lines.join("\n"), count: lines.length };
}

export interface ImportOptions {
  siteId: string;
  /** The same id continues an import. Events that it already has are not counted again. */
  importId: string;
  /** Ends the import between two requests. */
  signal?: AbortSignal;
  /** Called after each request with the number of events sent so far. */
  onSent?: (count: number) => void;
}

/**
 * Events of the past, in the order in which they happened. @throws ApiError when a request is rejected, or the signal's
 * reason.
 */
export async function importEvents(api: Api, events: Iterable<object>, options: ImportOptions): Promise<Sent> {
  const path = `/api/v1/properties/${encodeURIComponent(options.siteId)}/imports?import_id=${encodeURIComponent(options.importId)}`;
  const sum = nothingSent();
  let sent = 0;
  for (const { body, count } of toBodies(events)) {
    options.signal?.throwIfAborted();
    add(sum, await postSafely<Partial<Sent>>(api, path, body), sent);
    sent += count;
    options.onSent?.(sent);
  }
  return sum;
}
