import type { Event } from '../../../contract/records/event.ts';
import { type EventLine, eventOfLine } from '../../codec/event-codec.ts';
import { renderedOf } from '../../codec/rendered-codec.ts';
import type { DueDelivery } from '../../journal.ts';
import type { DeliveryRow } from '../delivery-row.ts';
import type { Target } from '../interned-ids.ts';

/** A due delivery with its event and its rendered request, both as text. */
export type DueRow = { row: DeliveryRow; event: EventLine | null; rendered: string | null };

/** `eventOf`: the events that the caller has. */
export function dueOf(
  { row, event: line, rendered }: DueRow,
  eventOf: (eventId: string) => Event | undefined,
): DueDelivery {
  const event = line && (eventOf(row.logged.eventId ?? '') ?? eventOfLine(line));
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

/** A part of the index of due times: the deliveries of a target that are first in their order, or those behind others. */
export type DuePart = { target: number; isBehind: 0 | 1 };
export type DueNumber = { number: number; due_at: number };

/** The parts of the index of due times for these targets. */
export function duePartsOf(targets: readonly number[], isWithoutBehind: boolean): DuePart[] {
  const parts = targets.map((target): DuePart => ({ target, isBehind: 0 }));
  return isWithoutBehind ? parts : [...parts, ...parts.map(({ target }): DuePart => ({ target, isBehind: 1 }))];
}

/** The next due time of a queue, from its row. */
export function nextDueOf({ destination, connection, replay, next_due_at }: Target & { next_due_at: number | null }) {
  return {
    destinationId: destination,
    connectionId: connection,
    replayId: replay === '' ? null : replay,
    nextDueAt: next_due_at,
  };
}
