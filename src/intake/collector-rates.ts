import { type Bucket, type BucketRate, levelAt, recentKeys } from '../async/rate-limiter.ts';
import type { CollectorBody } from '../contract/documents/collector.ts';
import { AppError } from '../contract/errors.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';

type Collector = Document<CollectorBody>;

const bucketsMax = 20_000;

/** A request counts as one event for each 4 KiB after decompression, if that is more than the events it has. */
const bytesPerEvent = 4_096;

/** What a request of this size counts as, at least. */
export const eventsBySize = (bytes: number): number => Math.ceil(bytes / bytesPerEvent) || 1;

/**
 * The rate limits of collectors, as token buckets of events: `limit` in `perMs`, with a burst of the same size. A
 * request is accepted while the bucket is not empty and may overdraw it; later requests wait longer. So a request is
 * refused before it is read, and a request larger than the limit is still possible. Of nodes that share a database each
 * accepts its share; `nodes`: how many live.
 */
export function collectorRates(now: () => number, nodes: () => number) {
  const buckets = recentKeys<Bucket>(bucketsMax);
  return {
    /** Throws AppError `rate_limited`, with the wait as Retry-After, when the limit is used up. */
    check({ id, body: { rate } }: Collector, headers: Record<string, string>): void {
      if (rate === null) return;
      const { limit, perMs } = shareOf(rate, nodes());
      const missing = 1 - levelAt(buckets.get(id), now(), { limit, perMs });
      if (missing <= 0) return;
      headers['retry-after'] = String(Math.ceil((missing * perMs) / limit / 1_000));
      throw new AppError('rate_limited', 'The rate limit of the collector is exceeded.');
    },
    /** A negative number returns events that were spent but not stored. */
    spend({ id, body: { rate } }: Collector, events: number): void {
      if (rate === null) return;
      buckets.set(id, { level: levelAt(buckets.get(id), now(), shareOf(rate, nodes())) - events, at: now() });
    },
  };
}

/** As fast as an equal part of the rate, with room for one event at least. */
function shareOf(rate: BucketRate, nodes: number): BucketRate {
  if (nodes === 1) return rate;
  const limit = Math.max(1, rate.limit / nodes);
  return { limit, perMs: (rate.perMs * limit * nodes) / rate.limit };
}
