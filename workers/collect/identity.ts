// Identity: the first-party id of a browser, if the owner allows one to be stored.
import { createHash } from "node:crypto";
import type { Envelope } from "../domain/events/beacon";
import type { StoredVisitor } from "../domain/events/event";
import type { Property } from "../domain/properties/property";
import { localDate } from "../domain/time/zone";

/** The tracker's ids begin with the time (ms, base 36) at which they were made. */
const MADE = /^([0-9a-z]{8})\./;

/** The property's date on which an id was made; empty if the id does not contain it. */
function dateOf(id: string, timezone: string): string {
  const made = MADE.exec(id)?.[1];
  return made === undefined ? "" : localDate(Number.parseInt(made, 36), timezone);
}

/**
 * The visitor of a stored id: a hash under the property's own id, because the raw one is nobody's business. Null for
 * cookieless visitors, and for all of them where the owner wants nothing stored.
 */
export function storedVisitorOf(
  beacon: Pick<Envelope, "v" | "n">,
  { site_id, timezone, privacy }: Property,
): StoredVisitor | null {
  if (privacy.storage !== "local" || beacon.v === undefined) return null;
  const hash = createHash("sha256").update(`${site_id}\nstored\n${beacon.v}`).digest("base64url").slice(0, 16);
  return { id: `s_${hash}`, made: dateOf(beacon.v, timezone), isNew: beacon.n === 1 };
}
