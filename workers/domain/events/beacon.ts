// The beacon: the content of one browser request. The tracker writes it and collect reads it. Keys have one letter
// because the tracker's bytes are budgeted; this file is their dictionary.
import { z } from "zod";
import { plain } from "../requests/plain";
import { revenueSchema } from "./revenue";
import type { RuleTrigger } from "./rule";

/** How long a browser may hold a hit back (a tab that slept); older ones are dated so (ms). */
export const MAX_AGO = 86_400_000;

const text = (max: number) => z.string().max(max);

export const hitSchema = z.object({
  /**
   * Name of the event: `pageview`, `engagement`, `outbound`, … or the site's own, which is truncated to 120 characters.
   */
  n: plain(2000).min(1),
  /** Id of the event, created by the tracker. A beacon that was sent twice counts once. */
  i: plain(64).min(1),
  /** URL of the page at the time of the event (https or http), with query and fragment. */
  u: text(4000),
  /** Milliseconds between the event and the sending of the beacon. */
  a: z.number().min(0).optional(),
  /** Title of the page. */
  t: z.string().optional(),
  /** Visible and focused milliseconds since the last engagement event of this page view. */
  e: z.number().min(0).optional(),
  /**
   * Deepest scroll of this page view in percent, and the depth reported before (absent the first time). Above 100 if
   * the page has become shorter; null if it has no height.
   */
  d: z.number().min(0).nullish(),
  b: z.number().min(0).nullish(),
  /** Target of a link, download or form. */
  h: text(2000).optional(),
  /** Properties of the event. */
  p: z.record(z.string(), z.unknown()).optional(),
  /** Selector of the event's element. */
  q: text(1000).optional(),
  /** Revenue of the event. */
  m: revenueSchema.nullish(),
  /** Id of the rule that the event matches. */
  k: plain(64).optional(),
  /** Id of the page view of the event; absent in page views. */
  v: plain(64).min(1).optional(),
  /** 1 or 0 if the site states whether the visitor did it on purpose. */
  y: z.union([z.literal(0), z.literal(1)]).optional(),
});

/** Everything except the hits, which are read one by one, so that an invalid hit does not affect the others. */
export const envelopeSchema = z.object({
  /** site_id */
  s: plain(64).min(1),
  /** document.referrer of the landing page. Browsers truncate it to 4,096 characters. */
  r: text(5000).optional(),
  /** Screen, `WxH` in CSS pixels */
  w: text(20).optional(),
  /** navigator.language */
  l: text(35).optional(),
  /** True if the site routes by fragment, which is then part of the page. */
  f: z.union([z.boolean(), z.literal(1)]).optional(),
  /** The caller's own id for the visitor, from `trackkit.identify`. */
  c: plain(128).min(1).optional(),
  /** First-party id of the browser, if the owner allows storing one. */
  v: plain(64).min(1).optional(),
  /** 1 if that id was just created, on the browser's first visit. */
  n: z.literal(1).optional(),
  h: z.array(z.unknown()).min(1).max(50),
});

/**
 * Requests the token of `trackkit.visit()`, with the same fields to identify the visitor. The reply is a VisitReply.
 */
export const visitRequestSchema = envelopeSchema.pick({ s: true, c: true, v: true, n: true }).extend({
  visit: z.literal(1),
});

/** The token; null if the visitor is not counted. */
export interface VisitReply {
  visit: string | null;
}

export type Hit = z.infer<typeof hitSchema>;
export type Envelope = z.infer<typeof envelopeSchema>;
export type Beacon = Omit<Envelope, "h"> & { h: Hit[] };

/** A rule as the tracker needs it. */
export interface PageRule {
  /** Id. */
  i: string;
  /** CSS selector. */
  s: string;
  t: RuleTrigger;
  /** Regular expression for the path and fragment of its pages (toPatternSource of path.ts); absent for all pages. */
  p?: string;
  /** Attributes of the element that become props. */
  a?: string[];
}

/** The reply to a beacon: the property's configuration, so that a switch works at the next page view. */
export interface BeaconReply {
  /** Kinds of event (`outbound`, `scroll`, …) that the page's data stream does not want. Empty for most sites. */
  off: string[];
  /** Chunks for the page to load: measurements (`clicks`, `media`, …), `rules` if there are any, `identity`. */
  on: string[];
  /** Enabled rules. The tracker loads the chunk `rules` if there are any. */
  rules?: PageRule[];
  /** True if the browser may store a first-party id. */
  store?: true;
  /** Query parameters that distinguish pages. */
  query?: readonly string[];
  /** Invalid hits by their index in the beacon, if any. */
  rejected?: { index: number; code: string; message: string }[];
}
