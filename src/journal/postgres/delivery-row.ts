import { placedId } from '../../contract/ids.ts';
import type { Query } from '../../postgres/postgres.ts';
import { storedText } from '../../postgres/text.ts';
import { statusOf } from '../codec/status-codes.ts';
import type { LoggedDelivery } from '../deliveries.ts';
import type { Words } from './words.ts';

/** A row of `waiting` or `delivery`, by the names of the columns. */
export type DeliveryRow = {
  partition: number;
  number: number;
  created_at: number;
  order_at: number;
  event_partition: number | null;
  event_number: number | null;
  event_at: number | null;
  action: number | null;
  action_version: number | null;
  target: number;
  destination_version: number;
  status: number;
  due_at: number | null;
  test: boolean;
  reason: number | null;
  error_kind: number | null;
  attempts: number;
  exchanges: number;
  schedule_step: number;
  waited_ms: number;
  deaths: number;
  finished_at: number | null;
  block: number | null;
  rendered_block: number | null;
  response_status: number | null;
  detail: string | null;
  order_key: number | null;
  replay_of_partition: number | null;
  replay_of: number | null;
  replay_of_at: number | null;
  replay_key: string | null;
  bodies_until: number | null;
  is_behind: boolean;
};

/** The columns of `delivery`; `waiting` and the views have `is_behind` after them. */
export const deliveryColumns = `partition, number, created_at, order_at, event_partition, event_number, event_at, action,
  action_version, target, destination_version, status, due_at, test, reason, error_kind, attempts, exchanges, schedule_step,
  waited_ms, deaths, finished_at, block, rendered_block, response_status, detail, order_key, replay_of_partition, replay_of,
  replay_of_at, replay_key, bodies_until`;

/** The place of the event of a row; null: it has none. */
export function eventPlaceOf({ event_partition: partition, event_number: number, event_at: timeMs }: DeliveryRow) {
  return partition === null || number === null || timeMs === null ? null : { partition, number, timeMs };
}

export const deliveryIdOf = ({ partition, number, created_at: timeMs }: DeliveryRow): string =>
  placedId('delivery', { partition, number, timeMs });

/** The words and targets of rows are looked up before `loggedOf`. */
export const ensureWords = (words: Words, rows: readonly DeliveryRow[], by?: Query): Promise<void> =>
  words.ensureTexts(
    rows.flatMap(({ action, reason, error_kind }) => [action, reason, error_kind].filter((id) => id !== null)),
    rows.map(({ target }) => target),
    by,
  );

/** A delivery as the log has it, without `waitsFor` and `replayedBy`, which need other rows. */
export function loggedOf(words: Words, row: DeliveryRow): LoggedDelivery {
  const event = eventPlaceOf(row);
  const { destination, connection, replay } = words.target(row.target);
  const text = (id: number | null) => (id === null ? null : words.text(id));
  const { replay_of: number, replay_of_partition: partition, replay_of_at: timeMs } = row;
  const isRepeat = number !== null && partition !== null && timeMs !== null;
  return {
    id: deliveryIdOf(row),
    eventId: event && placedId('event', event),
    actionId: text(row.action),
    actionVersion: row.action_version,
    destinationId: destination,
    destinationVersion: row.destination_version,
    connectionId: connection,
    status: statusOf(row.status),
    reason: text(row.reason) as LoggedDelivery['reason'], // stored from one
    detail: row.detail === null ? null : storedText(row.detail),
    errorKind: text(row.error_kind) as LoggedDelivery['errorKind'], // likewise
    attempts: row.attempts,
    dueAt: row.due_at,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    test: row.test,
    replayId: replay === '' ? null : replay,
    replayOf: isRepeat ? placedId('delivery', { number, partition, timeMs }) : null,
  };
}
