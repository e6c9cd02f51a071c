import type { Query } from '../../../postgres/postgres.ts';
import type { BlockLine } from '../../codec/attempt-codec.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import { countRemoved } from '../replays/outcome.ts';
import { attemptLines } from './attempt-lines.ts';
import { forgetExchanges } from './exchanges.ts';

/** The lists of a key of deliveries as values: partition, number, created_at. */
export const keysOf = (rows: readonly Pick<DeliveryRow, 'partition' | 'number' | 'created_at'>[]) => [
  rows.map(({ partition }) => partition),
  rows.map(({ number }) => number),
  rows.map(({ created_at }) => created_at),
];

/** Removes finished deliveries with their logs; what their replays show stays. Returns the lines of the logs. */
export async function removeFinished(query: Query, rows: readonly DeliveryRow[]): Promise<BlockLine[]> {
  if (rows.length === 0) return [];
  const blocks = attemptLines(query);
  await blocks.load(rows);
  const gone: BlockLine[][] = [];
  for (const row of rows) {
    const history = await blocks.history(row);
    blocks.remove(row, history);
    gone.push(history.lines);
  }
  await blocks.flush();
  await forgetExchanges(query, gone);
  await query(
    `DELETE FROM delivery USING unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS old (partition, number, created_at)
     WHERE delivery.partition = old.partition AND delivery.number = old.number AND delivery.created_at = old.created_at`,
    keysOf(rows),
  );
  await countRemoved(query, rows);
  return gone.flat();
}
