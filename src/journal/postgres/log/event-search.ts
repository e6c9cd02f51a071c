import { placedId } from '../../../contract/ids.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { storable } from '../../../postgres/text.ts';
import { type EventLine, eventOfLine, lineMatcher, lineStart } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import type { EventSearch, EventSearchPage } from '../../journal.ts';
import { linesOf } from '../event-reader.ts';
import type { Words } from '../words.ts';
import { binding, cursor, type Place } from './delivery-filters.ts';
import { groupEventsMax } from './packed-reader.ts';

const packedBytesMax = 4 * 1_048_576;
/** Of a statement. */
const groupsMax = 2_000;
/** A statement reads so many times what the page shows, and then what was looked at: few are read for a page, many for a search. */
const growth = 4;

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

/** Later than every time that is stored. */
const timesEnd = Number.MAX_SAFE_INTEGER;

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
  const [older, newer] = await Promise.all([before, after].map((one) => (one === null ? null : keyOf(read, one))));
  // The group of a cursor is read again, since the cursor can be inside it.
  let beyond: Key = isNewer
    ? { orderAt: newer?.orderAt ?? 0, partition: newer?.partition ?? 0, first: (newer?.group ?? 0) - 1 }
    : older
      ? { ...older, first: older.first + 1 }
      : { orderAt: timesEnd, partition: 0, first: 0 };
  for (;;) {
    const events = Math.min(lookedMax - looked, growth * Math.max(limit, looked));
    const groups = await groupsFrom(read, query, { beyond, isNewer, events });
    await words.ensureTexts(groups.map(({ collector }) => collector));
    for (const group of groups) {
      const { partition, first, count, receivedAt: timeMs } = group;
      if (reached !== null && budget.isUnpacked) return end(reached);
      const lines = group.events === null ? [] : linesOf(group.events);
      budget.unpack(lines);
      for (let step = 0; step < count; step++) {
        const number = first + (isNewer ? step : count - 1 - step);
        const key = { orderAt: group.orderAt, partition, first: number };
        if (older && compare(key, older) >= 0) {
          if (isNewer) return end(null);
          continue;
        }
        if (newer && compare(key, newer) <= 0) {
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
    beyond = last;
  }
}

/** The place of an event in the order; `first` is its number, `group` the first one of its group. One that is gone has its time. */
async function keyOf(read: Query, { partition, number, timeMs }: Place): Promise<Key & { group: number }> {
  const [row] = await read<{ orderAt: number; group: number }>(
    `SELECT order_at AS "orderAt", first AS group FROM event_group WHERE partition = $1 AND received_at = $3
       AND first <= $2 AND first > $2::bigint - ${groupEventsMax} ORDER BY first DESC LIMIT 1`,
    [partition, number, timeMs],
  );
  return { orderAt: row?.orderAt ?? timeMs, partition, first: number, group: row?.group ?? number };
}

const compare = (a: Key, b: Key) => a.orderAt - b.orderAt || a.partition - b.partition || a.first - b.first;

/** The next groups in the direction of the search, beyond a key: about so many events, and 4 MiB of packed ones. */
function groupsFrom(
  read: Query,
  { collectorId, receivedAfter = -timesEnd, receivedBefore = timesEnd }: EventSearch,
  { beyond, isNewer, events }: { beyond: Key; isNewer: boolean; events: number },
): Promise<Group[]> {
  const { values, bind } = binding();
  const way = isNewer ? 'ASC' : 'DESC';
  const order = `order_at ${way}, partition ${way}, first ${way}`;
  const isRead =
    collectorId === undefined
      ? 'true'
      : `collector = (SELECT id FROM word WHERE text = ${bind(storable(collectorId))})`;
  const key = `${bind(beyond.orderAt)}::bigint, ${bind(beyond.partition)}::smallint, ${bind(beyond.first)}::bigint`;
  const times = `${bind(receivedAfter)}::bigint, ${bind(receivedBefore)}::bigint`;
  // Each has at least one event.
  const most = `${bind(Math.min(events, groupsMax))}::integer`;
  return read<Group>(
    `SELECT partition, first, count, received_at AS "receivedAt", order_at AS "orderAt", collector, events FROM (
       SELECT *, sum(count) OVER (ORDER BY ${order}) - count AS counted,
         sum(octet_length(events)) OVER (ORDER BY ${order}) - octet_length(events) AS before
       FROM (SELECT partition, first, count, received_at, order_at, collector, CASE WHEN ${isRead} THEN events END AS events
         FROM event_groups_${isNewer ? 'after' : 'before'}(${key}, ${times}, ${most})) AS next) AS sized
     WHERE counted < ${bind(events)} AND coalesce(before, 0) < ${packedBytesMax}
     ORDER BY ${order}`,
    values,
  );
}
