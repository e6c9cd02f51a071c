import type { Delivery } from '../../../contract/records/delivery.ts';
import { csvLine } from '../../parts/list/csv.ts';

const columns = [
  'id',
  'status',
  'reason',
  'errorKind',
  'detail',
  'eventId',
  'actionId',
  'connectionId',
  'destinationId',
  'attempts',
  'createdAt',
  'finishedAt',
  'nextAttemptAt',
  'test',
] as const satisfies readonly (keyof Delivery)[];

/** A file of deliveries: the line of names over it, and each delivery as a line. */
export const deliveryCsv = {
  csvHead: csvLine(columns),
  csvLine: (delivery: Delivery) => csvLine(columns.map((name) => delivery[name])),
};
