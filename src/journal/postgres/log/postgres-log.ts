import { placeOf } from '../../../contract/ids.ts';
import type { Postgres } from '../../../postgres/postgres.ts';
import { eventOfLine } from '../../codec/event-codec.ts';
import { readBudget } from '../../codec/read-budget.ts';
import type { JournalLog } from '../../log.ts';
import type { Words } from '../words.ts';
import { placed } from './delivery-filters.ts';
import { deliveriesNextTo } from './delivery-list.ts';
import { searchEvents } from './event-search.ts';
import { listed } from './listed-deliveries.ts';
import { PackedReader } from './packed-reader.ts';
import { deliveryAt, deliveryDetails } from './single-delivery.ts';

/** What people read of the journal. */
export type PostgresLog = Pick<JournalLog, 'events' | 'search' | 'event' | 'deliveries' | 'details' | 'delivery'>;

/** The reads of the log, on the connections for people. */
export function postgresLog({ read }: Pick<Postgres, 'read'>, words: Words): PostgresLog {
  return {
    async events(query) {
      return (await searchEvents(read, words, { ...query, lookedMax: Number.MAX_SAFE_INTEGER })).events;
    },
    search: (query) => searchEvents(read, words, query),
    async event(id) {
      const place = placeOf('event', id);
      const line = place && (await new PackedReader(read, words, readBudget()).event(place));
      return line && eventOfLine(line);
    },
    async deliveries(query) {
      const asked = placed(query);
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
