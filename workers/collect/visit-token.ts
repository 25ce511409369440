// The visit token: by it a server's event joins the visitor of a page. A page asks for it, because only a request of the
// visitor's own browser says who they are; the server shows it with a key. It is encrypted, because it holds what the hub
// makes the visitor's id of, and is valid for as long as the hub can make that id.
import type { Envelope } from "../domain/events/beacon";
import type { Sighting } from "../domain/events/event";
import type { Property } from "../domain/properties/property";
import { Problem } from "../domain/requests/problem";
import { storedVisitorOf } from "./identity";
import type { Visitor } from "./visitor";

/** ms. The salts of visitor ids live as long. */
const LIFE = 48 * 3_600_000;
const IV_BYTES = 12;

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

type TokenEnv = Pick<Cloudflare.Env, "AUTH_SECRET">;

/** The key of the last secret: deriving it takes longer than opening a token. */
let known: { secret: string; key: Promise<CryptoKey> } | undefined;

async function deriveKey(secret: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode("trackkit visit token");
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info };
  return crypto.subtle.deriveKey(how, master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function keyOf({ AUTH_SECRET: secret }: TokenEnv): Promise<CryptoKey> {
  if (known?.secret !== secret) known = { secret, key: deriveKey(secret) };
  return known.key;
}

export async function signVisit(env: TokenEnv, siteId: string, keys: VisitorKeys, now: number): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const content: Content = { site_id: siteId, expires: now + LIFE, keys };
  const text = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(env), text);
  return Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64url");
}

async function read(env: TokenEnv, token: string): Promise<Content | null> {
  // Decoding passes over characters that no token has: two spellings of one token would be valid.
  if (!/^[\w-]+$/.test(token)) return null;
  const bytes = Buffer.from(token, "base64url");
  const how = { name: "AES-GCM", iv: bytes.subarray(0, IV_BYTES) };
  try {
    const text = await crypto.subtle.decrypt(how, await keyOf(env), bytes.subarray(IV_BYTES));
    return JSON.parse(new TextDecoder().decode(text)) as Content;
  } catch {
    return null;
  }
}

/** The visitor of an event's token; null when the event has none. @throws Problem invalid. */
export async function openVisit(
  env: TokenEnv,
  siteId: string,
  token: string | null | undefined,
  now: number,
): Promise<VisitorKeys | null> {
  if (token === undefined || token === null) return null;
  const content = await read(env, token);
  if (!content) throw new Problem("invalid", "visit must be a token that trackkit.visit() returned");
  if (content.site_id !== siteId) throw new Problem("invalid", "visit must be a token of the event's property");
  if (content.expires <= now) throw new Problem("invalid", "visit has expired: a token is valid for 48 hours");
  return content.keys;
}
