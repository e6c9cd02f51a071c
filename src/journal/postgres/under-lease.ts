import type { Query } from '../../postgres/postgres.ts';
import { storable, storedText } from '../../postgres/text.ts';
import type { Commands } from '../commands.ts';
import type { Hold, Pause } from '../deliveries.ts';
import type { HotJournal, Statuses } from '../hot.ts';
import type { Lease } from '../leases.ts';

/** $1 to $3 are a lease. A later owner waits for the statement. */
const held = `held AS MATERIALIZED (
  SELECT partition, owner FROM partition_lease WHERE partition = $1 AND owner = $2 AND epoch = $3 FOR SHARE)`;

/** Writes something of a partition in one statement; false: not the owner. */
async function under(query: Query, lease: Lease, change: string, values: readonly unknown[]): Promise<boolean> {
  const rows = await query(`WITH ${held}, ${change} SELECT 1 FROM held`, [
    lease.partition,
    lease.owner,
    lease.epoch,
    ...values,
  ]);
  return rows.length > 0;
}

/** That of a deleted connection is removed by no one else. */
const pauseKeptMs = 86_400_000;

export function postgresHolds(
  query: Query,
): Pick<
  HotJournal,
  'holds' | 'saveHold' | 'removeHold' | 'pauses' | 'savePause' | 'removePause' | 'rates' | 'saveRates'
> {
  return {
    async holds() {
      const rows = await query<Hold>(
        `SELECT scope_id AS "scopeId", reason, detail, since, probe_at AS "probeAt", probes FROM gate ORDER BY scope_id`,
      );
      return rows.map((row) => ({ ...row, detail: storedText(row.detail) }));
    },
    saveHold: (lease, { scopeId, reason, detail, since, probeAt, probes }) =>
      under(
        query,
        lease,
        `saved AS (INSERT INTO gate (scope_id, reason, detail, since, probe_at, probes)
           SELECT $4, $5, $6, $7::bigint, $8::bigint, $9::integer FROM held
           ON CONFLICT (scope_id) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, since = excluded.since,
             probe_at = excluded.probe_at, probes = excluded.probes)`,
        [scopeId, reason, storable(detail), since, probeAt, probes],
      ),
    removeHold: (lease, scopeId) =>
      under(query, lease, 'removed AS (DELETE FROM gate USING held WHERE scope_id = $4)', [scopeId]),
    pauses: () => query<Pause>('SELECT scope_id AS "scopeId", since, until, origin FROM pause ORDER BY scope_id'),
    savePause: (lease, { scopeId, since, until, origin }) =>
      under(
        query,
        lease,
        `over AS (DELETE FROM pause USING held WHERE until < $8::bigint AND scope_id <> $4),
         saved AS (INSERT INTO pause (scope_id, since, until, origin) SELECT $4, $5::bigint, $6::bigint, $7 FROM held
           ON CONFLICT (scope_id) DO UPDATE SET since = excluded.since, until = excluded.until, origin = excluded.origin)`,
        [scopeId, since, until, origin, since - pauseKeptMs],
      ),
    removePause: (lease, scopeId) =>
      under(query, lease, 'removed AS (DELETE FROM pause USING held WHERE scope_id = $4)', [scopeId]),
    rates: (partition) =>
      query('SELECT scope_id AS "scopeId", text FROM sent_at_rate WHERE partition = $1 ORDER BY scope_id', [partition]),
    saveRates: (lease, changes) =>
      under(
        query,
        lease,
        `change AS (SELECT * FROM unnest($4::text[], $5::text[]) AS change (scope_id, text)),
         removed AS (DELETE FROM sent_at_rate USING held, change
           WHERE sent_at_rate.partition = held.partition AND sent_at_rate.scope_id = change.scope_id
             AND change.text IS NULL),
         saved AS (INSERT INTO sent_at_rate (partition, scope_id, text)
           SELECT partition, scope_id, text FROM held, change WHERE text IS NOT NULL ORDER BY scope_id
           ON CONFLICT (partition, scope_id) DO UPDATE SET text = excluded.text)`,
        [changes.map(({ scopeId }) => scopeId), changes.map(({ text }) => text)],
      ),
  };
}

