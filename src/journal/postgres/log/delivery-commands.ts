import { countsInSteps, inSteps, untilFewer } from '../../../async/in-steps.ts';
import { appendAudit } from '../../../audit/postgres/append.ts';
import { ofStatus } from '../../../audit/status-change.ts';
import { placeOf } from '../../../contract/ids.ts';
import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { lost, unlessLost } from '../../codec/lease-codec.ts';
import { statusCodes, statusOf } from '../../codec/status-codes.ts';
import { countByAction } from '../../counts.ts';
import type { CountByAction } from '../../deliveries.ts';
import type { Lease } from '../../leases.ts';
import type { JournalLog, Released } from '../../log.ts';
import { addCounters } from '../../statistics.ts';
import { finishWaiting } from '../finishing.ts';
import { changeUnder, type PartitionMemory } from '../partition-memory.ts';
import { reopen, startAgain, waitingRow } from '../reopening.ts';
import { forgetOutcome } from '../replays/outcome.ts';
import type { Words } from '../words.ts';

export type CommandParts = Pick<Postgres, 'query' | 'transaction'> & { partitions: PartitionMemory; words: Words };

type DeliveryCommands = Pick<JournalLog, 'retry' | 'cancel' | 'release' | 'releaseOrder' | 'expire'>;

const rowsAtOnce = 500;

/** What people do to deliveries, in a transaction each, or one for each step of many. */
export function postgresDeliveryCommands(parts: CommandParts): DeliveryCommands {
  const { words } = parts;

  return {
    async retry(lease, { id, now, render }, entry) {
      const place = placeOf('delivery', id);
      return under(parts, lease, async (query) => {
        if (place?.partition !== lease.partition) return null;
        const row = (await waitingRow(query, place)) ?? (await reopen(query, place));
        if (row === undefined) return null;
        const { partition, number, target } = row;
        await startAgain(query, partition, [number], now);
        if (render !== null)
          await query(
            `UPDATE waiting SET action_version = $3, destination_version = $4, rendered_block = NULL
             WHERE partition = $1 AND number = $2`,
            [partition, number, render.actionVersion, render.destinationVersion],
          );
        await forgetOutcome(query, target);
        const before = statusOf(row.status);
        if (entry !== undefined) await appendAudit(query, [ofStatus(entry, before, 'pending')]);
        return before;
      });
    },

    async cancel(lease, id, now, entry) {
      await words.ensure(['cancelled']);
      const place = placeOf('delivery', id);
      return under(parts, lease, async (query, keys) => {
        if (place?.partition !== lease.partition) return null;
        const { partition, number, timeMs } = place;
        const row = await waitingRow(query, place);
        if (row === undefined) {
          const sql = 'SELECT 1 FROM delivery WHERE partition = $1 AND number = $2 AND created_at = $3';
          return (await query(sql, [partition, number, timeMs])).length > 0 ? false : null;
        }
        const end = { status: statusCodes.cancelled, reason: words.wordId('cancelled'), now };
        await finishWaiting(query, { partition, numbers: [number] }, end, keys);
        if (entry !== undefined) await appendAudit(query, [ofStatus(entry, statusOf(row.status), 'cancelled')]);
        return true;
      });
    },

    async release(lease, destinationId, now, which = 'known') {
      await words.ensure(['unknown_outcome']);
      const sum: Released = { released: 0, unknownOutcomes: 0 };
      // Each is looked at once, also while others come to be held.
      await inSteps(0, async (after) => {
        const step = await under(parts, lease, async (query) => {
          const { partition } = lease;
          const held = await query<{ number: number; reason: number | null }>(
            `SELECT number, reason FROM waiting
             WHERE partition = $1 AND status = ${statusCodes.held} AND target = ANY ($2::integer[]) AND number > $3
             ORDER BY number LIMIT ${rowsAtOnce}`,
            [partition, await targetsOf(query, destinationId, partition), after],
          );
          const unknown = words.wordId('unknown_outcome');
          const known = held.filter(({ reason }) => which === 'all' || reason !== unknown);
          const numbers = known.map(({ number }) => number);
          if (numbers.length > 0) await startAgain(query, partition, numbers, now);
          const last = held.length < rowsAtOnce ? null : (held.at(-1)?.number ?? null);
          return { last, counts: { released: known.length, unknownOutcomes: held.length - known.length } };
        });
        addCounters(sum, step.counts);
        return step.last;
      });
      return sum;
    },

    async releaseOrder(lease, destinationId, releaseAfter) {
      const { partition } = lease;
      await untilFewer(rowsAtOnce, (limit) =>
        under(parts, lease, async (query, keys) => {
          const rows = await query<{ number: number; orderKey: number }>(
            `SELECT number, order_key AS "orderKey" FROM waiting
             WHERE partition = $1 AND status = ${statusCodes.retrying} AND target = ANY ($2::integer[])
               AND order_key IS NOT NULL AND attempts >= $3 LIMIT $4`,
            [partition, await targetsOf(query, destinationId, partition), releaseAfter, limit],
          );
          await query(
            `UPDATE waiting SET order_key = NULL, is_behind = false WHERE partition = $1 AND number = ANY ($2::bigint[])`,
            [partition, rows.map(({ number }) => number)],
          );
          for (const { orderKey } of rows) keys.add(orderKey);
          return rows.length;
        }),
      );
    },

    async expire(lease, { destinationId, createdBefore, now, except: ids }) {
      await words.ensure(['expired']);
      const { partition } = lease;
      const except = ids.flatMap((id) => placeOf('delivery', id)?.number ?? []);
      const step = (limit: number) =>
        changeUnder(parts, parts.partitions, lease, async (query, keys) => {
          const old = await query<{ number: number }>(
            `SELECT number FROM waiting
             WHERE partition = $1 AND target = ANY ($2::integer[]) AND due_at <= $3 AND ${isAged}
               AND number <> ALL ($5::bigint[]) LIMIT $6`,
            [partition, await targetsOf(query, destinationId, partition), now, createdBefore, except, limit],
          );
          const end = { status: statusCodes.failed, reason: words.wordId('expired'), now };
          return finishWaiting(query, { partition, numbers: old.map(({ number }) => number) }, end, keys);
        });
      return countByAction(await countsInSteps(async (limit) => countedByAction(words, (await step(limit)) ?? [])));
    },
  };
}

