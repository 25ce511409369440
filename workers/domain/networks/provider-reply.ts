// Reads the facts about an address from a provider's reply. Replies are untrusted: every field must have the expected form,
// and a reply with one invalid field is rejected as a whole.
import { toCleanText } from "../requests/text";
import { toCountry } from "../visitors/country";
import { isSameAddress, namedPrefix } from "../visitors/prefix";
import type { Found } from "./enrichment";
import type { NetworkType } from "./network";
import { networkTypeFor } from "./network-type";
import { type ProviderFields, TYPE_WORDS } from "./provider-fields";

export type Reading =
  | { kind: "found"; found: Found; prefix: string | null }
  /** The provider has no facts about the address, which may be a reserved one. */
  | { kind: "nothing" }
  | { kind: "lie"; reason: string };

/** Longest text stored: 500 addresses must fit into a step's result of 1 MiB. */
const MAX_TEXT = { network: 100, region: 60, city: 60 } as const;
const MAX_ASN = 2 ** 32 - 1;

function valueAt(record: unknown, path: string): unknown {
  let value = record;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Reads the fields of one reply and records the first problem. */
function readerOf(record: unknown, fields: ProviderFields) {
  const lies: string[] = [];
  /** The first value that `accept` returns. Undefined continues with the next path; null marks the reply as invalid. */
  function first<T>(
    name: Exclude<keyof ProviderFields, "words">,
    wanted: string,
    accept: (value: unknown) => T | undefined | null,
  ) {
    for (const path of fields[name] ?? []) {
      const value = valueAt(record, path);
      if (value === undefined || value === null || value === "") continue;
      const accepted = accept(value);
      if (accepted === null) lies.push(`${path} is no ${wanted}`);
      else if (accepted !== undefined) return accepted;
    }
    return null;
  }
  const isText = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    lies,
    text: (name: "ip" | "network" | "region" | "city" | "type" | "prefix") => first(name, "text", isText),
    flag: (name: "hosting") => first(name, "boolean", (value) => (typeof value === "boolean" ? value : null)) === true,
    country: () =>
      first("country", "country of two letters", (value) => {
        // An unassigned two-character code is ignored, but is not an error of the provider.
        if (typeof value !== "string" || !/^[a-z][a-z1]$/i.test(value)) return null;
        return toCountry(value) ?? undefined;
      }),
    asn: () =>
      first("asn", "AS number", (value) => {
        // `AS15169 Google LLC` in a field that may also contain only a name.
        const written = typeof value === "string" ? /^(?:AS)?(\d{1,10})\b/i.exec(value)?.[1] : undefined;
        if (typeof value === "string" && written === undefined) return undefined;
        const asn = written === undefined ? value : Number(written);
        return typeof asn === "number" && Number.isInteger(asn) && asn > 0 && asn <= MAX_ASN ? asn : null;
      }),
  };
}

/**
 * The facts in a reply about an address. The network type is the provider's if it uses a known word, otherwise it is
 * derived from the AS number and the organization.
 */
export function readReply(record: unknown, ip: string, fields: ProviderFields): Reading {
  if (typeof record !== "object" || record === null || Array.isArray(record))
    return { kind: "lie", reason: "reply is no JSON object" };
  const reader = readerOf(record, fields);
  const about = reader.text("ip");
  if (about !== null && !isSameAddress(about, ip)) return { kind: "lie", reason: "reply is about another address" };
  const asn = reader.asn();
  const network = toCleanText(reader.text("network")?.replace(/^AS\d+\b/i, ""), MAX_TEXT.network);
  const country = reader.country();
  const region = toCleanText(reader.text("region"), MAX_TEXT.region);
  const city = toCleanText(reader.text("city"), MAX_TEXT.city);
  const word = reader.text("type")?.toLowerCase() ?? "";
  const isHosting = reader.flag("hosting");
  const prefix = reader.text("prefix");
  if (reader.lies.length > 0) return { kind: "lie", reason: `reply is wrong: ${reader.lies[0]}` };
  const words: Record<string, NetworkType> = { ...TYPE_WORDS, ...fields.words };
  const named = isHosting ? "hosting" : Object.hasOwn(words, word) ? words[word]! : null;
  const network_type = named ?? networkTypeFor(asn, network);
  const found: Found = { network, network_type, asn, country, region, city };
  if (Object.values(found).every((value) => value === null))
    return about === null ? { kind: "lie", reason: "reply has none of the fields" } : { kind: "nothing" };
  return { kind: "found", found, prefix: prefix === null ? null : namedPrefix(ip, prefix) };
}
