import { placedId } from '../../src/contract/ids.ts';
import type { Reason } from '../../src/contract/records/delivery.ts';
import { statusOf } from '../../src/journal/codec/status-codes.ts';
import type { Postgres } from '../../src/postgres/postgres.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { Seen } from './verdicts.ts';

type Row = {
  partition: number;
  number: number;
  timeMs: number;
  eventPartition: number;
  eventNumber: number;
  eventMs: number;
  destinationId: string;
  status: number;
  reason: Reason | null;
};

/**
 * Waits until every event has its deliveries and all are finished, as long as `progress` changes, and reads all of them from the
 * tables: some hundred thousand by the API take longer than the soak. Throws when there is no progress for a minute.
 */
export async function storedDeliveries({ query }: Postgres, progress: () => number): Promise<Seen> {
  for (let before = -1; ; before = progress()) {
    const isDone = await eventually('no delivery to be unfinished', async () => {
      const sql = `SELECT 1 FROM waiting UNION ALL SELECT 1 FROM open_delivery UNION ALL SELECT 1 FROM passed_delivery
        UNION ALL SELECT 1 FROM intake WHERE position < next LIMIT 1`;
      return (await query(sql)).length === 0;
    }).catch((error) => {
      if (progress() === before) throw error;
      return false;
    });
    if (isDone) break;
  }
  const partitions = await query<{ partition: number }>('SELECT partition FROM intake ORDER BY partition');
  const all: Seen = [];
  for (const { partition } of partitions) {
    const rows = await query<Row>(
      `SELECT delivery.partition, number, created_at AS "timeMs", event_partition AS "eventPartition",
         event_number AS "eventNumber", event_at AS "eventMs", destination AS "destinationId", status, text AS reason
       FROM delivery JOIN target ON target.id = target LEFT JOIN word ON word.id = reason WHERE delivery.partition = $1`,
      [partition],
    );
    for (const { destinationId, status, reason, ...at } of rows)
      all.push({
        id: placedId('delivery', at),
        eventId: placedId('event', { timeMs: at.eventMs, partition: at.eventPartition, number: at.eventNumber }),
        status: statusOf(status),
        ...{ destinationId, reason },
      });
  }
  return all;
}
