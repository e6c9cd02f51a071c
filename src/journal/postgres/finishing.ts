import type { Query } from '../../postgres/postgres.ts';
import { type DeliveryRow, deliveryColumns } from './delivery-row.ts';

/** Columns that a finished delivery has from its row in `waiting`. */
const kept = deliveryColumns
  .split(',')
  .map((column) => column.trim())
  .filter((column) => !['status', 'reason', 'detail', 'due_at', 'finished_at'].includes(column))
  .join(', ');

/**
 * Finishes waiting deliveries of a partition without an attempt, such as those that are cancelled or expire: they leave `waiting`.
 * `reason`: a number of a word. `detail` left out: it stays. Returns them as they were, and adds their order keys to `keys`.
 */
export async function finishWaiting(
  query: Query,
  of: { partition: number; numbers: readonly number[] },
  end: { status: number; reason: number; detail?: string; now: number },
  keys: Set<number>,
): Promise<DeliveryRow[]> {
  if (of.numbers.length === 0) return [];
  const rows = await query<DeliveryRow>(
    `WITH gone AS (DELETE FROM waiting WHERE partition = $1 AND number = ANY ($2::bigint[]) RETURNING *),
       finished AS (INSERT INTO delivery (${kept}, status, reason, detail, due_at, finished_at)
         SELECT ${kept}, $3::smallint, $4::integer, coalesce($5::text, detail), NULL, $6::bigint FROM gone)
     SELECT * FROM gone ORDER BY number`,
    [of.partition, of.numbers, end.status, end.reason, end.detail ?? null, end.now],
  );
  for (const { order_key } of rows) if (order_key !== null) keys.add(order_key);
  return rows;
}
