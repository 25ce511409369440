// The keyed hash of which visitor ids and keys are made: HMAC-SHA-256 (RFC 2104), cut to 96 bits. Computed in JavaScript:
// for texts this short, a call into the runtime's own crypto costs more than the hash.
import { type _HMAC as Hmac, hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

/** One for all: to make one costs as much as the hash. */
const encoder = new TextEncoder();

type Sha256 = ReturnType<typeof sha256.create>;

/** Hashes that have taken in a secret, which is half of the work: a few secrets make nearly all ids. */
const keyed = new Map<string, Hmac<Sha256>>();
const MOST_SECRETS = 50;

const begin = (secret: Uint8Array): Hmac<Sha256> => hmac.create(sha256, secret) as unknown as Hmac<Sha256>;

/** Where a hash is worked out: its 300 bytes are not made anew for each. */
const scratch = begin(new Uint8Array(1));

/** @returns the scratch hash: nobody else may use it before it is digested. */
function hashUnder(secret: string): Hmac<Sha256> {
  let known = keyed.get(secret);
  if (!known) {
    if (keyed.size >= MOST_SECRETS) keyed.clear();
    known = begin(encoder.encode(secret));
    keyed.set(secret, known);
  }
  return known._cloneInto(scratch);
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** 96 bits: four groups of three bytes, each four digits. */
const BYTES = 12;

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < BYTES; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text += DIGITS[group >> 18]! + DIGITS[(group >> 12) & 63]! + DIGITS[(group >> 6) & 63]! + DIGITS[group & 63]!;
  }
  return text;
}

const digest = (secret: string, text: string): Uint8Array => hashUnder(secret).update(encoder.encode(text)).digest();

/** 16 characters of base64url (RFC 4648 §5). */
export const keyedHash = (secret: string, text: string): string => toBase64Url(digest(secret, text));

/** The first eight bits of the hash. */
export const keyedByte = (secret: string, text: string): number => digest(secret, text)[0]!;

/** Forgets all secrets: whoever destroys one calls this, so that it does not live on here. */
export const forgetSecrets = (): void => keyed.clear();
