import { batcher } from '../../async/batcher.ts';
import { placedId } from '../../contract/ids.ts';
import type { Query } from '../../postgres/postgres.ts';
import type { Taken, TakenDelivery } from '../hot.ts';
import type { Lease } from '../leases.ts';
import type { EndedSource } from '../replays.ts';
import { idsOf, type PlacedDelivery } from './intake-batch.ts';
import { type AdvanceParts, createReplayed } from './replays/advance.ts';
import type { ReplayedRow } from './replays/replayed-parts.ts';
import { targetIn } from './words.ts';

type Placed = Omit<PlacedDelivery, 'partition'>;

type Row = { id: number; revision: number } & (
  | { replay: null; deliveries: Placed[] }
  | { replay: string; deliveries: ReplayedRow[] }
);

/** What was created of some rows; null: the lease is stale. */
type Part = { taken: TakenDelivery[]; ended: EndedSource[] } | null;

/**
 * Whether deliveries were passed to a partition. Partitions that are looked at together share a statement: a node looks at all of
 * its own ten times a second.
 */
export const passedLook = (query: Query): ((partition: number) => Promise<boolean>) =>
  batcher<number, boolean>({
    size: 1_024,
    outstanding: 1,
    async run(partitions) {
      const rows = await query<{ target: number }>(
        `SELECT target FROM unnest($1::smallint[]) AS target
         WHERE EXISTS (SELECT FROM passed_delivery WHERE passed_delivery.target = target.target)`,
        [partitions],
      );
      const passed = new Set(rows.map(({ target }) => target));
      return partitions.map((partition) => passed.has(partition));
    },
  });

type TakePassedParts = AdvanceParts & { isPassed: (partition: number) => Promise<boolean> };

const nothing: Taken = { taken: [], ended: [], isMore: false, isBehind: false };

/** Creates passed deliveries in the partition of a lease: whole plans, about `limit` deliveries. */
export async function takePassed(
  parts: TakePassedParts,
  lease: Lease,
  { limit, now, revision }: { limit: number; now: number; revision: number },
): Promise<Taken | null> {
  const { query, partitions } = parts;
  if ((await partitions.held(lease)) === null) return null;
  const { partition } = lease;
  if (!(await parts.isPassed(partition))) return nothing;
  const rows = await query<Row>(
    `SELECT id, replay, deliveries, (SELECT revision FROM catalog_revision) AS revision FROM (
       SELECT id, replay, deliveries,
         sum(greatest(jsonb_array_length(deliveries), 1)) OVER (ORDER BY id) - jsonb_array_length(deliveries) AS before
       FROM (SELECT id, replay, deliveries FROM passed_delivery WHERE target = $1 ORDER BY id LIMIT $2) AS next) AS counted
     WHERE before < $2 ORDER BY id`,
    [partition, limit],
  );
  if (rows.some((row) => row.revision !== revision)) return { ...nothing, isMore: true, isBehind: true };
  const taken: TakenDelivery[] = [];
  const ended: EndedSource[] = [];
  for (const some of runsOf(rows)) {
    const part = await created(parts, lease, some, now);
    if (part === null) return null;
    taken.push(...part.taken);
    ended.push(...part.ended);
  }
  if (rows.length === 0) return { ...nothing, taken, ended };
  const [more] = await query('SELECT 1 FROM passed_delivery WHERE target = $1 LIMIT 1', [partition]);
  return { taken, ended, isMore: more !== undefined, isBehind: false };
}

/** Consecutive rows of plans, or of one replay, are created together. */
function runsOf(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[0]?.replay === row.replay) last.push(row);
    else runs.push([row]);
  }
  return runs;
}

async function created(parts: AdvanceParts, lease: Lease, rows: readonly Row[], now: number): Promise<Part> {
  const replayId = rows[0]?.replay ?? null;
  const ids = rows.map(({ id }) => id);
  if (replayId === null) return planned(parts, lease, rows, now);
  const all = rows.flatMap((row) => (row.replay === null ? [] : row.deliveries));
  const done = await createReplayed(parts, lease, { replayId, rows: all, passed: [], taken: ids, now });
  const news = all.flatMap(({ delivery, event }) => (delivery === null ? [] : { ...delivery, event }));
  return (
    done && {
      taken: news.map((one, index) => ({ ...takenDelivery(one, done.ids[index]), replayId })),
      ended: done.ended,
    }
  );
}

async function planned({ intake }: AdvanceParts, lease: Lease, rows: readonly Row[], now: number): Promise<Part> {
  const { partition } = lease;
  const all = rows.flatMap((row) => (row.replay === null ? row.deliveries : []));
  return intake.add<Part>({
    partition,
    bytes: 0,
    words: all.flatMap(({ actionId }) => actionId ?? []),
    targets: all.map((one) => targetIn(partition, one)),
    stage(draft) {
      if (lease.epoch !== draft.memory.epoch) return () => null;
      draft.take(rows.map(({ id }) => id));
      const news = all.map(({ event, ...delivery }) => ({ delivery, event, replayId: null, replayOf: null }));
      const ids = idsOf(draft.create(news, now), news.length);
      return () => ({ taken: all.map((one, index) => takenDelivery(one, ids[index])), ended: [] });
    },
  });
}

const takenDelivery = ({ event, ...delivery }: Placed, id = ''): TakenDelivery => ({
  ...delivery,
  id,
  eventId: event && placedId('event', event),
});
