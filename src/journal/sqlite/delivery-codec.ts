import { placedId } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { DueDelivery, LoggedDelivery, Rendered } from '../journal.ts';
import { type PackedAttempt, renderedOf, unpackAttempt } from './attempt-codec.ts';
import { eventOfLine } from './event-codec.ts';
import type { DeliveryHistory } from './operations/delivery-commands.ts';
import type { DueRow } from './operations/delivery-queue.ts';
import type { DeliveryPlace, DeliveryRow } from './operations/delivery-row.ts';
import { statusOf } from './status-codes.ts';

export function loggedOf(row: DeliveryRow): LoggedDelivery {
  return {
    ...shared(row),
    status: statusOf(row.status),
    reason: row.reason as LoggedDelivery['reason'], // stored from one
    detail: row.detail,
    errorKind: row.error_kind as LoggedDelivery['errorKind'], // likewise
    finishedAt: row.finished_at,
    ...(row.waits_for !== null && { waitsFor: deliveryIdOf(row.waits_for) }),
    replayOf: row.replay_of === null ? null : deliveryIdOf({ number: row.replay_of, timeMs: row.replay_of_at ?? 0 }),
  };
}

export function dueOf({ row, event: line, rendered }: DueRow): DueDelivery {
  const event = line && eventOfLine(line);
  return {
    ...shared(row),
    event,
    number: row.exchanges,
    scheduleStep: row.schedule_step,
    waitedMs: row.waited_ms,
    deaths: row.deaths,
    idempotencyKey: row.replay_key,
    rendered: rendered === null ? null : renderedOf(rendered, event),
    ...(row.order_key !== null && { orderKey: row.order_key }),
  };
}

/**
 * The attempts of a delivery from its lines, oldest first. A request body equal to the rendered one is the body
 * rendered at that time.
 */
export function historyOf({ row, lines, exchanges, event: line }: DeliveryHistory): {
  attemptLog: Attempt[];
  rendered: Rendered | null;
} {
  const event = line && eventOfLine(line);
  const attemptLog: Attempt[] = [];
  let rendered: Rendered | null = null;
  for (const line of lines) {
    if (line.rendered !== '') rendered = renderedOf(line.rendered, event);
    if (line.attempts === '') continue;
    const packed: PackedAttempt[] = JSON.parse(line.attempts);
    for (const one of packed) attemptLog.push(unpackAttempt(one, rendered?.body, exchanges));
  }
  return { attemptLog, rendered: row.rendered_block === null ? null : rendered };
}

function shared(row: DeliveryRow) {
  return {
    eventId: eventIdOf(row),
    id: deliveryIdOf({ timeMs: row.created_at, number: row.number }),
    actionId: row.action,
    actionVersion: row.action_version,
    destinationId: row.destination,
    destinationVersion: row.destination_version,
    connectionId: row.connection,
    attempts: row.attempts,
    dueAt: row.due_at,
    createdAt: row.created_at,
    test: row.test === 1,
    replayId: row.replay === '' ? null : row.replay,
  };
}

function deliveryIdOf({ timeMs, number }: DeliveryPlace): string {
  return placedId('delivery', { timeMs, partition: 0, number });
}

function eventIdOf({ event_partition: partition, event_offset: number, event_at: timeMs }: DeliveryRow): string | null {
  if (partition === null || number === null || timeMs === null) return null;
  return placedId('event', { timeMs, partition, number });
}
