import type { Postgres } from '../../../postgres/postgres.ts';
import type { Housekeeping } from '../../housekeeping.ts';
import type { EventReader } from '../event-reader.ts';
import type { PartitionMemory } from '../partition-memory.ts';
import type { Words } from '../words.ts';
import { forgetBodies, keepBodies } from './bodies.ts';
import { makeDays } from './day-tables.ts';
import { postgresErasures, rewriteLater } from './erasures.ts';
import { goneLinesOfNoDay } from './gone-lines.ts';
import { bytesInUse, retain } from './retention.ts';

export type HousekeepingParts = Postgres & { partitions: PartitionMemory; words: Words; events: EventReader };

/** The housekeeping of an open database. Intake is refused while `room` is full, by the other nodes from their next heartbeat on. */
export function postgresHousekeeping(parts: HousekeepingParts, room: { isFull: boolean }): Housekeeping {
  const { query } = parts;
  const removeGoneLines = goneLinesOfNoDay(parts);
  return {
    async retain(limits) {
      const result = await retain(parts, limits);
      await removeGoneLines();
      await query('UPDATE partition_count SET is_full = $1 WHERE is_full <> $1', [result.full]);
      room.isFull = result.full;
      return result;
    },
    async maintain() {
      const [row] = await query<{ now: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
      );
      if (row === undefined) return;
      await makeDays(parts, row.now);
      await rewriteLater(parts, row.now);
    },
    forgetBodies: (now) => forgetBodies(parts, now),
    keepBodies: (destinationId, ms) => keepBodies(parts, destinationId, ms),
    async usage() {
      const [row] = await query<{ count: number }>(
        'SELECT (SELECT count(*) FROM waiting) + (SELECT count(*) FROM open_delivery) AS count',
      );
      return { bytes: await bytesInUse(query), unfinished: row?.count ?? 0 };
    },
    erasures: postgresErasures(parts),
  };
}
