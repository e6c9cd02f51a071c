import { placeOf } from '../../../contract/ids.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import { countByAction } from '../../counts.ts';
import type { CountByAction, JournalLog, StoredHeld, UnfinishedCount, UnresolvedCount } from '../../journal.ts';

/** The unfinished deliveries: few are open, and those that wait are in a small table. */
const unfinished = 'SELECT * FROM waiting UNION ALL SELECT * FROM open_delivery';
const queue = `destination AS "destinationId", connection AS "connectionId"`;
const { held, delivered, failed } = statusCodes;

/** Counts of the present state, for the console and for metrics. */
export function openCounts(
  read: Query,
): Pick<JournalLog, 'backlog' | 'storedHeld' | 'unfinished' | 'unresolved' | 'waiting' | 'oldestWaiting'> {
  return {
    // Of the open ones with an order key, those with an earlier one are behind it.
    backlog: () =>
      read(
        `WITH open AS MATERIALIZED (SELECT target, number, order_key, due_at FROM open_delivery WHERE due_at IS NOT NULL),
           unfinished AS (
             SELECT target, due_at, is_behind FROM waiting WHERE due_at IS NOT NULL
             UNION ALL
             SELECT target, due_at, order_key IS NOT NULL AND (row_number() OVER (PARTITION BY order_key ORDER BY number) > 1
               OR EXISTS (SELECT FROM waiting WHERE waiting.order_key = open.order_key AND waiting.number < open.number))
             FROM open),
           part AS (
             SELECT target, count(*) AS open, min(due_at) FILTER (WHERE NOT is_behind) AS "nextDueAt"
             FROM unfinished GROUP BY target)
         SELECT ${queue}, nullif(replay, '') AS "replayId", "nextDueAt", open
         FROM part JOIN target ON target.id = part.target ORDER BY destination, connection, replay`,
      ),

    storedHeld: () =>
      read<StoredHeld>(
        `SELECT ${queue}, sum(count)::bigint AS count
         FROM (SELECT target, count(*) AS count FROM waiting WHERE status = ${held} GROUP BY target) AS part
           JOIN target ON target.id = part.target GROUP BY destination, connection ORDER BY destination, connection`,
      ),

    unfinished: (now) =>
      read<UnfinishedCount>(
        `WITH part AS (
             SELECT target, count(*) AS open, count(*) FILTER (WHERE due_at <= $1) AS due,
               min(ARRAY[number, created_at]) AS first,
               min(ARRAY[number, created_at]) FILTER (WHERE due_at > $1) AS later
             FROM (${unfinished}) AS unfinished WHERE due_at IS NOT NULL GROUP BY target)
         SELECT ${queue}, nullif(replay, '') AS "replayId", open, due, first[2] AS "firstAt", later[2] AS "firstLaterAt"
         FROM part JOIN target ON target.id = part.target ORDER BY destination, connection, replay`,
        [now],
      ),

    // The failed ones of each target, without tests and without those of a family (a delivery and all that repeat it) in which one
    // was delivered, or a later one repeats it. Families are few: they come from replays.
    unresolved: () =>
      read<UnresolvedCount>(
        `WITH repeat AS MATERIALIZED (
             SELECT replay_of_partition AS root_partition, replay_of AS root, replay_of_at AS root_at, partition, number, order_at,
               status, target, test FROM delivery WHERE replay_of IS NOT NULL
             UNION ALL
             SELECT replay_of_partition, replay_of, replay_of_at, partition, number, order_at, status, target, test
             FROM (${unfinished}) AS unfinished WHERE replay_of IS NOT NULL),
           member AS MATERIALIZED (
             SELECT root_partition, root, partition, number, order_at, status, target, test FROM repeat
             UNION ALL
             SELECT found.partition, found.number, found.* FROM (SELECT DISTINCT root_partition, root, root_at FROM repeat) AS one
             CROSS JOIN LATERAL (SELECT partition, number, order_at, status, target, test FROM delivery
               WHERE partition = root_partition AND number = root AND created_at = root_at LIMIT 1) AS found),
           family AS (
             SELECT root_partition, root, bool_or(status = ${delivered}) AS is_recovered,
               max(ARRAY[order_at, partition, number]) AS newest
             FROM member GROUP BY root_partition, root),
           part AS (
             SELECT id AS target, count FROM target CROSS JOIN LATERAL
               (SELECT count(*) AS count FROM delivery WHERE delivery.target = target.id AND status = ${failed}) AS counted
             UNION ALL
             SELECT target, -count(*) FROM delivery WHERE test AND status = ${failed} GROUP BY target
             UNION ALL
             SELECT target, -count(*) FROM member JOIN family USING (root_partition, root)
             WHERE status = ${failed} AND NOT test
               AND (is_recovered OR ARRAY[order_at, partition, number] <> newest) GROUP BY target)
         SELECT ${queue}, sum(count)::bigint AS count FROM part JOIN target ON target.id = part.target
         GROUP BY destination, connection HAVING sum(count) > 0 ORDER BY destination, connection`,
      ),

    async waiting(destinationId, except) {
      const places = except.flatMap((id) => placeOf('delivery', id) ?? []);
      return countByAction(
        await read<CountByAction>(
          `WITH excepted AS MATERIALIZED (SELECT * FROM unnest($2::smallint[], $3::bigint[]) AS excepted (partition, number))
           SELECT word.text AS "actionId", count FROM (
             SELECT action, count(*) AS count FROM (${unfinished}) AS unfinished
             WHERE due_at IS NOT NULL AND target IN (SELECT id FROM target WHERE destination = $1)
               AND (partition, number) NOT IN (SELECT partition, number FROM excepted) GROUP BY action) AS part
           LEFT JOIN word ON word.id = action`,
          [destinationId, places.map(({ partition }) => partition), places.map(({ number }) => number)],
        ),
      );
    },

    async oldestWaiting() {
      const [row] = await read<{ at: number | null }>(
        `SELECT min(created_at) AS at FROM (
           (SELECT created_at FROM waiting ORDER BY order_at, partition, number LIMIT 1)
           UNION ALL (SELECT created_at FROM open_delivery ORDER BY order_at, partition, number LIMIT 1)) AS oldest`,
      );
      return row?.at ?? null;
    },
  };
}
