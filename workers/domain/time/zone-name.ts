// Names of time zones. Each zone is stored under its canonical IANA name, whichever of its names a caller uses.
import { ZONE_NAMES } from "./zone-table";

let names: Map<string, string> | undefined;

/** Ignores case, and accepts a space instead of the underscore. */
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

/** The runtime's own spelling of a name; null for an unknown zone. */
function askRuntime(name: string): string | null {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** Asia/Calcutta → Asia/Kolkata. A name missing in the table stays as it is. */
export const canonicalZone = (name: string): string => zonesByName().get(keyOf(name)) ?? name;

/** Canonical names of all zones. */
export const canonicalZones = (): string[] => [...new Set(zonesByName().values())];

/**
 * The canonical name of a caller's zone; null if no zone has the name. The runtime must know it, because it does the
 * calculations. It may know zones that are newer than the table. An offset such as +05:30 is not a zone: it has no
 * daylight saving time.
 */
export function findZone(name: string): string | null {
  const canonical = zonesByName().get(keyOf(name));
  if (canonical) return [canonical, name.trim()].find((known) => askRuntime(known) !== null) ?? null;
  // SystemV/EST5 is a leftover of ICU that other engines reject.
  return /^(?!systemv\/)[a-z]\w*\//i.test(name.trim()) ? askRuntime(name.trim()) : null;
}
