// The incoming event: what `POST /api/events` and imports take from anywhere, as other people's programs write it.
import { z } from "zod";
import type { PropValue } from "../events/event";
import { revenueSchema } from "../events/revenue";
import { isPlain, plain } from "../requests/plain";
import { canonicalAddress } from "../visitors/address";
import { toCountry } from "../visitors/country";

/** Characters of `ip`: a list of forwarded addresses has seldom more than three. */
const MAX_IP = 500;
const MAX_PROPS = 30;
const MAX_KEY = 100;
const MAX_VALUE = 2000;
/** Characters of all props as JSON. An event must fit a queue message of 128 KB, also in a script of three bytes each. */
const MAX_PROPS_CHARS = 10_000;

/** A visit token holds the agent of a browser, which may be long. */
const MAX_TOKEN = 20_000;

export const propsSchema = z.unknown().transform((given, context): Record<string, PropValue> | null => {
  const refuse = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (given === undefined || given === null) return null;
  if (typeof given !== "object" || Array.isArray(given)) return refuse("props must be a flat object");
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  if (entries.length > MAX_PROPS) return refuse(`props must have at most ${MAX_PROPS} fields`);
  for (const [key, value] of entries) {
    if (key === "" || key.length > MAX_KEY || key === "__proto__" || !isPlain(key))
      return refuse(`props must have keys of 1 to ${MAX_KEY} plain characters`);
    const isText = typeof value === "string";
    if (isText && (value.length > MAX_VALUE || !value.isWellFormed() || value.includes("\0")))
      return refuse(`props.${key} must be well-formed text of at most ${MAX_VALUE} characters`);
    if (!isText && typeof value !== "boolean" && !(typeof value === "number" && Number.isFinite(value)))
      return refuse(`props.${key} must be a text, a number or a boolean`);
  }
  const props = Object.fromEntries(entries) as Record<string, PropValue>;
  if (JSON.stringify(props).length > MAX_PROPS_CHARS)
    return refuse(`props must have at most ${MAX_PROPS_CHARS} characters as JSON`);
  return entries.length === 0 ? null : props;
});

const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** False for February 30th, which Date.parse takes for March 2nd. */
function isDate(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}

export const incomingSchema = z.object({
  event_type: plain(120).min(1),
  site_id: plain(64).optional(),
  event_id: plain(100).min(1).optional(),
  /** ISO 8601; without an offset it is UTC. */
  event_time: z
    .string()
    .refine(
      (text) => ISO.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(timeOf(text)),
      "event_time must be an ISO 8601 time",
    )
    .optional(),
  user_id: plain(128).min(1).optional(),
  session_id: plain(128).min(1).optional(),
  url: plain(4000).optional(),
  page_path: plain(1000).startsWith("/", "page_path must begin with /").optional(),
  hostname: plain(253).optional(),
  title: z.string().max(4000).optional(),
  referrer: plain(4000).optional(),
  button_id: plain(200).optional(),
  selector: plain(1000).optional(),
  href: plain(2000).optional(),
  rule_id: plain(64).min(1).optional(),
  props: propsSchema.optional(),
  language: plain(35).optional(),
  screen: plain(20).optional(),
  revenue: revenueSchema.optional(),
  engaged_ms: z.number().min(0).max(86_400_000).optional(),
  scroll_depth: z.number().min(0).max(100).optional(),
  scroll_before: z.number().min(0).max(100).optional(),
  /** The `event_id` of the page view on which it happened. */
  view_id: plain(100).min(1).optional(),
  /** Whether it shows that the visitor did something on purpose; by its type when nothing is said. */
  interactive: z.boolean().optional(),
  /** The token that `trackkit.visit()` gave the visitor's page; null where the page got none. */
  visit: plain(MAX_TOKEN).nullish(),
  ip: plain(MAX_IP)
    .refine((text) => canonicalAddress(text) !== null, "ip must be an IPv4 or IPv6 address")
    .optional(),
  user_agent: plain(1000).optional(),
  country: z
    .string()
    .transform((code, context): string | null => {
      const country = toCountry(code);
      if (country !== undefined) return country;
      context.addIssue({ code: "custom", message: "country must be two letters of ISO 3166-1 such as CH" });
      return z.NEVER;
    })
    .optional(),
  region: plain(100).optional(),
  city: plain(100).optional(),
  /** Organization and number of the autonomous system; its type follows from them. */
  network: plain(200).optional(),
  asn: z.int().min(1).max(4_294_967_295).optional(),
});

export type Incoming = z.infer<typeof incomingSchema>;

/** Fields that say what a browser cannot be trusted to say of itself. */
export const KEYED_FIELDS = [
  "event_time",
  "visit",
  "ip",
  "user_agent",
  "country",
  "region",
  "city",
  "network",
  "asn",
] as const;

/** ms since 1970 of an ISO 8601 text; UTC where it names no offset. */
export function timeOf(text: string): number {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) || text.length <= 10 ? text : `${text}Z`;
  return Date.parse(zoned.replace(" ", "T"));
}
