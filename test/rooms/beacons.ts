// Builders of what browsers and servers send.
import { exports } from "cloudflare:workers";
import type { Beacon, Hit } from "../../workers/domain/events/beacon";
import { call, ORIGIN } from "./given";

export const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/** A beacon with one page view of the shop's first page; `r` belongs to the beacon, all else to the hit. */
export function aBeacon(siteId: string, { r, ...hit }: Partial<Hit> & { r?: string } = {}): Beacon {
  const standard = { n: "pageview", i: crypto.randomUUID(), u: "https://shop.example/" };
  return { s: siteId, ...(r === undefined ? {} : { r }), h: [{ ...standard, ...hit }] };
}

/** Sends a beacon as a browser in Switzerland does; a text or bytes are sent as they are. */
export function sendBeacon(
  beacon: unknown,
  headers: Record<string, string> = {},
  cf?: Record<string, unknown>,
  path = "/e",
): Promise<Response> {
  const isRaw = typeof beacon === "string" || beacon instanceof Uint8Array;
  const init: RequestInit = {
    method: "POST",
    headers: { "content-type": "text/plain", "user-agent": CHROME, "cf-connecting-ip": "192.0.2.7", ...headers },
    body: isRaw ? beacon : JSON.stringify(beacon),
    ...(cf ? { cf: cf as RequestInitCfProperties } : {}),
  };
  return exports.default.fetch(`${ORIGIN}${path}`, init);
}

/** An incoming event: a page view of the shop's first page. */
export function anEvent(siteId: string, given: Record<string, unknown> = {}): Record<string, unknown> {
  return { event_type: "pageview", site_id: siteId, url: "https://shop.example/", ...given };
}

/** Sends events as a server does, with a key. */
export const sendEvents = (key: string, body: unknown): Promise<Response> => call("POST", "/api/events", { key, body });

/** Sends events as a page of the shop does. */
export function sendFromPage(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const standard = { "user-agent": CHROME, origin: "https://shop.example", "cf-connecting-ip": "192.0.2.7" };
  return call("POST", "/api/events", { headers: { ...standard, ...headers }, body });
}

/** Sends events of the past as NDJSON. */
export function sendImport(
  key: string,
  siteId: string,
  lines: readonly unknown[],
  importId?: string,
): Promise<Response> {
  const body = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const query = importId === undefined ? "" : `?import_id=${importId}`;
  const headers = { "content-type": "application/x-ndjson" };
  return call("POST", `/api/v1/properties/${siteId}/imports${query}`, { key, headers, body });
}
