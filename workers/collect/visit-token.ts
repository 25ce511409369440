// The visit token: by it a server's event joins the visitor of a page. A page asks for it, because only a request of the
// visitor's own browser says who they are; the server shows it with a key. It is encrypted, because it holds address and
// agent, of which the hub makes the visitor's id. The key needs AUTH_SECRET and the random secret of the hour in which the
// token was made. The secret of an hour is destroyed 48 hours after the hour is over, so nobody can read an address later
// than 49 hours after the request that sent it, not even the owner who kept every token and AUTH_SECRET. The secret of a
// local date would not do: it is destroyed 48 hours after its first use, which is 24 hours after a token of the late evening.
import type { Envelope } from "../domain/events/beacon";
import type { Sighting } from "../domain/events/event";
import type { Property } from "../domain/properties/property";
import { Problem } from "../domain/requests/problem";
import { existingTokenSecret, SECRET_LIFE, tokenSecretFor } from "../storage/visitors/secrets";
import { storedVisitorOf } from "./identity";
import type { Visitor } from "./visitor";

const HOUR = 3_600_000;
/** A token begins with its hour (hours since 1970, big-endian), then the initialization vector. */
const HOUR_BYTES = 4;
const IV_BYTES = 12;
const HEAD_BYTES = HOUR_BYTES + IV_BYTES;

/** All that identifies a visitor to the hub. */
export type VisitorKeys = Pick<Sighting, "address" | "agent" | "stored" | "user_id">;

interface Content {
  site_id: string;
  /** ms since 1970. */
  expires: number;
  keys: VisitorKeys;
}

/** The keys of a page's visitor: the same as the page's own events have. */
export function visitorKeysOf(
  visitor: Visitor,
  said: Pick<Envelope, "c" | "v" | "n">,
  property: Property,
): VisitorKeys {
  const stored = storedVisitorOf(said, property);
  return {
    address: visitor.address,
    agent: visitor.agent,
    user_id: said.c ?? null,
    // The id is new in the page's own beacon, not in what a server sends later.
    ...(stored && { stored: { ...stored, isNew: false } }),
  };
}

type TokenEnv = Pick<Cloudflare.Env, "AUTH_SECRET" | "DB">;

interface SealKey {
  master: string;
  secret: string;
  key: Promise<CryptoKey>;
}

/** Keys by hour: to derive one takes longer than to open a token. */
const known = new Map<number, SealKey>();

const isOver = (hour: number, now: number): boolean => (hour + 1) * HOUR + SECRET_LIFE <= now;

async function deriveKey(master: string, secret: string): Promise<CryptoKey> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const base = await crypto.subtle.importKey("raw", bytes(master), "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: bytes(secret), info: bytes("trackkit visit token") };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function keyOf(master: string, secret: string, hour: number, now: number): Promise<CryptoKey> {
  let found = known.get(hour);
  if (found?.master !== master || found.secret !== secret) {
    for (const old of known.keys()) if (isOver(old, now)) known.delete(old);
    found = { master, secret, key: deriveKey(master, secret) };
    known.set(hour, found);
  }
  return found.key;
}

/** @throws when D1 has to be asked for the secret of the hour and does not answer. */
export async function signVisit(env: TokenEnv, siteId: string, keys: VisitorKeys, now: number): Promise<string> {
  const hour = Math.floor(now / HOUR);
  const key = await keyOf(env.AUTH_SECRET, await tokenSecretFor(env.DB, hour, now), hour, now);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(hour);
  const iv = crypto.getRandomValues(head.subarray(HOUR_BYTES));
  const content: Content = { site_id: siteId, expires: now + SECRET_LIFE, keys };
  const text = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text);
  return Buffer.concat([head, new Uint8Array(sealed)]).toString("base64url");
}

async function read(env: TokenEnv, token: string, now: number): Promise<Content | "expired" | null> {
  // Decoding passes over characters that no token has: two spellings of one token would be valid.
  if (!/^[\w-]+$/.test(token)) return null;
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length <= HEAD_BYTES) return null;
  const hour = bytes.readUInt32BE();
  // The clocks of two machines differ a little.
  if (hour > Math.floor(now / HOUR) + 1) return null;
  const secret = await existingTokenSecret(env.DB, hour, now);
  if (secret === null) return "expired";
  const how = { name: "AES-GCM", iv: bytes.subarray(HOUR_BYTES, HEAD_BYTES) };
  try {
    const key = await keyOf(env.AUTH_SECRET, secret, hour, now);
    return JSON.parse(
      new TextDecoder().decode(await crypto.subtle.decrypt(how, key, bytes.subarray(HEAD_BYTES))),
    ) as Content;
  } catch {
    return null;
  }
}

/**
 * The visitor of an event's token; null when the event has none.
 * @throws Problem invalid.
 * @throws when D1 has to be asked for the secret of the token's hour and does not answer.
 */
export async function openVisit(
  env: TokenEnv,
  siteId: string,
  token: string | null | undefined,
  now: number,
): Promise<VisitorKeys | null> {
  if (token === undefined || token === null) return null;
  const content = await read(env, token, now);
  if (!content) throw new Problem("invalid", "visit must be a token that trackkit.visit() returned");
  if (content === "expired" || content.expires <= now)
    throw new Problem("invalid", "visit has expired: a token is valid for 48 hours");
  if (content.site_id !== siteId) throw new Problem("invalid", "visit must be a token of the event's property");
  return content.keys;
}
