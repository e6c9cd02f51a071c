import { placedId } from '../../../contract/ids.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { storable } from '../../../postgres/text.ts';
import { type EventLine, eventOfLine, lineMatcher, lineStart } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import type { EventSearch, EventSearchPage } from '../../journal.ts';
import { linesOf } from '../event-reader.ts';
import type { Words } from '../words.ts';
import { binding, cursor, type Place } from './delivery-filters.ts';

/** Groups that one statement reads, at most. */
const groupsAtOnce = 200;
const packedBytesMax = 4 * 1_048_576;

type Group = {
  partition: number;
  first: number;
  count: number;
  receivedAt: number;
  orderAt: number;
  collector: number;
  /** null: of another collector. */
  events: Buffer | null;
};

type Key = { orderAt: number; partition: number; first: number };

/** See `search` of the port. */
export async function searchEvents(read: Query, words: Words, query: EventSearch): Promise<EventSearchPage> {
  const before = cursor('event', query.before);
  const after = cursor('event', query.after);
  if (before === undefined || after === undefined) return { events: [], reached: null, looked: 0, lookedBytes: 0 };
  const { limit, lookedMax, name } = query;
  const isNewer = after !== null;
  const matches = lineMatcher({ ...query, lineStart: name === undefined ? null : lineStart(name) });
  const budget = readBudget();
  const found: EventLine[] = [];
  let looked = 0;
  const end = (reached: Place | null) => ({
    events: (isNewer ? found.reverse() : found).map(eventOfLine),
    reached: reached && placedId('event', reached),
    looked,
    lookedBytes: budget.unpackedBytes,
  });
  let reached: Place | null = null;
  const starts = await Promise.all([before, after].map((one) => (one === null ? null : keyOf(read, one))));
  const [older = null, newer = null] = starts;
  for (let from = isNewer ? newer : older, isFirst = true; ; isFirst = false) {
    const groups = await groupsFrom(read, query, { from, isFirst, isNewer, events: lookedMax - looked });
    await words.ensureTexts(groups.map(({ collector }) => collector));
    for (const group of groups) {
      const { partition, first, count, receivedAt: timeMs } = group;
      if (reached !== null && budget.isUnpacked) return end(reached);
      const lines = group.events === null ? [] : linesOf(group.events);
      budget.unpack(lines);
      for (let step = 0; step < count; step++) {
        const number = first + (isNewer ? step : count - 1 - step);
        const key = { orderAt: group.orderAt, partition, first: number };
        if (older !== null && compare(key, older) >= 0) {
          if (isNewer) return end(null);
          continue;
        }
        if (newer !== null && compare(key, newer) <= 0) {
          if (!isNewer) return end(null);
          continue;
        }
        const line = lines[number - first] ?? '';
        if (line !== '' && matches(line)) {
          found.push({ timeMs, partition, number, collectorId: words.text(group.collector), line });
          budget.keep(line);
        }
        looked += 1;
        reached = { timeMs, partition, number };
        if (found.length === limit || looked >= lookedMax || budget.isFull) return end(reached);
      }
    }
    const last = groups.at(-1);
    if (last === undefined) return end(null);
    from = last;
  }
}

/** The place of an event in the order; `first` is its number. One that is no longer stored has the place of its time. */
async function keyOf(read: Query, { partition, number, timeMs }: Place): Promise<Key> {
  const [row] = await read<{ orderAt: number }>(
    `SELECT order_at AS "orderAt" FROM event_group WHERE partition = $1 AND first <= $2 AND received_at = $3
     ORDER BY first DESC LIMIT 1`,
    [partition, number, timeMs],
  );
  return { orderAt: row?.orderAt ?? timeMs, partition, first: number };
}

const compare = (a: Key, b: Key) => a.orderAt - b.orderAt || a.partition - b.partition || a.first - b.first;

type Step = {
  from: Key | null;
  /** The group of the first key can have events beyond it. */
  isFirst: boolean;
  isNewer: boolean;
  /** How many events are looked at. */
  events: number;
};

/** The next groups in the direction of the search: about so many events, and 4 MiB of packed ones. */
function groupsFrom(read: Query, query: EventSearch, { from, isFirst, isNewer, events }: Step): Promise<Group[]> {
  const { values, bind } = binding();
  const where: string[] = [];
  if (from !== null) {
    const { orderAt, partition, first } = from;
    // The group of an older end is read again, since the end can be inside of it: it begins with it or before it.
    const start = isNewer && isFirst ? 0 : first;
    const sign = isNewer ? (isFirst ? '>=' : '>') : isFirst ? '<=' : '<';
    const inside =
      isNewer && isFirst
        ? `coalesce((SELECT max(first) FROM event_group WHERE partition = ${bind(partition)} AND order_at = ${bind(orderAt)}
          AND first <= ${bind(first)}), ${bind(start)}::bigint)`
        : bind(first);
    where.push(
      `(order_at, partition, first) ${sign} (${bind(orderAt)}::bigint, ${bind(partition)}::smallint, ${inside}::bigint)`,
    );
  }
  if (query.receivedAfter !== undefined) where.push(`received_at >= ${bind(query.receivedAfter)}`);
  if (query.receivedBefore !== undefined) where.push(`received_at < ${bind(query.receivedBefore)}`);
  const way = isNewer ? 'ASC' : 'DESC';
  const order = `order_at ${way}, partition ${way}, first ${way}`;
  const isRead =
    query.collectorId === undefined
      ? 'true'
      : `collector = (SELECT id FROM word WHERE text = ${bind(storable(query.collectorId))})`;
  const columns = 'partition, first, count, received_at, order_at, collector';
  return read<Group>(
    `SELECT partition, first, count, received_at AS "receivedAt", order_at AS "orderAt", collector, events FROM (
       SELECT *, sum(count) OVER (ORDER BY ${order}) - count AS counted,
         sum(octet_length(events)) OVER (ORDER BY ${order}) - octet_length(events) AS before
       FROM (SELECT ${columns}, CASE WHEN ${isRead} THEN events END AS events FROM event_group
         ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY ${order} LIMIT ${groupsAtOnce}) AS next) AS sized
     WHERE counted < ${bind(Math.min(events, Number.MAX_SAFE_INTEGER))} AND coalesce(before, 0) < ${packedBytesMax}
     ORDER BY ${order}`,
    values,
  );
}
