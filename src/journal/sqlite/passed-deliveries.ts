import { placedId } from '../../contract/ids.ts';
import type { Db } from '../../sqlite/db.ts';
import type { Lease, PassedDelivery, TakenOver } from '../journal.ts';
import type { EventPlace } from './event-codec.ts';
import { isCurrent } from './leases.ts';
import {
  deliveryIds,
  insertPlanned,
  type PlannedGroup,
  type PlannedNumbers,
  packPlanned,
  plannedOf,
} from './planned.ts';

/** Deliveries for one partition: PlannedGroup[] as text. */
export type PackedPassed = [target: number, groups: string];

type Planned = Omit<PassedDelivery, 'eventId'>;

/** By partition. Called on the main thread. */
export function packPassed<D extends Planned>(
  deliveries: readonly D[],
  eventOf: (delivery: D) => EventPlace | null,
): PackedPassed[] {
  return [...Map.groupBy(deliveries, ({ partition }) => partition)].map(([target, some]) => [
    target,
    packPlanned(some, eventOf),
  ]);
}

/** The deliveries as they were created. Called on the main thread. */
export function takenOf({ created }: { created: readonly Created[] }): TakenOver[] {
  return created.flatMap(({ groups, planned }) => {
    const all = plannedOf(groups);
    const ids = deliveryIds(planned, all.length);
    return all.map(({ delivery, event }, index) => ({
      ...delivery,
      id: ids[index] ?? '',
      eventId: event && placedId('event', event),
    }));
  });
}

/** The deliveries of one plan, and the rows that they have. */
type Created = { groups: PlannedGroup[]; planned: PlannedNumbers };

export const passedOperations = {
  takeOver(
    db: Db,
    { lease, limit, now }: { lease: Lease; limit: number; now: number },
  ): { created: Created[]; isMore: boolean } | null {
    if (!isCurrent(db, lease)) return null;
    const created: Created[] = [];
    const sql =
      'SELECT id, deliveries FROM passed_delivery INDEXED BY passed_delivery_target WHERE target = ? ORDER BY id LIMIT 1';
    for (let count = 0; count < limit; ) {
      const next = db.get<{ id: number; deliveries: string }>(sql, lease.partition);
      if (next === undefined) return { created, isMore: false };
      const groups: PlannedGroup[] = JSON.parse(next.deliveries);
      created.push({ groups, planned: insertPlanned(db, lease.partition, groups, now) });
      db.run('DELETE FROM passed_delivery WHERE id = ?', next.id);
      for (const { places } of groups) count += places.length;
    }
    return { created, isMore: true };
  },
};

/** Stores deliveries of one plan for the owner of another partition. */
export function insertPassed(
  db: Db,
  { partition: source }: Lease,
  { target, groups, now }: { target: number; groups: readonly PlannedGroup[]; now: number },
): void {
  if (groups.length === 0) return; // all were of duplicates
  const first = Math.min(...groups.map(({ event }) => event?.number ?? Number.MAX_SAFE_INTEGER));
  const sql = 'INSERT INTO passed_delivery (target, source, first, at, deliveries) VALUES (?, ?, ?, ?, ?)';
  db.run(sql, target, source, first, now, JSON.stringify(groups));
}

/** The offset from which on events of a partition have deliveries that were passed and not taken over yet; null: none. */
export function firstPassed(db: Db, source: number): number | null {
  const sql = 'SELECT min(first) AS first FROM passed_delivery INDEXED BY passed_delivery_source WHERE source = ?';
  return db.get<{ first: number | null }>(sql, source)?.first ?? null;
}
