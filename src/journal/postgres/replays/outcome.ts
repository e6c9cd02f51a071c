import type { Query } from '../../../postgres/postgres.ts';
import { statusCodes, statusOf } from '../../codec/status-codes.ts';
import { noCounts } from '../../deliveries.ts';
import type { OnHold, ReplayOutcome } from '../../replays.ts';
import { addCounters } from '../../statistics.ts';

/**
 * The unfinished deliveries of the replay $1 with their destinations. The targets come first: their number is small, and the
 * entries of their partitions alone are read.
 */
export const openOfReplay = `mine AS MATERIALIZED (SELECT id, destination, partition FROM target WHERE replay = $1),
  unfinished AS (
    SELECT destination, waiting.partition, number, status, due_at, is_behind FROM mine JOIN waiting ON target = id
    UNION ALL
    SELECT destination, open.partition, number, status, due_at, is_behind FROM open_delivery AS open JOIN mine ON target = id
    WHERE open.partition = ANY (ARRAY (SELECT partition FROM mine)))`;

/** How many deliveries of the replay $1 were passed and are not created yet. */
export const passedOfReplay = '(SELECT coalesce(sum(count), 0)::integer FROM passed_delivery WHERE replay = $1)';

/** See `outcome` of the port. */
export async function outcomeOf(query: Query, id: string, { destinationIds, now }: OnHold): Promise<ReplayOutcome> {
  const [row] = await query<{ counts: Record<string, number>; removed: string | null; passed: number }>(
    `WITH ${openOfReplay},
       part AS (
         SELECT CASE WHEN destination = ANY ($2::text[]) AND (status = ${statusCodes.pending}
             OR (status = ${statusCodes.retrying} AND due_at <= $3::bigint)) THEN ${statusCodes.held} ELSE status END AS status,
           count(*) AS count
         FROM unfinished GROUP BY 1
         UNION ALL
         SELECT status, count(*) FROM delivery WHERE target = ANY (ARRAY (SELECT id FROM mine)) GROUP BY 1)
     SELECT (SELECT coalesce(jsonb_object_agg(status, count), '{}') FROM
         (SELECT status, sum(count) AS count FROM part GROUP BY status) AS sums) AS counts,
       (SELECT removed FROM replay WHERE id = $1) AS removed, ${passedOfReplay} AS passed`,
    [id, destinationIds, now],
  );
  const outcome = noCounts();
  for (const [status, count] of Object.entries(row?.counts ?? {})) outcome[statusOf(Number(status))] += count;
  if (row?.removed != null) addCounters(outcome, JSON.parse(row.removed));
  outcome.pending += row?.passed ?? 0;
  return outcome;
}

/** One of the finished deliveries of a target is sent again: from now on the outcome of its replay is counted. */
export async function forgetOutcome(query: Query, target: number): Promise<void> {
  await query(
    `UPDATE replay SET outcome = NULL WHERE outcome IS NOT NULL
       AND id = (SELECT replay FROM target WHERE id = $1 AND replay <> '')`,
    [target],
  );
}

/** Keeps deliveries that are removed in the outcomes of their replays. */
export async function countRemoved(query: Query, rows: readonly { target: number; status: number }[]): Promise<void> {
  if (rows.length === 0) return;
  const replays = await query<{ replay: string; targets: number[] }>(
    `SELECT replay, array_agg(id) AS targets FROM target WHERE id = ANY ($1::integer[]) AND replay <> '' GROUP BY replay
     ORDER BY replay`,
    [[...new Set(rows.map(({ target }) => target))]],
  );
  for (const { replay, targets } of replays) {
    const counts = noCounts();
    for (const { target, status } of rows) if (targets.includes(target)) counts[statusOf(status)] += 1;
    await countRemovedBy(query, replay, counts);
  }
}

/** The same for one replay, by status. */
export async function countRemovedBy(query: Query, replay: string, more: Partial<ReplayOutcome>): Promise<void> {
  const sql = 'SELECT removed FROM replay WHERE id = $1 FOR UPDATE';
  const [row] = await query<{ removed: string }>(sql, [replay]);
  if (row === undefined) return;
  const removed: Record<string, number> = JSON.parse(row.removed);
  addCounters(removed, more);
  await query('UPDATE replay SET removed = $2 WHERE id = $1', [replay, JSON.stringify(removed)]);
}
