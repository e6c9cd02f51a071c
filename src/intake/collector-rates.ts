import { type Bucket, levelAt, recentKeys } from '../async/rate-limiter.ts';
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
 * refused before it is read, and a request larger than the limit is still possible.
 */
export function collectorRates(now: () => number) {
  const buckets = recentKeys<Bucket>(bucketsMax);
  return {
    /** Throws AppError `rate_limited`, with the wait as Retry-After, when the limit is used up. */
    check({ id, body: { rate } }: Collector, headers: Record<string, string>): void {
      const missing = rate === null ? 0 : 1 - levelAt(buckets.get(id), now(), rate);
      if (rate === null || missing <= 0) return;
      headers['retry-after'] = String(Math.ceil((missing * rate.perMs) / rate.limit / 1_000));
      throw new AppError('rate_limited', 'The rate limit of the collector is exceeded.');
    },
    /** A negative number returns events that were spent but not stored. */
    spend({ id, body: { rate } }: Collector, events: number): void {
      if (rate !== null) buckets.set(id, { level: levelAt(buckets.get(id), now(), rate) - events, at: now() });
    },
  };
}
