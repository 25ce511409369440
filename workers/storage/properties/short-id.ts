// Ids that people read and that appear in pages.

/** 32 digits and letters that are not confused when read aloud; five bits choose one. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Ten characters, 50 bits: short in a tag, and infeasible to guess. */
export function createShortId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => ALPHABET[byte & 31]).join("");
}
