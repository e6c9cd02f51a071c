import { placedId } from '../../../contract/ids.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { statusCodes, statusOf } from '../../codec/status-codes.ts';
import type { LoggedDelivery } from '../../journal.ts';
import { type DeliveryRow, deliveryColumns, ensureWords, loggedOf } from '../delivery-row.ts';
import type { Words } from '../words.ts';
import type { Place } from './delivery-filters.ts';

const { pending, retrying, held, delivered } = statusCodes;

/** The rows of deliveries, in the order of their places; those that are unknown are left out. */
export function deliveriesAt(read: Query, places: readonly Place[]): Promise<DeliveryRow[]> {
  // The times as bounds, too: so PostgreSQL plans for their days alone.
  const times = places.map(({ timeMs }) => timeMs);
  const key = `partition = place.partition AND number = place.number AND created_at = place.at
    AND created_at BETWEEN $4::bigint AND $5::bigint`;
  return read<DeliveryRow>(
    `SELECT found.* FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS place (partition, number, at, rank)
       CROSS JOIN LATERAL (
         SELECT ${deliveryColumns}, false AS is_behind FROM delivery WHERE ${key}
         UNION ALL SELECT ${deliveryColumns}, is_behind FROM waiting WHERE ${key}
         UNION ALL (SELECT ${deliveryColumns}, is_behind FROM planned_delivery WHERE ${key}
           AND entry = (SELECT max(first) FROM plan_entry
             WHERE partition = place.partition AND created_at = place.at AND created_at BETWEEN $4::bigint AND $5::bigint
               AND first <= place.number)
           AND number >= (SELECT settled FROM settling WHERE partition = place.partition))
         LIMIT 1) AS found
     ORDER BY place.rank`,
    [
      places.map(({ partition }) => partition),
      places.map(({ number }) => number),
      ...[times, Math.min(...times), Math.max(...times)],
    ],
  );
}

/** Deliveries as lists have them: with the first in their line, and the later one that repeats them. */
export async function listed(read: Query, words: Words, rows: readonly DeliveryRow[]): Promise<LoggedDelivery[]> {
  const [firsts, repeats] = await Promise.all([firstsInLine(read, rows), repeatsOf(read, rows)]);
  await ensureWords(words, rows);
  await words.ensureTexts(
    [],
    [...repeats.values()].map(({ target }) => target),
  );
  return rows.map((row) => {
    const first = row.order_key === null || row.status > held ? undefined : firsts.get(row.order_key);
    const repeat = repeats.get(row);
    return {
      ...loggedOf(words, row),
      ...(first !== undefined && first.number !== row.number && { waitsFor: placedId('delivery', first) }),
      ...(repeat !== undefined && {
        replayedBy: {
          deliveryId: placedId('delivery', repeat),
          replayId: words.target(repeat.target).replay,
          status: statusOf(repeat.status),
        },
      }),
    };
  });
}

/** The earliest unfinished delivery of each order key that rows have. */
async function firstsInLine(read: Query, rows: readonly DeliveryRow[]): Promise<Map<number, Place>> {
  const keys = new Set(
    rows.flatMap(({ order_key, status }) => (order_key !== null && status <= held ? order_key : [])),
  );
  if (keys.size === 0) return new Map();
  const found = await read<Place & { key: number }>(
    `WITH open AS MATERIALIZED (
         SELECT order_key, partition, number, created_at FROM open_delivery WHERE order_key = ANY ($1::bigint[]))
     SELECT key, first.* FROM unnest($1::bigint[]) AS key CROSS JOIN LATERAL (
       SELECT partition, number, created_at AS "timeMs" FROM (
         (SELECT partition, number, created_at FROM waiting WHERE order_key = key ORDER BY number LIMIT 1)
         UNION ALL SELECT partition, number, created_at FROM open WHERE order_key = key) AS unfinished
       ORDER BY number LIMIT 1) AS first`,
    [[...keys]],
  );
  return new Map(found.map(({ key, ...place }) => [key, place]));
}

type Repeat = Place & { status: number; target: number };

/**
 * Of each row that was not delivered and is not on its way, the later delivery that repeats the first one of its chain: one that
 * was delivered, or else the newest.
 */
