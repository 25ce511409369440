// The hash of texts that says where something belongs: to a shard, a portion or a part.

/**
 * Two 32-bit hashes of a text: cyrb53's mixing with both halves kept whole.
 * Source: https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js (public domain).
 */
export function hash64(text: string): [high: number, low: number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  const low = a >>> 0;
  return [b >>> 0, low === 0 ? 1 : low];
}
