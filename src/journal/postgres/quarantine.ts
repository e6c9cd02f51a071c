import { placedId } from '../../contract/ids.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import { statusCodes } from '../codec/status-codes.ts';
import { suspectDeaths } from '../deliveries.ts';
import { type Lease, presumedDeathMs } from '../leases.ts';
import { finishWaiting } from './finishing.ts';
import { changeUnder, type PartitionMemory } from './partition-memory.ts';
import type { Words } from './words.ts';

type Parts = Pick<Postgres, 'query' | 'transaction'> & { partitions: PartitionMemory; words: Words };
type Recovered = { suspects: string[]; poisoned: string[] };
type InFlight = { partition: number; number: number; deaths: number; created_at: number };

/** See `recover` of the port. */
export async function recover(parts: Parts, lease: Lease, now: number): Promise<Recovered> {
  await parts.words.ensure(['interrupted', 'poison']);
  const { partition } = lease;
  const done = await changeUnder<Recovered>(parts, parts.partitions, lease, async (query, keys) => {
    const tests = await query<{ number: number }>(
      `SELECT number FROM waiting WHERE partition = $1 AND test AND due_at IS NULL
         AND status IN (${statusCodes.pending}, ${statusCodes.retrying})`,
      [partition],
    );
    const interrupted = { status: statusCodes.cancelled, reason: parts.words.wordId('interrupted'), now };
    await finishWaiting(query, { partition, numbers: tests.map(({ number }) => number) }, interrupted, keys);
    const [marker] = await query<{ deliveries: number[]; onTrial: number | null; owner: string | null }>(
      'DELETE FROM in_flight WHERE partition = $1 RETURNING deliveries, on_trial AS "onTrial", owner',
      [partition],
    );
    if (marker === undefined) return { suspects: [], poisoned: [] };
    const { deliveries, onTrial, owner } = marker;
    /** Its heartbeat has ended; maybe it is only stopped. */
    const presumedDead = owner === null || owner === lease.owner ? null : owner;
    const rows = await query<InFlight>(
      `SELECT partition, number, deaths, created_at FROM waiting WHERE partition = $1 AND number = ANY ($2::bigint[])
       ORDER BY number`,
      [partition, deliveries],
    );
    const [other] = await query(
      `SELECT 1 FROM waiting WHERE deaths >= ${suspectDeaths} AND (partition, number) <> ($1::smallint, $2::bigint) LIMIT 1`,
      [partition, onTrial ?? -1],
    );
    const isOnlySuspect = presumedDead === null && onTrial !== null && other === undefined;
    const id = ({ number, created_at: timeMs }: InFlight) => placedId('delivery', { partition, number, timeMs });
    const poisoned: InFlight[] = [];
    const suspects: InFlight[] = [];
    const raised: { number: number; deaths: number }[] = [];
    for (const row of rows) {
      const isTrial = row.number === onTrial && row.deaths >= suspectDeaths;
      if (isTrial && (isOnlySuspect || row.deaths > suspectDeaths)) {
        poisoned.push(row);
        continue;
      }
      const deaths = isTrial ? suspectDeaths + 1 : Math.max(row.deaths, Math.min(row.deaths + 1, suspectDeaths));
      if (deaths > row.deaths) raised.push({ number: row.number, deaths });
      if (deaths >= suspectDeaths) suspects.push(row);
    }
    const poison = { status: statusCodes.failed, reason: parts.words.wordId('poison'), now };
    await finishWaiting(query, { partition, numbers: poisoned.map(({ number }) => number) }, poison, keys);
    await query(
      `UPDATE waiting SET deaths = raised.deaths FROM unnest($2::bigint[], $3::smallint[]) AS raised (number, deaths)
       WHERE partition = $1 AND waiting.number = raised.number`,
      [partition, raised.map(({ number }) => number), raised.map(({ deaths }) => deaths)],
    );
    const [beat] = await query<{ at: number }>('SELECT at FROM node WHERE name = $1', [lease.owner]);
    if (presumedDead !== null && beat !== undefined) {
      // What a node takes back that turns out to live.
      await query('DELETE FROM presumed_death WHERE abs($1 - at) > $2', [beat.at, presumedDeathMs]);
      if (raised.length > 0)
        await query(
          `INSERT INTO presumed_death (node, partition, at, deliveries) VALUES ($1, $2, $3, $4)
           ON CONFLICT (node, partition) DO UPDATE SET at = excluded.at, deliveries = excluded.deliveries`,
          [presumedDead, partition, beat.at, JSON.stringify(raised.map(({ number }) => number))],
        );
    }
    return { suspects: suspects.map(id), poisoned: poisoned.map(id) };
  });
  return done ?? { suspects: [], poisoned: [] };
}
