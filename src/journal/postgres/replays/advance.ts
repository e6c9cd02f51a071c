import type { Postgres, Query } from '../../../postgres/postgres.ts';
import type { Lease } from '../../leases.ts';
import type { Advanced, ReplayStep } from '../../replays.ts';
import type { EventReader } from '../event-reader.ts';
import type { PostgresIntake } from '../intake.ts';
import { idsOf, type NewDelivery, type PassedRow } from '../intake-batch.ts';
import { type PartitionMemory, rowsWritten, writeRows } from '../partition-memory.ts';
import { targetIn, type Words } from '../words.ts';
import { copyRequests, endSources } from './replayed.ts';
import { type ReplayedRow, replayedParts } from './replayed-parts.ts';

export type AdvanceParts = Pick<Postgres, 'query' | 'transaction'> & {
  partitions: PartitionMemory;
  words: Words;
  events: EventReader;
  intake: PostgresIntake;
};

/** What a step or `takePassed` creates in the partition of a lease. */
type Replayed = {
  replayId: string;
  rows: readonly ReplayedRow[];
  passed: readonly PassedRow[];
  /** Ids of passed deliveries that are created here. */
  taken: readonly number[];
  now: number;
};

/** The step is not the next one of a running replay. */
class Refused extends Error {}

/** See `advance` of the port. */
export async function advance(parts: AdvanceParts, lease: Lease, step: ReplayStep): Promise<Advanced | null> {
  const { rows, passed } = replayedParts(step, lease.partition);
  const replayed = { replayId: step.id, rows, passed, taken: [], now: step.now };
  try {
    return await createReplayed(parts, lease, replayed, (query) => moveCursor(query, lease, step));
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

async function moveCursor(query: Query, { partition }: Lease, step: ReplayStep): Promise<void> {
  const { id, from, to, isLast, deliveries } = step;
  const [row] = await query<{ leftOut: string }>(
    `SELECT left_out AS "leftOut" FROM replay WHERE id = $1 AND partition = $2 AND state = 'running'
       AND cursor IS NOT DISTINCT FROM $3 FOR UPDATE`,
    [id, partition, from],
  );
  if (row === undefined) throw new Refused();
  const leftOut: Record<string, number> = JSON.parse(row.leftOut);
  for (const [reason, count] of Object.entries(step.leftOut)) leftOut[reason] = (leftOut[reason] ?? 0) + count;
  await query('UPDATE replay SET cursor = $2, is_read = $3, made = made + $4, left_out = $5 WHERE id = $1', [
    ...[id, to, isLast, deliveries.length, JSON.stringify(leftOut)],
  ]);
}

/**
 * Creates deliveries of a replay in the partition of a lease, ends the held ones there that they replace, and passes those of other
 * partitions, in one transaction. Each gets a row at once. null: the lease is stale.
 */
export async function createReplayed(
  parts: AdvanceParts,
  lease: Lease,
  { replayId, rows, passed, taken, now }: Replayed,
  before: (query: Query) => Promise<void> = async () => {},
): Promise<Advanced | null> {
  const { partitions, intake, words, events } = parts;
  const { partition } = lease;
  const news = rows.flatMap((row) => (row.delivery === null ? [] : { row, delivery: row.delivery }));
  await words.ensure(['cancelled']);
  // In the turn of the partition: nothing else changes the order of its deliveries until the commit.
  return partitions.inTurn(partition, async () => {
    if ((await partitions.held(lease)) === null) return null;
    let created: { ids: string[]; first: number; upTo: number } | null = null;
    let ended: Advanced['ended'] = [];
    return intake.add<Advanced | null>({
      partition,
      bytes: 0,
      words: news.flatMap(({ delivery }) => delivery.actionId ?? []),
      targets: news.map(({ delivery }) => targetIn(partition, delivery, replayId)),
      stage(draft) {
        created = null;
        if (lease.epoch !== draft.memory.epoch) return () => null;
        draft.take(taken);
        draft.passed.push(...passed);
        const made = draft.create(
          news.map(({ row, delivery }): NewDelivery => ({ delivery, event: row.event, replayId, replayOf: row.of })),
          now,
        );
        const ids = idsOf(made, news.length);
        const upTo = draft.state.nextDelivery;
        // They are not open: `within` makes rows of them.
        draft.opened.length = 0;
        created = { ids, first: made.first, upTo };
        return () => {
          rowsWritten(draft.memory, upTo);
          return { ids, ended };
        };
      },
      async within(query, { memory }) {
        if (created === null) return;
        const { first, upTo } = created;
        await before(query);
        if (!(await writeRows(query, memory, upTo))) throw new Refused();
        ended = await endSources(query, words, partition, { rows, replayId, now });
        const copies = news.flatMap(({ row }, index) => (row.keepsBody ? { number: first + index, row } : []));
        await copyRequests(query, events, partition, copies, now);
      },
    });
  });
}
