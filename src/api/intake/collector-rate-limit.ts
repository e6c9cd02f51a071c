import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';

type Collector = Pick<Document<CollectorBody>, 'id' | 'body'>;

/**
 * The rates that people set on collectors, as token buckets of events: `limit` in `perMs`, as many at once after a quiet
 * time. A request gets in while anything is left and may overdraw, which is waited for afterwards: so it is refused
 * before it is read, and one that is larger than the limit can come in at all.
 */
export function collectorRates(now: () => number) {
  const buckets = new Map<string, { level: number; at: number }>();

  function levelOf({ id, body: { rate } }: Collector): number {
    if (rate === null) return Number.POSITIVE_INFINITY;
    const { limit, perMs } = rate;
    const bucket = buckets.get(id);
    return bucket === undefined ? limit : Math.min(limit, bucket.level + ((now() - bucket.at) * limit) / perMs);
  }

  return {
    /** How long the collector must wait, in ms; 0: it may send. */
    waitMs(collector: Collector): number {
      const missing = 1 - levelOf(collector);
      const { rate } = collector.body;
      return rate === null || missing <= 0 ? 0 : (missing * rate.perMs) / rate.limit;
    },
    spend(collector: Collector, events: number): void {
      if (collector.body.rate === null) return;
      buckets.set(collector.id, { level: levelOf(collector) - events, at: now() });
    },
  };
}
