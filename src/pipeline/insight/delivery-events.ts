import type { ErrorCode } from '../../contract/errors.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { DueDelivery, LoggedDelivery, LostWrites, Overtaken } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Step } from '../attempt/next-step.ts';
import type { Evaluated } from '../firing.ts';
import type { RuleFaults } from '../rule-faults.ts';

/** The objects whose deliveries an event is about. */
export type Owners = Pick<LoggedDelivery, 'actionId' | 'destinationId' | 'connectionId'>;

/** `wasHeld`: the request was the probe of a hold. `overtaken`: it had ended before; null: it had not. */
export type SettledAbout = { wasHeld: boolean; overtaken: Overtaken | null };

/** The events of a delivery's life, in order. */
export type DeliveryEventMap = {
  /** New events of a collector are stored. */
  received: [collectorId: string, events: number];
  /** Events of a collector were not stored, since other events with their ids are. */
  usedIds: [collectorId: string, events: number];
  /** A request of a collector was refused; null: its key is not known. */
  rejected: [collectorId: string | null, code: ErrorCode];
  /** Deliveries are planned, by events or by a replay. */
  planned: [deliveries: readonly DueDelivery[]];
  /** Rules were evaluated for stored events, and their deliveries are planned. */
  evaluated: [events: readonly Evaluated[]];
  /** The same for a sample of the events that other nodes took in, a moment later. */
  evaluatedElsewhere: [events: readonly Evaluated[]];
  /** Stored events have no deliveries of a rule that threw. */
  ruleThrew: [faults: RuleFaults];
  /** A delivery's next step is recorded. */
  settled: [delivery: DueDelivery, step: Step, about: SettledAbout];
  /** A delivery was stored as held after its destination was deleted, so that it must be cancelled. */
  orphaned: [destinationId: string];
  /** A finished delivery is unfinished again, since a person retried it. */
  reopened: [of: Owners];
  /** `count` waiting deliveries are held from now on. */
  held: [of: Owners, reason: Reason, count: number];
  /** `count` deliveries ended without an attempt: expired, cancelled, quarantined. */
  ended: [of: Owners, end: { status: 'failed'; reason: Reason } | { status: 'cancelled' }, count: number];
  /** A failover of the database lost writes of partitions of this node. */
  writesLost: [lost: readonly LostWrites[]];
  /** The process still holds its leases; every few seconds. */
  alive: [];
  /** The holds of these destinations may have changed. */
  holdsMoved: [destinationIds: readonly string[]];
};

type Listener<Kind extends keyof DeliveryEventMap> = (...what: DeliveryEventMap[Kind]) => void;

export type DeliveryEvents = ReturnType<typeof createDeliveryEvents>;

/**
 * The stream of delivery events for all observers: statistics, log lines and metrics, issues, event streams, the
 * progress of replays. Listeners are called synchronously, in the order in which they were added. A listener that
 * throws stops neither the delivery nor other listeners: the error is counted, and logged at a bounded rate.
 */
export function createDeliveryEvents(telemetry: Pick<Telemetry, 'failedOften'>) {
  const listeners: { [Kind in keyof DeliveryEventMap]: Set<Listener<Kind>> } = {
    received: new Set(),
    usedIds: new Set(),
    rejected: new Set(),
    planned: new Set(),
    evaluated: new Set(),
    evaluatedElsewhere: new Set(),
    ruleThrew: new Set(),
    settled: new Set(),
    orphaned: new Set(),
    reopened: new Set(),
    held: new Set(),
    ended: new Set(),
    writesLost: new Set(),
    alive: new Set(),
    holdsMoved: new Set(),
  };
  return {
    /** Returns a function that removes the listener. */
    on<Kind extends keyof DeliveryEventMap>(kind: Kind, listener: Listener<Kind>): () => void {
      listeners[kind].add(listener);
      return () => listeners[kind].delete(listener);
    },
    /** The number of listeners of a kind. */
    listenerCount: (kind: keyof DeliveryEventMap): number => listeners[kind].size,
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

/** Writes log lines and metrics of attempts. */
export function reportAttempts(
  events: Pick<DeliveryEvents, 'on'>,
  telemetry: Pick<Telemetry, 'attemptFinished' | 'deliverySettled'>,
): void {
  events.on(
    'settled',
    ({ id: deliveryId, eventId, actionId, destinationId, connectionId, test }, step, { overtaken }) => {
      const { status, reason, log } = step.settlement;
      const of = { deliveryId, eventId, actionId, destinationId, connectionId, test, status, reason };
      if (!step.follows) for (const attempt of log) telemetry.attemptFinished({ ...of, attempt });
      if (overtaken === null || overtaken.isCorrected) telemetry.deliverySettled({ status });
    },
  );
}
