import type { Clock } from '../../async/clock.ts';
import type { BatchAttempter } from '../attempt/attempt-batch.ts';
import type { DeliveryAttempt } from '../attempt/attempt-delivery.ts';
import type { Step } from '../attempt/next-step.ts';
import { Withheld } from '../attempt/work.ts';
import type { DestinationQueue, QueuedDelivery } from './destination-queue.ts';
import { failedProbe } from './holds/failed-probe.ts';
import type { ProbeSlot } from './holds/probe-slot.ts';
import type { InFlight } from './in-flight.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { OpenRequests } from './open-requests.ts';
import type { Outcomes } from './outcomes.ts';
import type { RateSlot } from './rate-slot.ts';
import { type Recording, settlementOf } from './recording.ts';

/** What a request tells the dispatcher, which may then send more. */
export type DispatchLoop = {
  clock: Pick<Clock, 'now'>;
  /** A request of this queue is no longer in flight. */
  requestEnded(queue: DestinationQueue): void;
  /** The queue may have something to send. */
  resume(queue: DestinationQueue): void;
  /** An outcome is recorded, and its memory is free. `isDone` false: an error prevented it, so the delivery is read again. */
  recorded(queue: DestinationQueue, isDone: boolean): void;
  /** A probe has ended: the queues that share its hold may send the next one. */
  probeAgain(queue: DestinationQueue, slot: ProbeSlot): void;
  /** A stop has given up waiting for requests, and storage is closed: their outcomes are dropped. */
  isOver(): boolean;
  failed(error: unknown, doing: string): void;
};

/** The parts that a request passes. */
export type Sending = {
  attempts: { one: DeliveryAttempt; batch: BatchAttempter['attempt'] };
  requests: OpenRequests;
  inFlight: InFlight;
  memory: MemoryBudget;
  outcomes: Outcomes;
  recording: Recording;
  loop: DispatchLoop;
};

/**
 * Sends one delivery: attempt, then apply and record its outcome. Never rejects. An error in an attempt is an outcome
 * too (attempt/error-policy.ts). After an error anywhere else, the delivery leaves memory nevertheless, and is read again
 * from the journal after 1 s, doubling with each such error of its queue to 30 s; if its outcome is recorded, that decides
 * whether it is sent again. So is one whose request was withheld, if it is still of this process then.
 */
export async function sendOne(parts: Sending, one: QueuedDelivery, probe: ProbeSlot | null): Promise<void> {
  const { memory, inFlight, outcomes, recording, loop } = parts;
  const { queue } = one;
  let isDone = false;
  let step: Step | null = null;
  let sent = 0;
  try {
    const slot = parts.requests.begin(queue, [one], probe);
    try {
      const marked = inFlight.mark(one);
      if (marked !== null) await marked;
      step = await parts.attempts.one(one.delivery, slot);
    } catch (error) {
      sent = sentBefore(error, loop, 'attempt a delivery');
    }
    const moved = applyOutcome(parts, one, slot, step, step === null ? sent : step.sent);
    if (loop.isOver()) return;
    if (moved !== null) await moved;
    if (step === null) return;
    if (probe !== null) step = failedProbe(one.delivery, step, outcomes.holdOf(queue), loop.clock.now());
    const settlement = settlementOf(one, step);
    const recorded = recording.begin(settlement);
    loop.resume(queue);
    recording.finish(one, step, settlement, await recorded, false);
    isDone = true;
  } catch (error) {
    loop.failed(error, 'send a delivery');
  } finally {
    inFlight.remove(one);
    memory.release(one);
    if (probe !== null) {
      probe.end();
      loop.probeAgain(queue, probe);
    }
    loop.recorded(queue, isDone);
  }
}

/** Reports an error of an attempt, and returns how many requests may have been sent. */
export function sentBefore(error: unknown, loop: Pick<DispatchLoop, 'failed'>, doing: string): number {
  if (error instanceof Withheld) return error.sent;
  loop.failed(error, doing);
  return 1;
}

/**
 * A response has arrived, or the attempt ended without one: counts it, and applies what it says about the peer. After an
 * error here the outcome is recorded nevertheless. Returns null when everything is done (the usual case), else a promise
 * that never rejects. `step` null: it says nothing about the peer. `sent`: how many requests were sent.
 */
export function applyOutcome(
  { requests, outcomes, loop }: Sending,
  one: QueuedDelivery,
  slot: RateSlot,
  step: Step | null,
  sent: number,
): Promise<void> | null {
  const { queue } = one;
  try {
    requests.end(queue, slot, sent);
    loop.requestEnded(queue);
    return step === null || loop.isOver() ? null : outcomes.apply(queue, step, one);
  } catch (error) {
    loop.failed(error, 'apply an outcome');
    return null;
  }
}
