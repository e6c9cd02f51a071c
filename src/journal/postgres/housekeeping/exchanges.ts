import type { Query } from '../../../postgres/postgres.ts';
import { type BlockLine, exchangeIds } from '../../codec/attempt-codec.ts';
import { packLines } from '../../codec/event-codec.ts';
import { linesOf } from '../event-reader.ts';

/**
 * Removes the exchanges that only removed deliveries had, by their lines. Takes many deliveries at once, since they share
 * exchanges.
 */
export async function forgetExchanges(query: Query, gone: readonly (readonly BlockLine[])[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const lines of gone) for (const id of exchangeIds(lines)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const ids = [...counts.keys()].sort();
  if (ids.length === 0) return;
  await query(
    `UPDATE batch_exchange SET live = live - count FROM unnest($1::text[], $2::integer[]) AS gone (id, count)
     WHERE batch_exchange.id = gone.id`,
    [ids, ids.map((id) => counts.get(id))],
  );
  await query('DELETE FROM batch_exchange WHERE id = ANY ($1::text[]) AND live <= 0', [ids]);
}

/** Changes the texts of exchanges, for all their deliveries. */
export async function changeExchanges(
  query: Query,
  ids: Iterable<string>,
  change: (exchange: string) => string,
): Promise<void> {
  for (const id of [...ids].sort()) {
    const sql = 'SELECT exchange FROM batch_exchange WHERE id = $1 FOR UPDATE';
    const [row] = await query<{ exchange: Buffer }>(sql, [id]);
    if (row === undefined) continue;
    const packed = Buffer.from(packLines(change(linesOf(row.exchange).join('\n'))));
    await query('UPDATE batch_exchange SET exchange = $2 WHERE id = $1', [id, packed]);
  }
}
