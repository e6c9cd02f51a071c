import type { Clock } from '../../async/clock.ts';
import { type DueDelivery, isFinished, type Settlement } from '../../journal/journal.ts';
import type { Step } from '../attempt/next-step.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import { batchRecordsOf, type DestinationQueue, type QueuedDelivery } from './destination-queue.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Refill } from './refill.ts';
import type { Recorded, SettlementWriter } from './settlement-writer.ts';

type RecordingOptions = {
  settlements: Pick<SettlementWriter, 'record'>;
  events: Pick<DeliveryEvents, 'emit'>;
  clock: Clock;
  memory: MemoryBudget;
  refill: Pick<Refill, 'refillAt'>;
  /** The queue may have something to send. */
  resume(queue: DestinationQueue): void;
};

/** Retries that are due within two minutes wait in memory: reading one back costs more than its next attempt. */
const delayInMemoryMsMax = 120_000;

/** Records the next step of deliveries, and lets those that are retried wait for their time. */
export class Recording {
  readonly #options: RecordingOptions;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Begins to record a settlement; `finish` follows with the result. Outcomes that are written together share the promise. */
  begin(settlement: Settlement): Promise<Recorded> {
    return this.#options.settlements.record(settlement);
  }

  /** An outcome was recorded. `isKept`: the delivery continues from memory, so that it is not read again. */
  finish(one: QueuedDelivery, step: Step, settlement: Settlement, recorded: Recorded, isKept: boolean): void {
    const { events, clock, refill } = this.#options;
    const { queue, delivery } = one;
    queue.stored.recorded(delivery);
    if (recorded === false) return;
    const overtaken = recorded.find(({ deliveryId }) => deliveryId === delivery.id) ?? null;
    if (settlement.dueAt !== null && !isKept) {
      // If the queue has dropped its deliveries since, this one may have been cancelled.
      const mayStay = settlement.status === 'retrying' && one.probe === null && queue.spills === one.spills;
      const delayMs = settlement.dueAt - clock.now();
      const isDelayed = mayStay && this.delayInMemory(queue, asSettled(delivery, settlement), delayMs);
      if (!isDelayed) refill.refillAt(queue, settlement.dueAt);
    }
    if (settlement.status === 'held' && queue.plan === null) events.emit('orphaned', queue.destinationId);
    events.emit('settled', delivery, step, { wasHeld: one.probe !== null, overtaken });
  }

  /**
   * Keeps a delivery in memory until it is due, if there is room; returns whether it does. Not with an ordering key or in
   * batches: the journal decides which delivery is next, and which ones form a batch.
   */
  delayInMemory(queue: DestinationQueue, delivery: DueDelivery, delayMs: number): boolean {
    const { clock, memory, resume } = this.#options;
    const isIndependent = delivery.orderKey === undefined && batchRecordsOf(queue) === 1;
    if (!isIndependent || delayMs > delayInMemoryMsMax || !memory.hasRoom(queue)) return false;
    memory.addDelayed(queue, delivery, (wake) =>
      clock.after(delayMs, () => {
        wake();
        resume(queue);
      }),
    );
    return true;
  }
}

/**
 * The settlement of a step. After `releaseAfter` counted failures an unfinished delivery leaves its order, and later ones no
 * longer wait.
 */
export function settlementOf({ queue, delivery }: QueuedDelivery, { settlement }: Step): Settlement {
  if (delivery.orderKey === undefined) return settlement;
  const releaseAfter = queue.plan?.order?.releaseAfter ?? null;
  const isEnough = releaseAfter !== null && settlement.attempts >= releaseAfter && !isFinished(settlement.status);
  return { ...settlement, isOrdered: true, ...(isEnough && { leavesOrder: true }) };
}

/** A delivery as the journal would return it after this settlement. */
export function asSettled(delivery: DueDelivery, settlement: Settlement): DueDelivery {
  const { attempts, scheduleStep, waitedMs, dueAt, pinned, rendered, log } = settlement;
  return {
    ...delivery,
    ...pinned,
    attempts,
    scheduleStep,
    waitedMs,
    dueAt,
    number: delivery.number + log.length,
    deaths: 0,
    rendered: rendered ?? delivery.rendered,
  };
}
