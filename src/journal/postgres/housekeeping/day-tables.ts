import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { isLate, sqlState } from '../../../postgres/unavailable.ts';

export const dayMs = 86_400_000;
/** Days for which there are tables before they begin. */
const daysAhead = 3;

/** The tables by day, and the unit of their keys in ms: the ids of blocks are finer. */
const tables = [
  { name: 'event_group', key: 'received_at', units: 1 },
  { name: 'plan_entry', key: 'created_at', units: 1 },
  { name: 'delivery', key: 'created_at', units: 1 },
  { name: 'attempt_block', key: 'id', units: 4_096 },
] as const;

export type DayTable = (typeof tables)[number]['name'];

/** The table of a day, which begins at a time in ms. */
export const tableOf = (table: DayTable, day: number): string =>
  `${table}_d${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`;

/** lock_not_available: a reader, such as pg_dump, has the table for long. */
const isLocked = (error: unknown) => sqlState(error) === '55P03';

/** How long a change waits for a table. */
const lockMs = 300;

/** Of changes of tables, which one node makes at a time. */
const lockId = 0x4d494c4d;

/**
 * Runs a change of tables that others use all the time: it waits for their locks for a moment alone, since all later statements wait
 * behind it. null: it had to wait for longer, and nothing was changed, or `work` returned it. What `work` did before that is stored.
 */
export async function changeTables<T>(
  { transaction }: Pick<Postgres, 'transaction'>,
  work: (query: Query) => Promise<T>,
): Promise<T | null> {
  try {
    return await transaction(async (query) => {
      await query(`SET LOCAL lock_timeout = ${lockMs}`);
      await query('SELECT pg_advisory_xact_lock($1)', [lockId]);
      return work(query);
    });
  } catch (error) {
    if (isLocked(error)) return null;
    throw error;
  }
}

/** The days that have tables, ascending. */
export async function daysOf(query: Query): Promise<number[]> {
  const rows = await query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relispartition
       AND relname ~ '^event_group_d[0-9]{8}$' ORDER BY relname`,
  );
  return rows.map(({ name }) => {
    const [year, month, day] = [name.slice(-8, -4), name.slice(-4, -2), name.slice(-2)];
    return Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  });
}

/** Makes the tables of today and of the next days. What is in the others by then moves there. */
export async function makeDays(postgres: Pick<Postgres, 'query' | 'transaction'>, now: number): Promise<void> {
  const today = now - (now % dayMs);
  const known = new Set(await daysOf(postgres.query));
  for (let day = today; day <= today + daysAhead * dayMs; day += dayMs)
    if (!known.has(day)) await changeTables(postgres, (query) => makeDay(query, day));
}

/** Makes the tables of a day, inside a transaction. */
export async function makeDay(query: Query, day: number): Promise<void> {
  for (const { name, key, units } of tables) {
    const own = tableOf(name, day);
    const [from, to] = [day * units, (day + dayMs) * units];
    // Another node may have made it.
    const found = await query('SELECT to_regclass($1)::text AS name WHERE to_regclass($1) IS NOT NULL', [own]);
    if (found.length > 0) continue;
    // All of it: a statement that waited for the other rows alone would not look into the new table.
    await query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
    await query(`CREATE TABLE ${own} (LIKE ${name} INCLUDING ALL)`);
    await query(
      `WITH moved AS (DELETE FROM ${name}_other WHERE ${key} >= ${from} AND ${key} < ${to} RETURNING *)
       INSERT INTO ${own} SELECT * FROM moved`,
    );
    await query(`ALTER TABLE ${name} ATTACH PARTITION ${own} FOR VALUES FROM (${from}) TO (${to})`);
  }
}

/** Waits until nothing else changes the finished deliveries of a day; until the transaction ends, others can only read them. */
export async function lockDeliveries(query: Query, day: number): Promise<void> {
  await query(`LOCK TABLE ${tableOf('delivery', day)} IN SHARE ROW EXCLUSIVE MODE`);
}

/** Waits until nothing else reads or changes what is stored by day, and lets it wait until the transaction ends. */
export async function lockTables(query: Query): Promise<void> {
  await query(`LOCK TABLE ONLY ${tables.map(({ name }) => name).join(', ONLY ')} IN ACCESS EXCLUSIVE MODE`);
}

/** Takes the tables of a day out; `keep` then stores what is needed of them again, and they are dropped. */
export async function dropDay(query: Query, day: number, keep: (table: DayTable, own: string) => Promise<void>) {
  for (const { name } of tables) {
    const own = tableOf(name, day);
    await query(`ALTER TABLE ${name} DETACH PARTITION ${own}`);
    await keep(name, own);
    await query(`DROP TABLE ${own}`);
  }
}

/** How long others may wait for a table that is rewritten. */
const rewriteMs = 10_000;

/** `in use`: a table is, for long; `too long`: it would take longer than others may wait. Then it is as before. */
export type Compacted = 'done' | 'in use' | 'too long';

/** Rewrites a table without the space of what was removed. Others wait for it: only for small ones, or when it has to be. */
export async function compact(postgres: Pick<Postgres, 'transaction'>, table: string): Promise<Compacted> {
  try {
    const done = await changeTables(postgres, async (query) => {
      await query(`SET LOCAL statement_timeout = ${rewriteMs}`);
      await query(`CLUSTER ${table} USING ${table}_pkey`);
      return 'done' as const;
    });
    return done ?? 'in use';
  } catch (error) {
    if (isLate(error)) return 'too long';
    throw error;
  }
}
