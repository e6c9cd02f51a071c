import type { ConnectionBody } from '../../contract/documents/connection.ts';

/** How an exchange speaks of its peer: it answered, it answered that it is broken, or there was no answer at all. */
export type Sign = 'good' | 'bad' | 'unreachable';

type BreakerSettings = ConnectionBody['settings']['breaker'];

/** Remembers how the exchanges of one connection went, and says when it should rest. */
export type Breaker = {
  /** Answers in words why it trips now, or null. */
  record(sign: Sign, now: number, settings: BreakerSettings): string | null;
  /** It works again: what was before counts no more. */
  reset(): void;
};

const unreachableMost = 5;
const buckets = 10;

/**
 * Trips after five exchanges in a row without an answer, or when of at least `minimum` exchanges within `windowMs` the
 * share `failureRatio` failed. The window moves in tenths.
 */
export function createBreaker(): Breaker {
  const counts = Array.from({ length: buckets }, () => ({ tenth: -1, all: 0, failed: 0 }));
  let inRow = 0;

  function reset() {
    inRow = 0;
    for (const count of counts) count.tenth = -1;
  }

  return {
    record(sign, now, { failureRatio, minimum, windowMs }) {
      inRow = sign === 'unreachable' ? inRow + 1 : 0;
      const tenth = Math.floor(now / (windowMs / buckets));
      const count = counts[tenth % buckets];
      if (count === undefined) return null;
      if (count.tenth !== tenth) Object.assign(count, { tenth, all: 0, failed: 0 });
      count.all += 1;
      if (sign === 'good') return null;
      count.failed += 1;
      if (inRow >= unreachableMost) return `The last ${inRow} requests got no answer.`;
      const recent = counts.filter((one) => one.tenth > tenth - buckets && one.tenth <= tenth);
      const all = recent.reduce((sum, one) => sum + one.all, 0);
      const failed = recent.reduce((sum, one) => sum + one.failed, 0);
      return all >= minimum && failed / all >= failureRatio ? `${failed} of the last ${all} requests failed.` : null;
    },
    reset,
  };
}
