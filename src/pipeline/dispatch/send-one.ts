import { type Clock, pause } from '../../async/clock.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import type { Step } from '../attempt/next-step.ts';
import type { createConclusion } from './apply-outcome.ts';
import { type DestinationQueue, isSuspect } from './destination-queue.ts';
import type { Wire } from './in-flight.ts';
import type { QueueMemory } from './memory-budget.ts';
import type { Spending } from './rate-use.ts';

/** What whoever sends works with. */
export type SenderParts = {
  clock: Clock;
  memory: QueueMemory;
  wire: Wire;
  spending: Pick<Spending, 'settle'>;
  conclusion: Pick<ReturnType<typeof createConclusion>, 'learn' | 'record' | 'probeAnew'>;
  /** One more request of a queue is on the wire, or one less. */
  count(queue: DestinationQueue, change: 1 | -1): void;
  /** It has left, and is paid for. */
  left(queue: DestinationQueue, now: number): void;
  /** It made room. */
  finished(queue: DestinationQueue): void;
  makeReady(queue: DestinationQueue): void;
  resume(queue: DestinationQueue): void;
  failed(error: unknown, doing: string): void;
};

/** What could not be attempted keeps its place for so long, so that what fails at once is not tried again at once. */
export const retryMs = 1_000;

/** Sends one delivery in an exchange of its own. */
export function createSender(
  options: SenderParts & { attempt(delivery: DueDelivery): Promise<Step> },
): (queue: DestinationQueue, delivery: DueDelivery, isProbe: boolean) => Promise<void> {
  const { clock, memory, wire, spending, conclusion, count } = options;

  return async (queue, delivery, isProbe) => {
    const { lane, spills } = queue;
    const departed = { startedAt: clock.now(), isProbe, spills };
    count(queue, 1);
    lane.isProbing ||= isProbe;
    wire.enter(queue, delivery);
    options.left(queue, departed.startedAt);
    let step: Step | null = null;
    try {
      // Before a suspect is tried, a marker that names it as on trial is on disk.
      if (isSuspect(delivery)) await wire.mark();
      else wire.markSoon();
      step = await options.attempt(delivery);
    } catch (error) {
      options.failed(error, 'attempt a delivery');
      await pause(clock, retryMs);
    }
    count(queue, -1);
    spending.settle(queue, step?.settlement.log ?? [], clock.now());
    if (isProbe) lane.isProbing = false;
    if (step === null) queue.hasMore = true;
    else {
      const moved = conclusion.learn(queue, step, departed);
      if (moved !== null) await moved;
      options.resume(queue);
      await conclusion.record(queue, delivery, step, departed);
    }
    wire.leave(queue, delivery);
    memory.release(queue, delivery);
    if (step === null && isProbe) conclusion.probeAnew(lane);
    // Of the others, one may have waited for the room that it took.
    if (queue.replay !== null) options.makeReady(queue.replay.live);
    options.finished(queue);
  };
}
