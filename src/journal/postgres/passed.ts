import { placedId } from '../../contract/ids.ts';
import type { Query } from '../../postgres/postgres.ts';
import type { TakenOver } from '../hot.ts';
import type { Lease } from '../leases.ts';
import type { EndedSource } from '../replays.ts';
import type { PostgresIntake } from './intake.ts';
import { idsOf, type PlacedDelivery } from './intake-batch.ts';
import type { Partitions } from './partitions.ts';
import { targetIn } from './words.ts';

type Parts = { query: Query; partitions: Partitions; intake: PostgresIntake };

/** Creates passed deliveries in the partition of a lease: whole plans, about `limit` deliveries. */
export async function takeOver(
  { query, partitions, intake }: Parts,
  lease: Lease,
  { limit, now }: { limit: number; now: number },
): Promise<{ taken: TakenOver[]; ended: EndedSource[]; isMore: boolean } | null> {
  if ((await partitions.held(lease)) === null) return null;
  const { partition } = lease;
  const rows = await query<{ id: number; deliveries: Omit<PlacedDelivery, 'partition'>[] }>(
    `SELECT id, deliveries FROM (
       SELECT id, deliveries, sum(greatest(jsonb_array_length(deliveries), 1)) OVER (ORDER BY id) - jsonb_array_length(deliveries)
         AS before FROM (SELECT id, deliveries FROM passed_delivery WHERE target = $1 ORDER BY id LIMIT $2) AS next) AS counted
     WHERE before < $2 ORDER BY id`,
    [partition, limit],
  );
  if (rows.length === 0) return { taken: [], ended: [], isMore: false };
  const all = rows.flatMap(({ deliveries }) => deliveries);
  const taken = await intake.add<TakenOver[] | null>({
    partition,
    bytes: 0,
    words: all.flatMap(({ actionId }) => actionId ?? []),
    targets: all.map((one) => targetIn(partition, one)),
    stage(draft) {
      if (lease.epoch !== draft.memory.epoch) return () => null;
      draft.taken.push(...rows.map(({ id }) => id));
      const news = all.map(({ event, ...delivery }) => ({ delivery, event, replayId: null, replayOf: null }));
      const ids = idsOf(draft.create(news, now), news.length);
      return () =>
        all.map(({ event, ...delivery }, index) => ({
          ...delivery,
          id: ids[index] ?? '',
          eventId: event && placedId('event', event),
        }));
    },
  });
  if (taken === null) return null;
  const [more] = await query('SELECT 1 FROM passed_delivery WHERE target = $1 LIMIT 1', [partition]);
  return { taken, ended: [], isMore: more !== undefined };
}
