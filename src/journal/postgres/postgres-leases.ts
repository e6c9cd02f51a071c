import { moveMark } from '../../postgres/move-mark.ts';
import { applicationName, type Postgres, type Query } from '../../postgres/postgres.ts';
import { sqlState } from '../../postgres/unavailable.ts';
import { type Lease, type Leases, presumedDeathMs } from '../leases.ts';
import type { PartitionMemory } from './partition-memory.ts';

/**
 * Whose clock tells how long a heartbeat lasts. `database`: that of the server, for all nodes; the given times are not used, and
 * no epoch repeats after a failover that lost the last ones. `caller`: the given times, in tests.
 */
export type HeartbeatClock = 'database' | 'caller';

/** The time of the server as SQL. */
export const databaseMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** How long a takeover waits for a statement of the former owner, in ms. */
const lockMs = 300;
/** How long a node that is stopped in the middle of a takeover holds up the next one, in ms. */
const idleMs = 1_000;
const lockNotAvailable = '55P03';

export function postgresLeases(
  { query, leases }: Pick<Postgres, 'query' | 'leases'>,
  partitions: Pick<PartitionMemory, 'check' | 'forget' | 'taken' | 'takeLost'>,
  { clock, room }: { clock: HeartbeatClock; room: { isFull: boolean } },
): Leases {
  /** When the server was started that this node knows: another one may lack what the former one committed. */
  let serverStart: string | null = null;
  /** By `performance.now()`: the last heartbeat, and until when this node takes no other one for dead. */
  let beatAt: number | null = null;
  let patientUntil = 0;
  const nowMs = (given: number) => (clock === 'caller' ? given : null);

  async function release(leases: readonly Lease[]): Promise<void> {
    for (const { partition } of leases) partitions.forget(partition);
    // In the order in which they are taken. What was in flight did not crash the node.
    await query(
      `WITH given AS (SELECT held.partition, held.owner
           FROM jsonb_to_recordset($1) AS given (partition smallint, owner text, epoch bigint)
           JOIN partition_lease AS held USING (partition, owner, epoch) ORDER BY held.partition FOR UPDATE OF held),
         released AS (UPDATE partition_lease AS held SET owner = NULL FROM given
           WHERE held.partition = given.partition RETURNING held.partition),
         unmarked AS (DELETE FROM in_flight USING given
           WHERE in_flight.partition = given.partition AND in_flight.owner = given.owner),
         taking AS (SELECT partition FROM intake JOIN released USING (partition) ORDER BY partition FOR UPDATE OF intake),
         intake AS (UPDATE intake SET epoch = 0 FROM taking WHERE intake.partition = taking.partition),
         ending AS (SELECT partition FROM settling JOIN released USING (partition) ORDER BY partition FOR UPDATE OF settling)
       UPDATE settling SET epoch = 0 FROM ending WHERE settling.partition = ending.partition`,
      [JSON.stringify(leases)],
    );
  }

  return {
    async partitionCount(wanted) {
      const [row] = await query<{ count: number }>(
        `WITH made AS (INSERT INTO partition_count (is_only, count) VALUES (true, $1) ON CONFLICT DO NOTHING RETURNING count)
         SELECT count FROM made UNION ALL SELECT count FROM partition_count LIMIT 1`,
        [wanted],
      );
      return row?.count ?? wanted;
    },

    async beat({ node, ttlMs, isLeaving, now }) {
      const [row] = await leases.query<{
        nodes: { name: string; isLeaving: boolean }[];
        partitions: { partition: number; owner: string | null; epoch: number }[];
        serverStart: string;
        isFull: boolean | null;
      }>(
        `WITH clock AS MATERIALIZED (SELECT coalesce($4::bigint, ${databaseMs}) AS now),
           -- Left to a node that deletes the same ones now, or that has a heartbeat again. While PostgreSQL was stopped all have ended.
           ending AS (SELECT name FROM node, clock WHERE name <> $1 AND until <= now AND $5
             AND NOT EXISTS (SELECT FROM node AS own WHERE own.name = $1 AND own.until <= now) ORDER BY name FOR UPDATE OF node SKIP LOCKED),
           ended AS (DELETE FROM node USING ending WHERE node.name = ending.name RETURNING node.name),
           beat AS (INSERT INTO node (name, at, until, is_leaving) SELECT $1, now, now + $2::bigint, $3 FROM clock
             ON CONFLICT (name) DO UPDATE SET at = excluded.at, until = excluded.until, is_leaving = excluded.is_leaving
             RETURNING name, is_leaving),
           alive AS (DELETE FROM presumed_death USING clock WHERE node = $1 RETURNING partition, deliveries, at, clock.now),
           living AS (SELECT alive.partition, number::bigint AS number FROM alive, jsonb_array_elements_text(deliveries) AS number
             WHERE alive.now - alive.at <= ${presumedDeathMs}),
           counting AS (SELECT partition, number FROM waiting JOIN living USING (partition, number) WHERE deaths > 0
             ORDER BY partition, number FOR UPDATE OF waiting),
           counted AS (UPDATE waiting SET deaths = deaths - 1 FROM counting
             WHERE waiting.partition = counting.partition AND waiting.number = counting.number)
         SELECT
           (SELECT jsonb_agg(jsonb_build_object('name', name, 'isLeaving', is_leaving) ORDER BY name) FROM (
              SELECT name, is_leaving FROM beat
              UNION ALL SELECT name, is_leaving FROM node WHERE name <> $1 AND name NOT IN (SELECT name FROM ended)
            ) AS nodes) AS nodes,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('partition', partition, 'owner', owner, 'epoch', epoch)
              ORDER BY partition), '[]') FROM partition_lease) AS partitions,
           pg_postmaster_start_time()::text AS "serverStart", (SELECT is_full FROM partition_count) AS "isFull"`,
        [node, ttlMs, isLeaving, nowMs(now), performance.now() >= patientUntil],
      );
      if (row === undefined) throw new Error('A heartbeat returns a row.');
      const at = performance.now();
      // What this node could not do, others could not either: they have their time again.
      if (beatAt !== null && at - beatAt > ttlMs) patientUntil = at + ttlMs;
      beatAt = at;
      if (serverStart !== null && serverStart !== row.serverStart) await partitions.check();
      serverStart = row.serverStart;
      room.isFull = row.isFull ?? false;
      const lost = partitions.takeLost();
      return { nodes: row.nodes, partitions: row.partitions, ...(lost.length > 0 && { lost }) };
    },

    async take({ node, partitions: wanted }) {
      for (const partition of wanted) partitions.forget(partition);
      const take = (within: Query) =>
        within<Lease>(
          `WITH taken AS (INSERT INTO partition_lease AS held (partition, owner, epoch)
             SELECT partition, $1, ${clock === 'caller' ? 1 : databaseMs} FROM unnest($2::smallint[]) AS wanted (partition)
               ORDER BY partition
             ON CONFLICT (partition) DO UPDATE
               SET owner = excluded.owner, epoch = greatest(held.epoch + 1, excluded.epoch)
               WHERE held.owner IS NULL OR held.owner = excluded.owner
                 OR NOT EXISTS (SELECT FROM node WHERE name = held.owner)
             RETURNING partition, owner, epoch),
           intake AS (INSERT INTO intake (partition, epoch) SELECT partition, epoch FROM taken ORDER BY partition
             ON CONFLICT (partition) DO UPDATE SET epoch = excluded.epoch),
           settling AS (INSERT INTO settling (partition, epoch) SELECT partition, epoch FROM taken ORDER BY partition
             ON CONFLICT (partition) DO UPDATE SET epoch = excluded.epoch)
         SELECT partition, owner, epoch FROM taken ORDER BY partition`,
          [node, wanted],
        );
      // The fences wait for what their former owner has under way: its connections are ended when that takes long.
      const limited = () =>
        leases.transaction(async (within) => {
          await within(
            `SELECT set_config('lock_timeout', '${lockMs}', true),
               set_config('idle_in_transaction_session_timeout', '${idleMs}', true)`,
          );
          // After the heartbeat, which a move looks for when it has set its mark: one of the two sees the other.
          const mark = await moveMark(within);
          if (mark !== null) throw new Error(`The data of this PostgreSQL database was moved to ${mark.to}.`);
          return take(within);
        });
      const taken = await limited().catch(async (error: unknown) => {
        if (sqlState(error) !== lockNotAvailable) throw error;
        const dead = await leases.query<{ owner: string }>(
          `SELECT DISTINCT owner FROM partition_lease WHERE partition = ANY ($2::smallint[]) AND owner <> $1
             AND NOT EXISTS (SELECT FROM node WHERE name = owner)`,
          [node, wanted],
        );
        await leases.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1::text[])',
          [dead.map(({ owner }) => applicationName(owner))],
        );
        return limited();
      });
      for (const lease of taken) partitions.taken(lease);
      return taken;
    },

    release: (lease) => release([lease]),

    async leave(node, leases) {
      await release(leases);
      // A later process of the same name can be alive.
      await query('DELETE FROM node WHERE name = $1 AND NOT EXISTS (SELECT FROM partition_lease WHERE owner = $1)', [
        node,
      ]);
    },
  };
}
