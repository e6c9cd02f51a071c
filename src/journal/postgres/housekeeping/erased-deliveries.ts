import { placeOf } from '../../../contract/ids.ts';
import type { Query } from '../../../postgres/postgres.ts';
import { exchangeIds } from '../../codec/attempt-codec.ts';
import { anonymousExchange } from '../../codec/bare-attempts.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { CancelledDelivery } from '../../erasures.ts';
import { type DeliveryRow, deliveryColumns, deliveryIdOf, ensureWords, loggedOf } from '../delivery-row.ts';
import { finishWaiting } from '../finishing.ts';
import { type PartitionMemory, promote } from '../partition-memory.ts';
import type { Words } from '../words.ts';
import { changeExchanges } from './exchanges.ts';
import { removeFinished } from './removal.ts';

/** The deliveries of events of a partition. null: one of them has no row yet, and is in the memory of its owner. */
export async function deliveriesOfEvents(
  query: Query,
  partition: number,
  numbers: readonly number[],
): Promise<DeliveryRow[] | null> {
  const values = [partition, numbers];
  const where = 'event_number = ANY ($2::bigint[]) AND event_partition = $1';
  const [open] = await query(`SELECT 1 FROM open_delivery WHERE ${where} LIMIT 1`, values);
  if (open !== undefined) return null;
  const rows = await query<DeliveryRow & { settled: number }>(
    `SELECT rows.*, settled FROM (
       SELECT ${deliveryColumns}, is_behind FROM waiting WHERE ${where}
       UNION ALL SELECT ${deliveryColumns}, false FROM delivery WHERE ${where}) AS rows
     JOIN settling USING (partition)`,
    values,
  );
  // Without its row, such a one would be taken for open again.
  return rows.some(({ number, settled }) => number >= settled) ? null : rows;
}

/**
 * Removes deliveries with everything that is known of them; those that wait are cancelled first. `isOwned`: whether this process owns a
 * partition. The owner of another one reads it again before it writes. `words` have `cancelled`.
 */
export async function eraseDeliveries(
  query: Query,
  words: Words,
  rows: readonly DeliveryRow[],
  { now, isOwned }: { now: number; isOwned: (partition: number) => boolean },
): Promise<CancelledDelivery[]> {
  const waiting = rows.filter(({ status }) => status <= statusCodes.held);
  await ensureWords(words, waiting, query);
  const end = { status: statusCodes.cancelled, reason: words.wordId('cancelled'), now };
  for (const [partition, some] of Map.groupBy(waiting, (row) => row.partition)) {
    if (!isOwned(partition)) await query('UPDATE settling SET counter = counter + 1 WHERE partition = $1', [partition]);
    const keys = new Set<number>();
    await finishWaiting(query, { partition, numbers: some.map(({ number }) => number) }, end, keys);
    if (keys.size > 0) await promote(query, partition, [...keys]);
  }
  const gone = rows.map((row) => (row.status <= statusCodes.held ? { ...row, status: statusCodes.cancelled } : row));
  const lines = await removeFinished(query, gone);
  await changeExchanges(query, exchangeIds(lines), anonymousExchange);
  return waiting.map((row) => {
    const { id, destinationId, connectionId, actionId, replayId, test } = loggedOf(words, row);
    return { id, destinationId, connectionId, actionId, replayId, test };
  });
}

/** Whether one of these deliveries is in flight. */
export const isSending = (rows: readonly DeliveryRow[], sending: readonly string[]): boolean =>
  rows.some((row) => sending.includes(deliveryIdOf(row)));

/** Runs something in the turns of these partitions, so that nothing else changes their deliveries. */
export function inTurns<T>(partitions: PartitionMemory, of: Iterable<number>, work: () => Promise<T>): Promise<T> {
  return [...new Set(of)]
    .sort((a, b) => b - a)
    .reduce((next, partition) => () => partitions.inTurn(partition, next), work)();
}

/** The numbers of some deliveries of a partition that are not stored any more. */
export async function goneOf(query: Query, partition: number, numbers: readonly number[]): Promise<number[]> {
  const rows = await query<{ number: number }>(
    `SELECT number FROM unnest($2::bigint[]) AS line (number)
     WHERE NOT EXISTS (SELECT FROM waiting WHERE waiting.partition = $1 AND waiting.number = line.number)
       AND NOT EXISTS (SELECT FROM delivery WHERE delivery.partition = $1 AND delivery.number = line.number)`,
    [partition, numbers],
  );
  return rows.map(({ number }) => number);
}

/** The partitions and numbers of ids. */
export const placesOf = (ids: readonly string[]) => ids.flatMap((id) => placeOf('delivery', id) ?? []);
