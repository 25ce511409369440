// Names of time zones: each zone is stored under its canonical IANA name, whichever of its names a caller uses.
import { ZONE_NAMES } from "./zone-table";

let names: Map<string, string> | undefined;

/** Names are told apart neither by case nor by a space in place of the underscore. */
const keyOf = (name: string): string => name.trim().toLowerCase().replaceAll(" ", "_");

/** Canonical names by all names that zones have, in lower case. */
export function zonesByName(): ReadonlyMap<string, string> {
  names ??= new Map(
    ZONE_NAMES.split(/;\n?/).flatMap((zone) => {
      const [name = "", aliases = ""] = zone.split("=");
      return [name, ...aliases.split(" ").filter(Boolean)].map((known) => [keyOf(known), name]);
    }),
  );
  return names;
}

/** The runtime's own spelling of a name; null for a zone that it does not know. */
function askRuntime(name: string): string | null {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** Asia/Calcutta → Asia/Kolkata. A name that the table does not have stays as it is. */
export const canonicalZone = (name: string): string => zonesByName().get(keyOf(name)) ?? name;

/** Canonical names of all zones. */
export const canonicalZones = (): string[] => [...new Set(zonesByName().values())];

/**
 * The canonical name of the zone that a caller names; null for a name of no zone. The runtime must know it, because it
 * does the calculations. It may know zones that are newer than the table. An offset such as +05:30 is not a zone: it
 * knows no daylight saving time.
 */
export function findZone(name: string): string | null {
  const canonical = zonesByName().get(keyOf(name));
  if (canonical) return [canonical, name.trim()].find((known) => askRuntime(known) !== null) ?? null;
  // SystemV/EST5 is a leftover of ICU that other engines refuse.
  return /^(?!systemv\/)[a-z]\w*\//i.test(name.trim()) ? askRuntime(name.trim()) : null;
}
