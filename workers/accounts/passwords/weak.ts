// Refuses passwords that are easy to guess: common ones, and common ones with a few characters added.
import { COMMON_PASSWORDS } from "./common-passwords";

let common: Set<string> | null = null;
/** Built when somebody chooses a password, which is rare. */
const commonPasswords = (): Set<string> => {
  common ??= new Set(COMMON_PASSWORDS.split(" "));
  return common;
};

/** Keys in rows and columns, letters and digits, each also backwards. A part of one of them is no password. */
const ROWS = [
  "01234567890123456789012345678901234567890",
  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
  "1234567890qwertyuiopasdfghjklzxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "azertyuiopqsdfghjklmwxcvbn",
  "qwertzuiopasdfghjklyxcvbnm",
].flatMap((row) => [row, [...row].reverse().join("")]);

const FEWEST_CHARACTERS = 5;
/** What people add to a common password to make it long enough. */
const MOST_ADDED = 8;

const isRow = (text: string): boolean => ROWS.some((row) => row.includes(text));
const isRepeated = (text: string): boolean => /^(.{1,8}?)\1+$/s.test(text);

/** Letters that are often written as digits or signs. */
const SPELLED: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
};
const unspelled = (text: string): string => text.replace(/[013457@$]/g, (sign) => SPELLED[sign] ?? sign);

/** True if the text is a common password between a few digits and signs. */
function isPadded(text: string, words: { has(word: string): boolean }): boolean {
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const added = text.length - core.length;
  return core.length >= 4 && (added <= MOST_ADDED || isRow(text.replace(core, ""))) && words.has(core);
}

/**
 * Why the password is too easy to guess; null if it is not. A sentence without its subject, "password".
 * @param own words that a stranger knows about the user: their name and address.
 */
export function faultOfPassword(password: string, own: readonly string[] = []): string | null {
  const text = password.toLowerCase();
  const words = commonPasswords();
  const isCommon = [text, unspelled(text)].some(
    (spelling) =>
      words.has(spelling) || isPadded(spelling, words) || (isTwice(spelling) && words.has(halfOf(spelling))),
  );
  if (isCommon) return "is one of the most common passwords, or one with a few characters added; choose another";
  if (new Set(text).size < FEWEST_CHARACTERS || isRepeated(text) || isRow(text))
    return "is a sequence or a repetition, which is easy to guess; choose another";
  const known = new Set(
    [...own, "trackkit"].flatMap((word) => [word, ...word.split("@"), ...word.split(/[@\s.+_-]+/)]).map(lower),
  );
  if (known.has(text) || isPadded(text, known))
    return "contains little more than a name that others know; choose another";
  return null;
}

const lower = (text: string): string => text.toLowerCase();
const halfOf = (text: string): string => text.slice(0, text.length / 2);
const isTwice = (text: string): boolean => text.length % 2 === 0 && halfOf(text).repeat(2) === text;
