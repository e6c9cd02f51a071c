import { batcher } from '../../../async/batcher.ts';
import { placeOf } from '../../../contract/ids.ts';
import type { Event } from '../../../contract/records/event.ts';
import type { Postgres } from '../../../postgres/postgres.ts';
import { type EventLine, type EventPlace, eventOfLine } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import type { JournalLog } from '../../log.ts';
import type { Words } from '../words.ts';
import { placed } from './delivery-filters.ts';
import { deliveryHistogram } from './delivery-histogram.ts';
import { deliveriesNextTo } from './delivery-list.ts';
import { searchDeliveries } from './delivery-search.ts';
import { searchEvents } from './event-search.ts';
import { listed } from './listed-deliveries.ts';
import { openCounts } from './open-counts.ts';
import { PackedReader } from './packed-reader.ts';
import { deliveryAt, deliveryDetails } from './single-delivery.ts';
import { postgresStatistics } from './statistics.ts';

/** What people read of the journal, and its statistics. */
export type PostgresLog = Omit<JournalLog, 'retry' | 'cancel' | 'release' | 'releaseOrder' | 'expire' | 'replays'>;

const eventsAtOnce = 50;

/** The reads of the log, on the connections for people. */
export function postgresLog({ query, read }: Pick<Postgres, 'query' | 'read'>, words: Words): PostgresLog {
  // Those of one list are asked for one by one.
  const event = batcher<EventPlace, Event | null>({
    size: eventsAtOnce,
    outstanding: 2,
    async run(places) {
      const reader = new PackedReader(read, words, readBudget());
      await reader.prefetchEvents(places);
      const lines: (EventLine | null)[] = [];
      for (const place of places) lines.push(await reader.event(place));
      return lines.map((line) => line && eventOfLine(line));
    },
  });
  return {
    ...openCounts(read),
    statistics: postgresStatistics({ query, read }),
    async events(asked) {
      return (await searchEvents(read, words, { ...asked, lookedMax: Number.MAX_SAFE_INTEGER })).events;
    },
    search: (asked) => searchEvents(read, words, asked),
    async event(id) {
      const place = placeOf('event', id);
      return place && event(place);
    },
    searchDeliveries: (asked) => searchDeliveries(read, words, asked),
    histogram: (asked) => deliveryHistogram(read, asked),
    async deliveries(given) {
      const asked = placed(given);
      if (asked === null) return [];
      const rows = await deliveriesNextTo(read, asked);
      return listed(read, words, asked.after === null ? rows : rows.reverse());
    },
    async details(ids) {
      const places = ids.flatMap((id) => placeOf('delivery', id) ?? []);
      return places.length === 0 ? [] : deliveryDetails(read, words, places);
    },
    async delivery(id) {
      const place = placeOf('delivery', id);
      return place && deliveryAt(read, words, place);
    },
  };
}
