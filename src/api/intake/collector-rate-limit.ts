import { type Bucket, levelAt, recentKeys } from '../../async/rate-limiter.ts';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';

type Collector = Pick<Document<CollectorBody>, 'id' | 'body'>;

const bucketsMax = 20_000;

/**
 * The rates that people set on collectors, as token buckets of events: `limit` in `perMs`, as many at once after a quiet
 * time. A request gets in while anything is left and may overdraw the bucket; later requests wait for that. So a request
 * is refused before it is read, and one that is larger than the limit can come in at all.
 */
export function collectorRates(now: () => number) {
  const buckets = recentKeys<Bucket>(bucketsMax);

  function change({ id, body: { rate } }: Collector, events: number): void {
    if (rate !== null) buckets.set(id, { level: levelAt(buckets.get(id), now(), rate) + events, at: now() });
  }

  return {
    /** How long the collector must wait, in ms; 0: it may send. */
    waitMs({ id, body: { rate } }: Collector): number {
      if (rate === null) return 0;
      const missing = 1 - levelAt(buckets.get(id), now(), rate);
      return missing <= 0 ? 0 : (missing * rate.perMs) / rate.limit;
    },
    spend: (collector: Collector, events: number): void => change(collector, -events),
    /** Events that were spent were not kept. */
    refund: (collector: Collector, events: number): void => change(collector, events),
  };
}
