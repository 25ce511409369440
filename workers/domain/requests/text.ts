// Text from strangers, made fit to keep.

/**
 * The text without control characters and lone surrogates, trimmed, with at most `max` UTF-16 units; null when nothing
 * is left. Control characters would break exports and logs, lone surrogates have no UTF-8.
 */
export function toCleanText(text: string | null | undefined, max: number): string | null {
  if (!text) return null;
  const clean = text
    .replace(/\p{Cc}/gu, " ")
    .toWellFormed()
    .trim()
    .slice(0, max);
  // The cut may have gone through a pair.
  return clean.replace(/[\ud800-\udbff]$/, "").trimEnd() || null;
}
