import type { Query } from '../../postgres/postgres.ts';
import { type DeliveryRow, deliveryColumns } from './delivery-row.ts';

/** The place of a delivery, as its id has it. */
export type DeliveryPlace = { partition: number; number: number; timeMs: number };

/** The row of an unfinished delivery, which stays as it is until the transaction ends. */
export async function waitingRow(query: Query, { partition, number, timeMs }: DeliveryPlace) {
  const sql = 'SELECT * FROM waiting WHERE partition = $1 AND number = $2 AND created_at = $3 FOR UPDATE';
  return (await query<DeliveryRow>(sql, [partition, number, timeMs]))[0];
}

/**
 * Moves a finished delivery back to those that wait, into its old place in the order of its key. Returns its row as it was;
 * undefined: it is not finished, or unknown.
 */
export async function reopen(query: Query, { partition, number, timeMs }: DeliveryPlace) {
  const [row] = await query<DeliveryRow>(
    `WITH gone AS (DELETE FROM delivery WHERE partition = $1 AND number = $2 AND created_at = $3 RETURNING *),
       back AS (INSERT INTO waiting (${deliveryColumns}, is_behind)
         SELECT ${deliveryColumns}, order_key IS NOT NULL AND EXISTS (SELECT FROM waiting AS earlier
           WHERE earlier.order_key = gone.order_key AND earlier.partition = gone.partition AND earlier.number < gone.number)
         FROM gone)
     SELECT *, false AS is_behind FROM gone`,
    [partition, number, timeMs],
  );
  if (row !== undefined && row.order_key !== null)
    await query(
      `UPDATE waiting SET is_behind = true WHERE partition = $1 AND number = (
         SELECT number FROM waiting WHERE order_key = $2 AND partition = $1 AND number > $3 ORDER BY number LIMIT 1)`,
      [partition, row.order_key, number],
    );
  return row;
}

/** Waiting deliveries become due now, unless they are due already, and their schedules start again. */
export async function startAgain(query: Query, partition: number, numbers: readonly number[], now: number) {
  await query(
    `UPDATE waiting SET status = 0, reason = NULL, detail = NULL, error_kind = NULL, due_at = least(coalesce(due_at, $3), $3),
       finished_at = NULL, schedule_step = 0, waited_ms = 0, deaths = 0, bodies_until = NULL
     WHERE partition = $1 AND number = ANY ($2::bigint[])`,
    [partition, numbers, now],
  );
}
