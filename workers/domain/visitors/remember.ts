// A bounded cache for a pure function. The same few thousand user agents and referrers occur again and again.

/**
 * The same function with a cache of `limit` to twice `limit` results. It has two generations: a full young one becomes
 * the old one, and entries that are used again move to the young one. Needs neither a clock nor a sorted list.
 */
export function remembered<Answer>(ask: (key: string) => Answer, limit: number): (key: string) => Answer {
  let young = new Map<string, Answer>();
  let old = new Map<string, Answer>();
  return (key) => {
    const known = young.get(key);
    if (known !== undefined) return known;
    const aged = old.get(key);
    const answer = aged === undefined ? ask(key) : aged;
    if (young.size >= limit) {
      old = young;
      young = new Map();
    }
    young.set(key, answer);
    return answer;
  };
}
