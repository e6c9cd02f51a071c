import { type Bucket, levelAt, recentKeys } from '../../async/rate-limiter.ts';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';

type Collector = Pick<Document<CollectorBody>, 'id' | 'body'>;

const bucketsMax = 20_000;

/**
 * The rate limits of collectors, as token buckets of events: `limit` in `perMs`, with a burst of the same size. A
 * request is accepted while the bucket is not empty and may overdraw it; later requests wait longer. So a request is
 * refused before it is read, and a request larger than the limit is still possible.
 */
export function collectorRates(now: () => number) {
  const buckets = recentKeys<Bucket>(bucketsMax);

  function change({ id, body: { rate } }: Collector, events: number): void {
    if (rate !== null) buckets.set(id, { level: levelAt(buckets.get(id), now(), rate) + events, at: now() });
  }

  return {
    /** How long the collector must wait, in ms; 0: not at all. */
    waitMs({ id, body: { rate } }: Collector): number {
      if (rate === null) return 0;
      const missing = 1 - levelAt(buckets.get(id), now(), rate);
      return missing <= 0 ? 0 : (missing * rate.perMs) / rate.limit;
    },
    spend: (collector: Collector, events: number): void => change(collector, -events),
    /** Returns events that were spent but not stored. */
    refund: (collector: Collector, events: number): void => change(collector, events),
  };
}
