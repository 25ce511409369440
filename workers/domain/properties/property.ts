// Properties and data streams: the owner's input, and the form that collect uses.
import { z } from "zod";
import { isCurrency } from "../events/currency";
import { MEASUREMENT_NAMES, MEASUREMENTS, type Measurements } from "../events/measurement";
import type { PageSettings } from "../events/path";
import { heldAgainst } from "../requests/input";
import { plain } from "../requests/plain";
import { findZone } from "../time/zone-name";
import { MOST_SHARDS } from "../visits/capacity";
import type { ShardChange } from "../visits/shard";
import { faultOfExcludedAddress, faultOfExcludedPath, faultOfParameter } from "./exclusion";
import { faultOfStreamUrl } from "./stream-url";

const name = z.string().trim().min(1, "name must not be empty").max(100, "name must have at most 100 characters");

const streamUrl = z.string().max(500).superRefine(heldAgainst(faultOfStreamUrl));

/** Any name of a zone, in any case; the output is the canonical name. */
const timezone = z
  .string()
  .max(64)
  .transform((named, context): string => {
    const zone = findZone(named);
    if (zone === null)
      context.addIssue({ code: "custom", message: "timezone must be an IANA time zone such as Europe/Zurich" });
    return zone ?? z.NEVER;
  });

export const measurementsInput = z.strictObject(
  Object.fromEntries(MEASUREMENT_NAMES.map((key) => [key, z.boolean().optional()])) as Record<
    (typeof MEASUREMENT_NAMES)[number],
    z.ZodOptional<z.ZodBoolean>
  >,
);

export const streamInput = z.strictObject({ url: streamUrl, name, measurements: measurementsInput.optional() });

/** What a property may take from `POST /api/events` without a key. */
export const WITHOUT_KEY = ["user_id", "revenue", "measurements"] as const;
export type WithoutKey = (typeof WITHOUT_KEY)[number];

export const privacyInput = z.strictObject({
  /** truncated (/24, /48), full, or none. */
  address: z.enum(["truncated", "full", "none"]).default("truncated"),
  /** Whether the tracker may store an id in the browser, to recognize visitors who return on another day. */
  storage: z.enum(["none", "local"]).default("none"),
  honour_dnt: z.boolean().default(false),
  /** Addresses and CIDR ranges. */
  excluded_addresses: z
    .array(z.string().trim().max(50).superRefine(heldAgainst(faultOfExcludedAddress)))
    .max(100)
    .default([]),
  /** Paths; `*` stands for any text. */
  excluded_paths: z
    .array(z.string().trim().max(500).superRefine(heldAgainst(faultOfExcludedPath)))
    .max(100)
    .default([]),
  /** Whether pages on subdomains of a data stream's host belong to it. */
  subdomains: z.boolean().default(true),
  /** Each is listed once. */
  without_key: z
    .array(z.enum(WITHOUT_KEY))
    .max(WITHOUT_KEY.length)
    .transform((names) => WITHOUT_KEY.filter((name) => names.includes(name)))
    .default([]),
});

/** The settings that decide which URLs are one page. */
export const pagesInput = z.strictObject({
  trailing_slash: z.enum(["keep", "strip"]).default("keep"),
  /** Names of query parameters that belong to the page; each is listed once. */
  query_parameters: z
    .array(plain(50).superRefine(heldAgainst(faultOfParameter)))
    .max(10)
    .transform((names) => [...new Set(names)])
    .default([]),
});

export const propertyInput = z.strictObject({
  name,
  timezone,
  currency: z.string().refine(isCurrency, "currency must be an ISO 4217 code such as EUR").default("USD"),
  streams: z.array(streamInput).max(20).default([]),
  privacy: privacyInput.default(() => privacyInput.parse({})),
  pages: pagesInput.default(() => pagesInput.parse({})),
  shards: z.int().min(1).max(MOST_SHARDS).default(1),
  /** Whether the number of current visitors is public. */
  public_live: z.boolean().default(false),
});

export type PropertyInput = z.infer<typeof propertyInput>;
export type StreamInput = z.infer<typeof streamInput>;
export type Privacy = z.infer<typeof privacyInput>;

export interface Stream {
  id: string;
  url: string;
  name: string;
  measurements: Measurements;
}

export interface Property {
  site_id: string;
  organization_id: string;
  name: string;
  timezone: string;
  currency: string;
  /**
   * The number that the owner wants. `shard_changes` has the time of each change (ms since 1970) and the number before.
   */
  shards: number;
  shard_changes: ShardChange[];
  public_live: boolean;
  privacy: Privacy;
  pages: PageSettings;
  streams: Stream[];
  /** ISO 8601. */
  created_at: string;
}

/** All measurements, with defaults for those that the owner has not set. */
export function toMeasurements(given: Partial<Measurements> | undefined): Measurements {
  return Object.fromEntries(
    MEASUREMENT_NAMES.map((key) => [key, given?.[key] ?? MEASUREMENTS[key].standard]),
  ) as Measurements;
}
