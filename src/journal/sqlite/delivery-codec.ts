import type { Attempt } from '../../contract/records/delivery.ts';
import type { DueDelivery, Rendered } from '../journal.ts';
import { type PackedAttempt, renderedOf, unpackAttempt } from './attempt-codec.ts';
import type { DeliveryHistory } from './delivery-commands.ts';
import type { DueRow } from './delivery-queue.ts';
import { eventOfLine } from './event-codec.ts';

export function dueOf({ row, event: line, rendered }: DueRow): DueDelivery {
  const event = line && eventOfLine(line);
  const { logged, exchanges, scheduleStep, waitedMs, deaths, idempotencyKey, orderKey } = row;
  const {
    status: _,
    reason: _1,
    detail: _2,
    errorKind: _3,
    finishedAt: _4,
    replayOf: _5,
    waitsFor: _6,
    ...same
  } = logged;
  return {
    ...same,
    event,
    number: exchanges,
    scheduleStep,
    waitedMs,
    deaths,
    idempotencyKey,
    rendered: rendered === null ? null : renderedOf(rendered, event),
    ...(orderKey !== null && { orderKey }),
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
  return { attemptLog, rendered: row.renderedBlock === null ? null : rendered };
}
