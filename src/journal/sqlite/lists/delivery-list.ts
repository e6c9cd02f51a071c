import type { Db } from '../../../sqlite/db.ts';
import type { LoggedDelivery } from '../../journal.ts';
import { type DeliveryPlace, partitionOfRow } from '../delivery-id-codec.ts';
import { listedDelivery } from '../delivery-row.ts';
import {
  deliveryPartitions,
  deliveryTimeline,
  firstSince,
  orderTimes,
  spansBetween,
  type Timeline,
} from '../timeline.ts';
import { type DeliveryListQuery, type Stream, streamsOf } from './delivery-streams.ts';

/**
 * A page of deliveries. Each filter has an index that lists its rows newest first; a filter that needs several parts of
 * one (all states of a destination, all destinations of a state) reads the head of each part and merges them.
 */
export const deliveryListOperations = {
  listDeliveries(db: Db, query: DeliveryListQuery): LoggedDelivery[] {
    const numbers = numbersNextTo(db, query);
    if (query.after !== null) numbers.reverse();
    return numbers.flatMap((number) => listedDelivery(db, number) ?? []);
  },
};

/** The numbers of at most `limit` deliveries that match, nearest to the cursor first. */
export function numbersNextTo(db: Db, query: DeliveryListQuery): number[] {
  const streams = streamsOf(db, query);
  const timelines = deliveryPartitions(db).map(deliveryTimeline);
  const [only] = timelines;
  if (only !== undefined && timelines.length === 1) return numbersIn(db, query, streams, only);
  const sign = query.after === null ? -1 : 1;
  return timelines
    .flatMap((timeline) => {
      const timeOf = orderTimes(db, timeline);
      return numbersIn(db, query, streams, timeline).map((number) => {
        const createdAt =
          db.get<{ at: number }>('SELECT created_at AS at FROM delivery WHERE number = ?', number)?.at ?? 0;
        return { number, at: timeOf(number, createdAt) };
      });
    })
    .sort((a, b) => sign * (a.at - b.at || a.number - b.number))
    .slice(0, query.limit)
    .map(({ number }) => number);
}

/** The same in one partition, where numbers are the order. */
function numbersIn(db: Db, query: DeliveryListQuery, streams: readonly Stream[], timeline: Timeline): number[] {
  const { createdAfter = Number.NEGATIVE_INFINITY, createdBefore = Number.POSITIVE_INFINITY, limit } = query;
  const isNewer = query.after !== null;
  const spans = spansBetween(db, timeline, createdAfter, createdBefore);
  const first = query.after === null ? timeline.low : boundsAt(db, timeline, query.after).newerFrom;
  const end = query.before === null ? timeline.high : boundsAt(db, timeline, query.before).olderEnd;
  const found: number[] = [];
  for (const [low, high] of isNewer ? spans : spans.reverse()) {
    if (found.length >= limit) break;
    const from = Math.max(first, low);
    const to = Math.min(end, high);
    const numbers = streams.flatMap(({ index, where, values }) =>
      db
        .all<{ number: number }>(
          `SELECT number FROM delivery ${index === null ? '' : `INDEXED BY ${index}`}
           WHERE ${[...where, 'number >= ?', 'number < ?'].join(' AND ')} ORDER BY number ${isNewer ? 'ASC' : 'DESC'} LIMIT ?`,
          ...values,
          from,
          to,
          limit,
        )
        .map((row) => row.number),
    );
    found.push(...numbers.sort((a, b) => (isNewer ? a - b : b - a)));
  }
  return found.slice(0, limit);
}

/** Where the deliveries of a partition that are older and newer than a delivery, of this or another one, end and begin. */
function boundsAt(db: Db, timeline: Timeline, { number, timeMs }: DeliveryPlace) {
  if (number >= timeline.low && number < timeline.high) return { olderEnd: number, newerFrom: number + 1 };
  const at = orderTimes(db, deliveryTimeline(partitionOfRow(number)))(number, timeMs);
  // At the same time, the partitions are the order.
  const first = firstSince(db, timeline, number < timeline.low ? at : at + 1);
  return { olderEnd: first, newerFrom: first };
}
