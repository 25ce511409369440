// Beacons of browsers as HTTP requests.
import type { Beacon, Hit } from "../../workers/domain/events/beacon.ts";
import { type View, views } from "./people.ts";

export interface BeaconOptions {
  siteId: string;
  /** Host of the site. */
  hostname: string;
  seed: number;
  /** 1: page views only. 3: with an action on the page and its engagement. */
  hits: 1 | 3;
}

const CUSTOM = ["search", "add_to_cart", "signup", "play", "share", "filter", "subscribe", "download_brochure"];

function hitsOf({ visit, index }: View, n: number, { hits, hostname, seed }: BeaconOptions): Hit[] {
  const u = `https://${hostname}${visit.pages[index]}${index === 0 ? visit.query : ""}`;
  // The tracker's ids are two decimals like this.
  const id = (part: number) => `0.${seed}${String(n).padStart(15, "0")}${part}0.7391862594113206`;
  const view: Hit = { n: "pageview", i: id(0), u, a: 3, t: `Title of ${visit.pages[index]} - The Site` };
  if (hits === 1) return [view];
  return [
    view,
    { n: CUSTOM[n % CUSTOM.length] ?? "search", i: id(1), u, a: 2, p: { variant: n % 5, place: "header" } },
    { n: "engagement", i: id(2), u, a: 1, e: 4_000 + (n % 60) * 500, d: 10 + (n % 90) },
  ];
}

const header = (name: string, value: string | number): string => `${name}: ${value}\r\n`;

/**
 * A complete HTTP/1.1 request. workerd turns one of its headers into `request.cf`, the edge's facts about the
 * visitor.
 */
function toRequest(view: View, n: number, options: BeaconOptions): Buffer {
  const { person, referrer } = view.visit;
  const body = JSON.stringify({
    s: options.siteId,
    r: view.index === 0 ? referrer : `https://${options.hostname}${view.visit.pages[view.index - 1]}`,
    w: person.screen,
    l: person.language,
    h: hitsOf(view, n, options),
  } satisfies Beacon);
  const cf = {
    country: person.country,
    region: person.region,
    city: person.city,
    asn: person.asn,
    asOrganization: person.network,
  };
  const head = [
    "POST /e HTTP/1.1\r\n",
    header("Host", "127.0.0.1"),
    header("Content-Type", "text/plain;charset=UTF-8"),
    header("Content-Length", Buffer.byteLength(body)),
    header("Origin", `https://${options.hostname}`),
    header("Referer", `https://${options.hostname}/`),
    header("User-Agent", person.agent),
    header("Accept-Language", person.language),
    header("CF-Connecting-IP", person.address),
    header("MF-CF-Blob", JSON.stringify(cf)),
  ];
  return Buffer.from(`${head.join("")}\r\n${body}`);
}

/** Endless requests, each different. */
export function* beacons(options: BeaconOptions): Generator<Buffer, never, undefined> {
  let n = 0;
  for (const view of views(options.seed)) yield toRequest(view, n++, options);
  throw new Error("views have no end");
}