async function repeatsOf(read: Query, rows: readonly DeliveryRow[]): Promise<Map<DeliveryRow, Repeat>> {
  const ended = rows.filter(({ status }) => status !== pending && status !== retrying && status !== delivered);
  if (ended.length === 0) return new Map();
  const columns = 'replay_of, replay_of_partition, partition, number, created_at, order_at, status, target';
  const isOne = 'replay_of = ANY ($2::bigint[])';
  const found = await read<Repeat & { rank: number }>(
    `SELECT DISTINCT ON (rank) rank, repeat.partition, repeat.number, repeat.created_at AS "timeMs", repeat.status, repeat.target
     FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::bigint[]) WITH ORDINALITY
         AS of (root_partition, root, order_at, partition, number, rank)
       JOIN (SELECT ${columns} FROM repeats_of($2::bigint[])
         UNION ALL SELECT ${columns} FROM waiting WHERE ${isOne}
         UNION ALL SELECT ${columns} FROM open_delivery WHERE ${isOne}) AS repeat
       ON repeat.replay_of = of.root AND repeat.replay_of_partition = of.root_partition
         AND (repeat.order_at, repeat.partition, repeat.number) > (of.order_at, of.partition, of.number)
     ORDER BY rank, repeat.status = ${delivered} DESC, repeat.order_at DESC, repeat.partition DESC, repeat.number DESC`,
    [
      ended.map((row) => row.replay_of_partition ?? row.partition),
      ended.map((row) => row.replay_of ?? row.number),
      ended.map(({ order_at }) => order_at),
      ended.map(({ partition }) => partition),
      ended.map(({ number }) => number),
    ],
  );
  return new Map(
    found.flatMap(({ rank, ...repeat }) => {
      const row = ended[rank - 1];
      return row === undefined ? [] : [[row, repeat] as const];
    }),
  );
}

/** Of a delivery that was not delivered: whether another one of its chain was, and whether a later one repeats it. */
export type Family = { isRecovered: boolean; isRepeated: boolean };

/** Of the rows that were not delivered and have others in their chain. */
export async function familiesOf(read: Query, rows: readonly DeliveryRow[]): Promise<Map<DeliveryRow, Family>> {
  const asked = rows.filter(({ status }) => status !== delivered);
  if (asked.length === 0) return new Map();
  const columns = 'replay_of_partition, replay_of, partition, number, order_at, status';
  const isOne = 'replay_of = ANY ($2::bigint[])';
  const found = await read<Family & { rank: number }>(
    `WITH asked AS MATERIALIZED (
         SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::smallint[], $6::bigint[])
           WITH ORDINALITY AS asked (root_partition, root, root_at, order_at, partition, number, rank)),
       member AS (
         SELECT ${columns} FROM repeats_of($2::bigint[])
         UNION ALL SELECT ${columns} FROM waiting WHERE ${isOne}
         UNION ALL SELECT ${columns} FROM open_delivery WHERE ${isOne}
         UNION ALL
         SELECT root.partition, root.number, root.* FROM (SELECT DISTINCT root_partition, root, root_at FROM asked
             WHERE root_at IS NOT NULL) AS one
           CROSS JOIN LATERAL (SELECT partition, number, order_at, status FROM delivery
             WHERE partition = one.root_partition AND number = one.root AND created_at = one.root_at LIMIT 1) AS root)
     SELECT rank, bool_or(member.status = ${delivered}) AS "isRecovered",
       bool_or((member.order_at, member.partition, member.number) > (asked.order_at, asked.partition, asked.number))
         AS "isRepeated"
     FROM asked JOIN member ON member.replay_of = asked.root AND member.replay_of_partition = asked.root_partition
     GROUP BY rank`,
    [
      asked.map((row) => row.replay_of_partition ?? row.partition),
      asked.map((row) => row.replay_of ?? row.number),
      asked.map((row) => row.replay_of_at),
      asked.map(({ order_at }) => order_at),
      asked.map(({ partition }) => partition),
      asked.map(({ number }) => number),
    ],
  );
  return new Map(
    found.flatMap(({ rank, ...family }) => {
      const row = asked[rank - 1];
      return row === undefined ? [] : [[row, family] as const];
    }),
  );
}