/**
 * Whether a waiting delivery was created before $4, at $3 now. A time after now was given by a wrong clock: it is as old as the
 * next delivery of the partition with a right one, or as the time to which the clock was set back.
 */
const isAged = `(created_at < $4 OR (created_at > $3 AND coalesce(
  (SELECT created_at FROM (
     (SELECT number, created_at FROM waiting AS later
      WHERE later.partition = $1 AND later.number > waiting.number AND later.created_at <= $3 ORDER BY number LIMIT 1)
     UNION ALL (SELECT number, created_at FROM delivery AS later
      WHERE later.partition = $1 AND later.number > waiting.number AND later.created_at <= $3 ORDER BY number LIMIT 1)
   ) AS next ORDER BY number LIMIT 1),
  (SELECT delivery_at FROM intake WHERE partition = $1)) < $4))`;

/** Throws AppError `unavailable` when the lease is stale. */
async function under<T>(
  parts: CommandParts,
  lease: Lease,
  work: (query: Query, keys: Set<number>) => Promise<T>,
): Promise<T> {
  const done = await changeUnder(parts, parts.partitions, lease, async (query, keys) => ({
    result: await work(query, keys),
  }));
  return unlessLost(done ?? lost).result;
}

async function targetsOf(query: Query, destinationId: string, partition: number): Promise<number[]> {
  const sql = 'SELECT id FROM target WHERE destination = $1 AND partition = $2';
  return (await query<{ id: number }>(sql, [destinationId, partition])).map(({ id }) => id);
}

/** The counts of rows by their actions. */
export async function countedByAction(
  words: Words,
  rows: readonly { action: number | null }[],
): Promise<CountByAction[]> {
  await words.ensureTexts(rows.flatMap(({ action }) => action ?? []));
  return Array.from(
    Map.groupBy(rows, ({ action }) => action),
    ([action, some]) => ({ actionId: action === null ? null : words.text(action), count: some.length }),
  );
}
