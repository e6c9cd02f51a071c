import type { ErrorCode } from '../../contract/errors.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { DueDelivery, LoggedDelivery } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Matched } from '../accept/accept.ts';
import type { Step } from '../attempt/next-step.ts';
import type { Statistics } from './statistics.ts';

/** The objects whose deliveries an event is about. */
export type Owners = Pick<LoggedDelivery, 'actionId' | 'destinationId' | 'connectionId'>;

/** The events of a delivery's life, in order. */
export type DeliveryEventMap = {
  /** New events of a collector are stored. */
  received: [collectorId: string, events: number];
  /** A request of a collector was refused; null: its key is not known. */
  rejected: [collectorId: string | null, code: ErrorCode];
  /** Deliveries are planned, by events or by a replay. */
  planned: [deliveries: readonly DueDelivery[]];
  /** Events were matched against the rules, each with the rules that it fired. */
  matched: [events: readonly Matched[]];
  /** A delivery's next step is recorded. `wasHeld`: its request was the probe of a hold. */
  settled: [delivery: DueDelivery, step: Step, wasHeld: boolean];
  /** `count` waiting deliveries are held from now on. */
  held: [of: Owners, reason: Reason, count: number];
  /** `count` deliveries ended without an attempt: expired, cancelled, quarantined. */
  ended: [of: Owners, end: { status: 'failed'; reason: Reason } | { status: 'cancelled' }, count: number];
  /** The holds of these destinations may have changed. */
  holdsMoved: [destinationIds: readonly string[]];
};

export type DeliveryEvents = ReturnType<typeof createDeliveryEvents>;

/**
 * The stream of delivery events for all observers: statistics, log lines and metrics, issues, event streams, the
 * progress of replays. Listeners are called synchronously, in the order in which they were added. A listener that
 * throws stops neither the delivery nor other listeners: the error is counted, and logged at a bounded rate.
 */
export function createDeliveryEvents(telemetry: Pick<Telemetry, 'failedOften'>) {
  const listeners: { [Kind in keyof DeliveryEventMap]: ((...what: DeliveryEventMap[Kind]) => void)[] } = {
    received: [],
    rejected: [],
    planned: [],
    matched: [],
    settled: [],
    held: [],
    ended: [],
    holdsMoved: [],
  };
  return {
    /** Returns a function that removes the listener. */
    on<Kind extends keyof DeliveryEventMap>(
      kind: Kind,
      listener: (...what: DeliveryEventMap[Kind]) => void,
    ): () => void {
      listeners[kind].push(listener);
      return () => {
        const at = listeners[kind].indexOf(listener);
        if (at >= 0) listeners[kind].splice(at, 1);
      };
    },
    /** The number of listeners of a kind. */
    listenerCount: (kind: keyof DeliveryEventMap): number => listeners[kind].length,
    emit<Kind extends keyof DeliveryEventMap>(kind: Kind, ...what: DeliveryEventMap[Kind]): void {
      for (const listener of listeners[kind])
        try {
          listener(...what);
        } catch (error) {
          telemetry.failedOften(error, `observe deliveries (${kind})`);
        }
    },
  };
}

/** Counts delivery events in the statistics. */
export function countEvents(events: Pick<DeliveryEvents, 'on'>, statistics: Statistics): void {
  events.on('received', statistics.received);
  events.on('rejected', statistics.rejected);
  events.on('planned', statistics.created);
  events.on('matched', statistics.matched);
  events.on('settled', statistics.settled);
  events.on('held', statistics.held);
  events.on('ended', statistics.ended);
}

/** Writes log lines and metrics of attempts. */
export function reportAttempts(
  events: Pick<DeliveryEvents, 'on'>,
  telemetry: Pick<Telemetry, 'attemptFinished' | 'deliverySettled'>,
): void {
  events.on('settled', ({ id, eventId, actionId, destinationId, connectionId, test }, { settlement, follows }) => {
    const { status, reason, log } = settlement;
    if (!follows)
      for (const attempt of log)
        telemetry.attemptFinished({
          deliveryId: id,
          eventId,
          actionId,
          destinationId,
          connectionId,
          test,
          status,
          reason,
          attempt,
        });
    telemetry.deliverySettled({ status });
  });
}
