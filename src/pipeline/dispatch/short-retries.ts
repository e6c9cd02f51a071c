import type { Clock } from '../../async/clock.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import type { Departed } from './apply-outcome.ts';
import type { DestinationQueue } from './destination-queue.ts';
import type { QueueMemory } from './memory-budget.ts';

const soonMs = 120_000;

/** Retries that are due soon wait in memory: to read one back costs the storage more than its next attempt does. */
export function createResting(options: {
  clock: Clock;
  memory: QueueMemory;
  resume(queue: DestinationQueue): void;
}): (queue: DestinationQueue, delivery: DueDelivery, settlement: Settlement, departed: Departed) => boolean {
  const { clock, memory, resume } = options;

  /** After it was settled. false: it is to be read when it is due. */
  return (queue, delivery, settlement, { isProbe, spills }) => {
    const { status, dueAt } = settlement;
    const afterMs = dueAt === null ? Number.POSITIVE_INFINITY : dueAt - clock.now();
    if (status !== 'retrying' || afterMs > soonMs || isProbe) return false;
    // The journal knows whether it is the turn of one with an order key, and which ones make up a batch.
    if (delivery.orderKey !== undefined || queue.records > 1) return false;
    // What was forgotten meanwhile may have been cancelled.
    if (queue.spills !== spills || !memory.mayRest(queue)) return false;
    const cancel = clock.after(afterMs, () => {
      memory.wake(queue, delivery.id);
      resume(queue);
    });
    memory.rest(queue, asSettled(delivery, settlement), cancel);
    return true;
  };
}

/** A delivery as the journal would give it back. */
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
