import { seededRandom } from '../../../src/cli/demo/random.ts';

/** Random choices of one concern. Each concern has its own, so that the pace of one does not change those of another. */
export type Draw = {
  /** A number from 0 to 1. */
  next(): number;
  chance(share: number): boolean;
  /** An integer; both ends are possible. */
  between(least: number, most: number): number;
  pick<T>(some: readonly T[]): T;
  /** Picks by weight. */
  weighted<T extends { weight: number }>(some: readonly T[]): T;
  /** Choices of another concern. */
  fork(name: string): Draw;
};

export function drawFrom(seed: number): Draw {
  const next = seededRandom(seed);
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const pick = <T>(some: readonly T[]): T => {
    const found = some[between(0, some.length - 1)];
    if (found === undefined) throw new Error('There is nothing to pick from.');
    return found;
  };
  return {
    next,
    chance: (share) => next() < share,
    between,
    pick,
    weighted(some) {
      let left = next() * some.reduce((sum, { weight }) => sum + weight, 0);
      for (const one of some) {
        left -= one.weight;
        if (left < 0) return one;
      }
      return pick(some);
    },
    fork: (name) => drawFrom(hashOf(`${seed} ${name}`)),
  };
}

/** FNV-1a of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
