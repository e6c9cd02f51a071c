/**
 * A cache of computed values for what is asked for again and again: at least the `keptMin` values asked for last are kept, at
 * most twice as many. What is in use is never emptied at once: values that are asked for move to the younger generation, and
 * the older one is dropped when the younger is full.
 */
export function recentValues<K, V>(keptMin: number, compute: (key: K) => V): (key: K) => V {
  const recent = recentMap<K, V>(keptMin);
  return (key) => recent(key, compute);
}

/** Like `recentValues`, with a function for each call that computes the value when it is not kept. */
export function recentMap<K, V>(keptMin: number): (key: K, compute: (key: K) => V) => V {
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  return (key, compute) => {
    const known = young.get(key);
    if (known !== undefined || young.has(key)) return known as V; // the value of a key that is there
    const before = old.get(key);
    const value = before === undefined && !old.has(key) ? compute(key) : (before as V); // likewise
    if (young.size >= keptMin) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
    return value;
  };
}