/** `deliveries`: their numbers in the partition. */
export const mark = (
  query: Query,
  lease: Lease,
  { deliveries, onTrial }: { deliveries: readonly number[]; onTrial: number | null },
): Promise<boolean> =>
  under(
    query,
    lease,
    `marked AS (INSERT INTO in_flight (partition, deliveries, on_trial, owner)
       SELECT partition, $4::jsonb, $5::bigint, owner FROM held
       ON CONFLICT (partition) DO UPDATE SET deliveries = excluded.deliveries, on_trial = excluded.on_trial,
         owner = excluded.owner)`,
    [JSON.stringify(deliveries), onTrial],
  );

export function postgresStatuses(query: Query): Statuses {
  return {
    list: () =>
      query(
        `SELECT partition, connection AS "connectionId", status AS text FROM owner_status ORDER BY partition, connection`,
      ),
    save: (lease, changes) =>
      under(
        query,
        lease,
        `change AS (SELECT * FROM unnest($4::text[], $5::text[]) AS change (connection, text)),
         removed AS (DELETE FROM owner_status USING held, change
           WHERE owner_status.partition = held.partition AND owner_status.connection = change.connection
             AND change.text IS NULL),
         saved AS (INSERT INTO owner_status (partition, connection, status)
           SELECT partition, connection, text FROM held, change WHERE text IS NOT NULL ORDER BY connection
           ON CONFLICT (partition, connection) DO UPDATE SET status = excluded.status)`,
        [changes.map(({ connectionId }) => connectionId), changes.map(({ text }) => text)],
      ),
    clear: (lease) =>
      under(
        query,
        lease,
        'removed AS (DELETE FROM owner_status USING held WHERE owner_status.partition = held.partition)',
        [],
      ),
  };
}

export function postgresCommands(query: Query): Commands {
  return {
    async ask({ partition, body, now }) {
      const [row] = await query<{ number: number }>(
        'INSERT INTO command (partition, asked_at, body) VALUES ($1, $2, $3) RETURNING number',
        [partition, now, body],
      );
      return row?.number ?? 0;
    },
    take: (leases, { since, takenSince }) =>
      query(
        `WITH held AS MATERIALIZED (SELECT lease.partition, lease.owner FROM partition_lease AS lease
             JOIN jsonb_to_recordset($1::jsonb) AS given (partition smallint, owner text, epoch bigint)
               USING (partition, owner, epoch)),
           old AS (DELETE FROM command USING held WHERE command.partition = held.partition
             AND asked_at < CASE WHEN taken_by IS NULL THEN $2::bigint ELSE $3::bigint END),
           taken AS (UPDATE command SET taken_by = held.owner FROM held
             WHERE command.partition = held.partition AND taken_by IS NULL AND asked_at >= $2::bigint RETURNING number, body)
         SELECT number, body FROM taken ORDER BY number`,
        [JSON.stringify(leases), since, takenSince],
      ),
    async respond(number, response) {
      await query('UPDATE command SET response = $2 WHERE number = $1', [number, response]);
    },
    async responseTo(number) {
      const [row] = await query<{ response: string | null; isRunning: boolean }>(
        `WITH found AS (SELECT number, response, response IS NULL AND EXISTS (
             SELECT FROM node WHERE name = taken_by) AS "isRunning" FROM command WHERE number = $1),
           gone AS (DELETE FROM command USING found WHERE command.number = found.number AND found.response IS NOT NULL)
         SELECT response, "isRunning" FROM found`,
        [number],
      );
      return row ?? { response: null, isRunning: false };
    },
    async withdraw(number) {
      const [row] = await query<{ response: string | null; isTaken: boolean }>(
        `DELETE FROM command WHERE number = $1 RETURNING response, taken_by IS NOT NULL AS "isTaken"`,
        [number],
      );
      return row ?? { response: null, isTaken: false };
    },
  };
}
