// The keyed hash equals the runtime's own HMAC-SHA-256.
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keyedByte, keyedHash } from "../../../workers/domain/visitors/keyed-hash";

const text = fc.string({ unit: "binary", maxLength: 300 });
/** Half of a surrogate pair is no text that either side could write as UTF-8 alike. */
const isWellFormed = (value: string): boolean => value.isWellFormed();

test("the hash is HMAC-SHA-256, cut to 96 bits, whatever secret and text", () => {
  fc.assert(
    fc.property(text.filter(isWellFormed), text.filter(isWellFormed), (secret, value) => {
      const bytes = createHmac("sha256", secret).update(value).digest();
      expect(keyedHash(secret, value)).toBe(bytes.subarray(0, 12).toString("base64url"));
      expect(keyedByte(secret, value)).toBe(bytes[0]);
    }),
  );
});

test("more secrets than are remembered give the same hashes again", () => {
  const secrets = Array.from({ length: 120 }, (_, n) => `secret ${n}`);
  const first = secrets.map((secret) => keyedHash(secret, "somebody"));
  expect(secrets.map((secret) => keyedHash(secret, "somebody"))).toEqual(first);
  expect(new Set(first).size).toBe(secrets.length);
});
