import { placedId } from '../../contract/ids.ts';
import type { PlannedDelivery } from '../journal.ts';
import type { PlannedNumbers, PlannedRow } from './operations/insert.ts';

/** The ids of deliveries that were created together. */
export const deliveryIds = ([first, createdAt]: PlannedNumbers, count: number) =>
  Array.from({ length: count }, (_, index) => deliveryId(createdAt, first + index));
export const deliveryId = (timeMs: number, number: number) => placedId('delivery', { timeMs, partition: 0, number });

/** A planned delivery as it is sent to the storage thread, without its event. */
export function plannedRow(planned: Omit<PlannedDelivery, 'eventId'>): PlannedRow {
  const row: PlannedRow = [
    planned.actionId,
    planned.actionVersion,
    planned.destinationId,
    planned.destinationVersion,
    planned.connectionId,
    planned.dueAt,
    planned.test,
  ];
  if (planned.orderKey !== undefined) row.push(planned.orderKey);
  return row;
}
