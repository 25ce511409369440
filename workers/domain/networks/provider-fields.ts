// Maps the facts in a provider's reply: known services as data, others as JSON in the settings.
import { z } from "zod";
import { Problem } from "../requests/problem";
import { NETWORK_TYPES, type NetworkType } from "./network";

const path = z.string().min(1).max(100);
/**
 * One or several paths; the first one with a value counts. `as.name` is a nested field, `a.0` the first item of a list.
 */
const paths = z.union([path, z.array(path).min(1).max(12)]).transform((one) => (typeof one === "string" ? [one] : one));

const providerFields = z.strictObject({
  /** The address that the reply is about. Without this field, a reply about another address goes unnoticed. */
  ip: paths.optional(),
  network: paths.optional(),
  asn: paths.optional(),
  country: paths.optional(),
  region: paths.optional(),
  city: paths.optional(),
  /** The kind of network, in one of the known words. */
  type: paths.optional(),
  /** True if the address belongs to a hosting network. */
  hosting: paths.optional(),
  /** The network (CIDR) to which the facts apply. */
  prefix: paths.optional(),
  /** The service's own words for network types, in addition to the known ones. */
  words: z.record(z.string().max(60), z.enum(NETWORK_TYPES)).optional(),
});

export type ProviderFields = z.infer<typeof providerFields>;

/** Known words for network types: those of IPinfo, and MaxMind's user types. */
export const TYPE_WORDS: Readonly<Record<string, NetworkType>> = {
  business: "business",
  isp: "isp",
  hosting: "hosting",
  education: "education",
  government: "government",
  cellular: "isp",
  residential: "isp",
  consumer_privacy_network: "hosting",
  content_delivery_network: "hosting",
  search_engine_spider: "hosting",
  college: "education",
  school: "education",
  library: "education",
  military: "government",
};

export const FIELDS = {
  // https://ipinfo.io/developers: replies of the Lite, Core and Plus services and of the older one at ipinfo.io/{ip}.
  ipinfo: {
    ip: ["ip"],
    network: ["company.name", "as.name", "asn.name", "as_name", "org"],
    asn: ["as.asn", "asn.asn", "asn", "org"],
    country: ["geo.country_code", "country_code", "country"],
    region: ["geo.region", "region"],
    city: ["geo.city", "city"],
    type: ["company.type", "as.type", "asn.type"],
    hosting: ["is_hosting"],
    prefix: ["asn.route"],
  },
  // https://ip-api.com/docs/api:json
  "ip-api": {
    ip: ["query"],
    network: ["org", "isp", "as"],
    asn: ["as"],
    country: ["countryCode"],
    region: ["regionName"],
    city: ["city"],
    hosting: ["hosting"],
  },
  // MaxMind's GeoIP2 and GeoLite2 databases, those of DB-IP in the same format, and those of IPinfo.
  mmdb: {
    network: [
      "traits.organization",
      "traits.autonomous_system_organization",
      "organization",
      "autonomous_system_organization",
      "as_name",
      "name",
    ],
    asn: ["traits.autonomous_system_number", "autonomous_system_number", "asn"],
    country: ["country.iso_code", "country_code", "country"],
    region: ["subdivisions.0.names.en", "region"],
    city: ["city.names.en", "city"],
    type: ["traits.user_type", "user_type", "type"],
  },
} as const satisfies Record<string, { [K in Exclude<keyof ProviderFields, "words">]?: readonly string[] }>;

const KNOWN: Record<string, unknown> = FIELDS;

/** The fields of a setting: the name of a service, or JSON. @throws Problem for anything else. */
export function fieldsFor(setting: string): ProviderFields {
  const text = setting.trim();
  if (Object.hasOwn(KNOWN, text)) return providerFields.parse(KNOWN[text]);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Problem("invalid", `IP_PROVIDER_FIELDS must be ${Object.keys(FIELDS).join(", ")} or JSON`);
  }
  const { data, error } = providerFields.safeParse(json);
  if (data) return data;
  const [issue] = error.issues;
  throw new Problem(
    "invalid",
    `IP_PROVIDER_FIELDS is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.message}`,
  );
}
