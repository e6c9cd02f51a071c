/** 64 bits, never all zero, that depend on every character of a seed (cyrb53's two lanes, public domain). */
export function seedWords(seed: string): [low: number, high: number] {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let i = 0; i < seed.length; i++) {
    const unit = seed.charCodeAt(i);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return [(low | 1) >>> 0, high >>> 0];
}
