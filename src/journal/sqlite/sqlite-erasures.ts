import { placeOf } from '../../contract/ids.ts';
import type { Erasures } from '../erasures.ts';
import { eventOfLine } from './event-codec.ts';
import type { JournalClient } from './operations.ts';

/** The erasures of the journal of a database. */
export function sqliteErasures(client: JournalClient): Erasures {
  return {
    async count(sought) {
      const sum = { events: 0, deliveries: 0, unfinished: 0 };
      for (const [partition] of await client.read('partitionEnds', null)) {
        let from: number | null = 0;
        while (from !== null) {
          const query = { sought, partition, from };
          const part: { counts: typeof sum; next: number | null } = await client.read('countErasure', query);
          sum.events += part.counts.events;
          sum.deliveries += part.counts.deliveries;
          sum.unfinished += part.counts.unfinished;
          from = part.next;
        }
      }
      return sum;
    },
    async begin({ id, code, sought, now }, entry) {
      const by = 'visitorId' in sought ? 'visitorId' : sought.parameter;
      await client.write('beginErasure', { id, code, by, sought, now, entry });
    },
    list: () => client.read('erasures', null),
    async step(id, { now, sending }) {
      const numbers = sending.flatMap((one) => placeOf('delivery', one)?.number ?? []);
      const { state, events, cancelled } = await client.write('eraseStep', { id, now, sending: numbers });
      return { state, events: events.map(eventOfLine), cancelled };
    },
  };
}
