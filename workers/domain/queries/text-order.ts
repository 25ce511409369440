// The order of texts in answers: by code point, as SQLite orders them. JavaScript compares UTF-16, where an emoji comes before
// U+FF21 (full-width A), because its surrogates do.

/** Puts surrogates behind all other units, where the code points that they stand for are. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Negative if the first text comes first, 0 if they are equal. */
export function compareTexts(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [one.charCodeAt(i), other.charCodeAt(i)];
    if (a !== b) return rankOf(a) - rankOf(b);
  }
  return one.length - other.length;
}
