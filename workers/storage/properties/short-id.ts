// Ids that people read and pages carry.

/** Digits and letters that are not mistaken for one another when read aloud: 32, so that five bits choose one. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Ten characters, 50 bits: short in a tag, not to be guessed by trying. */
export function createShortId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => ALPHABET[byte & 31]).join("");
}
