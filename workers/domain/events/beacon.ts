// The beacon: what one browser request says. The tracker writes it, collect reads it. Keys are one letter because the
// tracker's bytes are budgeted; this file is their dictionary.
import { z } from "zod";
import { plain } from "../requests/plain";
import { revenueSchema } from "./revenue";
import type { RuleTrigger } from "./rule";

const text = (max: number) => z.string().max(max);

export const hitSchema = z.object({
  /** Name of the event: `pageview`, `engagement`, `outbound`, … or the site's own, which is cut at 120 characters. */
  n: plain(2000).min(1),
  /** Id of the event, made by the tracker: a beacon that was sent twice counts once. */
  i: plain(64).min(1),
  /** Address of the page when it happened (https or http), with query and fragment. */
  u: text(4000),
  /** Milliseconds between the event and the sending of the beacon. */
  a: z.number().min(0).optional(),
  /** Title of the page. */
  t: z.string().optional(),
  /** Visible and focused milliseconds since the last engagement event of this page view. */
  e: z.number().min(0).optional(),
  /**
   * Deepest scroll of this page view in percent, and the depth reported before (absent the first time). More than 100
   * where a page has become shorter; null where it has no height.
   */
  d: z.number().min(0).nullish(),
  b: z.number().min(0).nullish(),
  /** Where a link, download or form leads. */
  h: text(2000).optional(),
  /** Properties of the event. */
  p: z.record(z.string(), z.unknown()).optional(),
  /** Selector of the element that it is about. */
  q: text(1000).optional(),
  /** Revenue of the event. */
  m: revenueSchema.nullish(),
  /** Id of the rule that it matches. */
  k: plain(64).optional(),
  /** Id of the page view on which it happened; absent in page views. */
  v: plain(64).min(1).optional(),
  /** 1 or 0 where the site says whether the visitor did it on purpose. */
  y: z.union([z.literal(0), z.literal(1)]).optional(),
});

/** All but the hits, which are read one by one: one that cannot be read must not cost the others. */
export const envelopeSchema = z.object({
  /** site_id */
  s: plain(64).min(1),
  /** document.referrer of the landing page: browsers cut it at 4,096 characters. */
  r: text(5000).optional(),
  /** Screen, `WxH` in CSS pixels */
  w: text(20).optional(),
  /** navigator.language */
  l: text(35).optional(),
  /** True where the site routes by fragment: the fragment is then part of the page. */
  f: z.union([z.boolean(), z.literal(1)]).optional(),
  /** The caller's own id of the visitor, from `trackkit.identify`. */
  c: plain(128).min(1).optional(),
  /** First-party id of the browser, where the owner lets one be stored. */
  v: plain(64).min(1).optional(),
  /** 1 when that id has just been made: the browser was never here before. */
  n: z.literal(1).optional(),
  h: z.array(z.unknown()).min(1).max(50),
});

/** Asks for the token of `trackkit.visit()`, with the same fields for who the visitor is. The reply is a VisitReply. */
export const visitRequestSchema = envelopeSchema.pick({ s: true, c: true, v: true, n: true }).extend({
  visit: z.literal(1),
});

/** The token; null where the visitor is not counted. */
export interface VisitReply {
  visit: string | null;
}

export type Hit = z.infer<typeof hitSchema>;
export type Envelope = z.infer<typeof envelopeSchema>;
export type Beacon = Omit<Envelope, "h"> & { h: Hit[] };

/** A rule as a page needs it. */
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
  /** Chunks that the page loads: measurements (`clicks`, `media`, …), `rules` when there are any, `identity`. */
  on: string[];
  /** Enabled rules; the tracker loads the chunk `rules` when there are any. */
  rules?: PageRule[];
  /** True where a first-party id may be stored in the browser. */
  store?: true;
  /** Query parameters that belong to the page: another value of one is another page. */
  query?: readonly string[];
  /** Hits that could not be read, by their place in the beacon, when there are any. */
  rejected?: { index: number; code: string; message: string }[];
}
