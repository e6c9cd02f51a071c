import type { ConnectionBody } from '../../contract/documents/connection.ts';

/**
 * What an exchange says about its peer: it responded well, it responded with an error of its own, or it did not
 * respond.
 */
export type Sign = 'good' | 'bad' | 'unreachable';

type BreakerSettings = ConnectionBody['settings']['breaker'];

export type Breaker = ReturnType<typeof createBreaker>;

const unreachableMost = 5;
const buckets = 10;

/**
 * Counts the exchanges of one connection and decides when to hold it: after five exchanges in a row
 * without a response, or when at least `minimum` exchanges within `windowMs` have a share of failures of at least
 * `failureRatio`. The window moves in tenths.
 */
export function createBreaker() {
  const counts = Array.from({ length: buckets }, () => ({ tenth: -1, all: 0, failed: 0 }));
  let inRow = 0;

  function reset() {
    inRow = 0;
    for (const count of counts) count.tenth = -1;
  }

  return {
    /** Returns the reason why it trips now, or null. */
    record(sign: Sign, now: number, { failureRatio, minimum, windowMs }: BreakerSettings): string | null {
      inRow = sign === 'unreachable' ? inRow + 1 : 0;
      const tenth = Math.floor(now / (windowMs / buckets));
      const count = counts[tenth % buckets];
      if (count === undefined) return null;
      if (count.tenth !== tenth) Object.assign(count, { tenth, all: 0, failed: 0 });
      count.all += 1;
      if (sign === 'good') return null;
      count.failed += 1;
      if (inRow >= unreachableMost) return `The last ${inRow} requests got no response.`;
      const recent = counts.filter((one) => one.tenth > tenth - buckets && one.tenth <= tenth);
      const all = recent.reduce((sum, one) => sum + one.all, 0);
      const failed = recent.reduce((sum, one) => sum + one.failed, 0);
      return all >= minimum && failed / all >= failureRatio ? `${failed} of the last ${all} requests failed.` : null;
    },
    /** The connection works again: earlier exchanges no longer count. */
    reset,
  };
}
