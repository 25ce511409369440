// A bounded memory of a pure function's answers. The same few thousand user agents and referrers come again and again.

/**
 * The same function, which keeps between `limit` and twice `limit` answers. Two generations: when the young one is full
 * it becomes the old one, and what is asked for again moves over. No clock and no list to keep in order.
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
