import { placeOf } from '../../../contract/ids.ts';
import type { EventPlace } from '../../codec/event-codec.ts';
import type { Lease, ReplayStep } from '../../journal.ts';
import { type DeliveryPlace, deliveryPlaceOf, partitionOfRow } from '../delivery-id-codec.ts';
import { packPlanned } from '../planned-codec.ts';

/** One delivery of a step: its event, and the deliveries that it repeats. */
export type ReplayedRow = {
  event: EventPlace | null;
  of: DeliveryPlace | null;
  source: DeliveryPlace | null;
  key: string | null;
  keepsBody: boolean;
};

/**
 * What a step of a replay changes in one partition: the deliveries that it creates, PlannedGroup[] as text, with a row for
 * each. Without deliveries, the rows have sources that end there, since others repeat them elsewhere. `source`: the
 * partition of the events.
 */
export type ReplayedPart = { partition: number; source: number; planned: string; rows: ReplayedRow[] };

type Given = { lease: Lease; now: number };

/** The parts of a step, those of one partition in the order of its deliveries. */
export function replayedParts({ deliveries }: Pick<ReplayStep, 'deliveries'>, { lease, now }: Given): ReplayedPart[] {
  const parts: { of: Omit<ReplayedPart, 'planned'>; deliveries: ReplayStep['deliveries'][number][] }[] = [];
  const partFor = (partition: number, source: number) => {
    const last = parts.findLast(({ of }) => of.partition === partition);
    // Of the owner of the replay, all are created together, so that their ids are in the order of the step.
    if (last !== undefined && (last.of.source === source || partition === lease.partition)) return last;
    const part = { of: { partition, source, rows: [] }, deliveries: [] };
    parts.push(part);
    return part;
  };
  const ends: DeliveryPlace[] = [];
  for (const delivery of deliveries) {
    const { partition = lease.partition, eventId, replayOf, idempotencyKey: key, keepsBody } = delivery;
    const event = eventId === null ? null : placeOf('event', eventId);
    const of = replayOf === null ? null : deliveryPlaceOf(replayOf);
    const source = delivery.source === null ? null : deliveryPlaceOf(delivery.source);
    const part = partFor(partition, event?.partition ?? lease.partition);
    part.deliveries.push(delivery);
    part.of.rows.push({ event, of, source, key, keepsBody });
    if (source !== null && partitionOfRow(source.number) !== partition) ends.push(source);
  }
  const created = parts.map(({ of, deliveries }): ReplayedPart => {
    const planned = deliveries.map(({ partition: _, ...one }) => ({ ...one, dueAt: now, test: false }));
    return {
      ...of,
      planned: packPlanned(planned, ({ eventId }) => (eventId === null ? null : placeOf('event', eventId))),
    };
  });
  const ended = [...Map.groupBy(ends, ({ number }) => partitionOfRow(number))].map(
    ([partition, sources]): ReplayedPart => ({
      partition,
      source: lease.partition,
      planned: '[]',
      rows: sources.map((source) => ({ event: null, of: null, source, key: null, keepsBody: false })),
    }),
  );
  return [...created, ...ended];
}
