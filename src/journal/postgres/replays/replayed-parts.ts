import { placeOf } from '../../../contract/ids.ts';
import type { EventPlace } from '../../codec/event-codec.ts';
import type { PlannedDelivery } from '../../deliveries.ts';
import type { ReplayedDelivery, ReplayStep } from '../../replays.ts';
import type { PassedRow } from '../intake-batch.ts';
import type { ReplayOf } from '../partition-memory.ts';
import type { DeliveryPlace } from '../reopening.ts';

/**
 * One delivery of a step as it is stored when it is passed. `source` ends if it is held, and lends its request with `keepsBody`.
 * `delivery` null: only the source ends, since another partition has the delivery that repeats it.
 */
export type ReplayedRow = {
  delivery: Omit<PlannedDelivery, 'eventId'> | null;
  event: EventPlace | null;
  of: ReplayOf | null;
  source: DeliveryPlace | null;
  keepsBody: boolean;
};

/** The rows of a step that the owner of the replay creates itself, and those for the owners of other partitions. */
export function replayedParts(
  { id, deliveries, now }: Pick<ReplayStep, 'id' | 'deliveries' | 'now'>,
  own: number,
): { rows: ReplayedRow[]; passed: PassedRow[] } {
  /** Rows of one partition stay in their order. `source`: the partition of their events. */
  const parts: { target: number; source: number; rows: ReplayedRow[] }[] = [];
  const add = (target: number, source: number, row: ReplayedRow) => {
    const last = parts.findLast((part) => part.target === target);
    if (last !== undefined && (last.source === source || target === own)) last.rows.push(row);
    else parts.push({ target, source, rows: [row] });
  };
  for (const delivery of deliveries) {
    const row = rowOf(delivery, now);
    const { partition = own } = delivery;
    add(partition, row.event?.partition ?? own, row);
  }
  for (const { source, target } of parts.flatMap(({ rows, target }) => rows.map((row) => ({ ...row, target }))))
    if (source !== null && source.partition !== target)
      add(source.partition, own, { delivery: null, event: null, of: null, source, keepsBody: false });
  const rows = parts.filter(({ target }) => target === own).flatMap((part) => part.rows);
  const passed = parts
    .filter(({ target }) => target !== own)
    .map(
      ({ target, source, rows }): PassedRow => ({
        target,
        source,
        first: Math.min(Number.MAX_SAFE_INTEGER, ...rows.map(({ event }) => event?.number ?? Number.MAX_SAFE_INTEGER)),
        at: now,
        replay: id,
        count: rows.filter(({ delivery }) => delivery !== null).length,
        deliveries: JSON.stringify(rows),
      }),
    );
  return { rows, passed };
}

function rowOf(given: ReplayedDelivery, now: number): ReplayedRow {
  const { partition: _, eventId, replayOf, source, keepsBody, idempotencyKey: key, ...delivery } = given;
  const of = replayOf === null ? null : placeOf('delivery', replayOf);
  return {
    delivery: { ...delivery, dueAt: now, test: false },
    event: eventId === null ? null : placeOf('event', eventId),
    of: of && { ...of, key },
    source: source === null ? null : placeOf('delivery', source),
    keepsBody,
  };
}
