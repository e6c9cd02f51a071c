import type { Db } from '../../../sqlite/db.ts';
import { statusCodes, statusOf } from '../../codec/status-codes.ts';
import { noCounts, type StatusCounts } from '../../journal.ts';
import { targetIds } from '../interned-ids.ts';
import { deliveryPartitions, deliveryTimeline, spansBetween } from '../timeline.ts';
import { type DeliveryListQuery, type Stream, streamsOf } from './delivery-streams.ts';

type CountQuery = Omit<DeliveryListQuery, 'limit' | 'before' | 'after' | 'createdAfter'> & {
  /** Starts of buckets, ascending. */
  edges: readonly number[];
  /** Where an earlier call ended; null: from the newest bucket on. */
  before: { bucket: number; number: number } | null;
  forMs: number;
};

/** `next`: where the next call continues, and the creation time of the last delivery counted; null at the end. */
export type Counted = { counts: StatusCounts[]; next: { bucket: number; number: number; timeMs: number } | null };

/** Numbers that one statement covers; then the time is checked. */
const numbersAtOnce = 20_000;

export const deliveryHistogramOperations = {
  countDeliveries(db: Db, query: CountQuery): Counted {
    const endsAt = performance.now() + query.forMs;
    const counts = query.edges.map(noCounts);
    const count = counter(db, query);
    const timelines = deliveryPartitions(db).map(deliveryTimeline);
    const ends = [...query.edges.slice(1), query.createdBefore ?? Number.POSITIVE_INFINITY];
    for (const [bucket, at] of [...query.edges.entries()].reverse()) {
      const into = counts[bucket];
      if (into === undefined || (query.before !== null && bucket > query.before.bucket)) continue;
      const last = query.before?.bucket === bucket ? query.before.number : Number.MAX_SAFE_INTEGER;
      // Partition by partition within a bucket, in the order of the rows, which `before` continues.
      const spans = timelines.flatMap((timeline) =>
        spansBetween(db, timeline, at, ends[bucket] ?? at).map(([start, end]) => ({ timeline, start, end })),
      );
      for (const { timeline, start, end } of spans.reverse())
        for (let high = Math.min(last, end, timeline.end(db)); high > start; ) {
          const low = Math.max(start, high - numbersAtOnce);
          count(low, high, into);
          high = low;
          if (performance.now() < endsAt || (bucket === 0 && high === spans.at(-1)?.start)) continue;
          return { counts, next: { bucket, number: high, timeMs: timeline.from(db, high)?.at ?? at } };
        }
    }
    return { counts, next: null };
  },
};

/** Adds the deliveries of a range of numbers to counts. */
function counter(db: Db, query: CountQuery): (low: number, high: number, into: StatusCounts) => void {
  const closed = query.closed.flatMap((destinationId) => targetIds(db, { destinationId }));
  const streams = streamsOf(db, { ...query, limit: 0, before: null, after: null }, true);
  const sums = streams.map((stream) => ({ stream, ...sumsOf(stream, closed) }));
  return (low, high, into) => {
    for (const { stream, columns, isTimed } of sums) {
      const { index, where, values } = stream;
      const row = db.get<Partial<StatusCounts>>(
        `SELECT ${columns} FROM delivery ${index === null ? '' : `INDEXED BY ${index}`}
         WHERE ${[...where, 'number >= ?', 'number < ?'].join(' AND ')}`,
        ...(isTimed ? [query.now] : []),
        ...values,
        low,
        high,
      );
      for (const [status, count] of Object.entries(row ?? {})) into[status as keyof StatusCounts] += count; // the columns
    }
  };
}

/** The columns that count a part by status. A finished part of one status is counted in its index alone. */
function sumsOf({ of }: Stream, closed: readonly number[]): { columns: string; isTimed: boolean } {
  const { held, retrying } = statusCodes;
  if (of !== undefined && (of.status >= held || !closed.includes(of.target)))
    return { columns: `count(*) AS ${statusOf(of.status)}`, isTimed: false };
  const isHeld = `status <= ${retrying} AND target IN (${closed.join()}) AND due_at <= ?1`;
  const columns = Object.entries(statusCodes).map(
    ([name, code]) => `count(*) FILTER (WHERE iif(${isHeld}, ${held}, status) = ${code}) AS ${name}`,
  );
  return { columns: columns.join(), isTimed: true };
}
