// Cleans text from untrusted callers before it is stored.

/**
 * The text without control characters and lone surrogates, trimmed, with at most `max` UTF-16 units; null if nothing is
 * left. Control characters would break exports and logs, and lone surrogates have no UTF-8 encoding.
 */
export function toCleanText(text: string | null | undefined, max: number): string | null {
  if (!text) return null;
  const clean = text
    .replace(/\p{Cc}/gu, " ")
    .toWellFormed()
    .trim()
    .slice(0, max);
  // The limit may have cut a surrogate pair.
  return clean.replace(/[\ud800-\udbff]$/, "").trimEnd() || null;
}
