import type { BatchStep } from '../attempt/attempt-batch.ts';
import type { Batch } from '../attempt/batch.ts';
import type { Step } from '../attempt/next-step.ts';
import { correctRates } from './limits.ts';
import type { DestinationQueue, QueuedDelivery } from './queues.ts';
import { afterRecord, applyOutcome, asSettled, begin, readAgainLater, type SendParts, settlementOf } from './send.ts';

/**
 * Sends a batch in one request, which counts once for rates, concurrency and circuit breaker. The parts of a batch that
 * was refused as a whole wait in the queue again and are subject to all limits like other deliveries. Never rejects.
 */
export async function sendBatch(
  parts: SendParts,
  queue: DestinationQueue,
  { members, ...same }: Batch<QueuedDelivery>,
): Promise<void> {
  const { clock, memory, inFlight } = parts;
  const [first] = members;
  if (first === undefined) return;
  const queued = new Map(members.map((one) => [one.delivery, one]));
  const unsent = new Set(members);
  const startedAt = begin(parts, queue, members, false);
  let done: BatchStep | null = null;
  try {
    await inFlight.mark(first);
    done = await parts.attemptBatch({ ...same, members: [...queued.keys()] }, (some, isPart) => {
      const back = some.flatMap((delivery) => queued.get(delivery) ?? []);
      for (const one of back) unsent.delete(one);
      requeue(parts, back, isPart, false);
      parts.resume(queue);
    });
  } catch (error) {
    parts.failed(error, 'attempt a batch');
  }
  parts.ended(queue);
  const sent = done === null ? 1 : (done.shared?.sent ?? 0);
  correctRates(queue, { sent, startedAt, now: clock.now() }, parts.replays);
  if (done === null) {
    for (const one of unsent) {
      inFlight.remove(one);
      memory.release(one);
    }
    readAgainLater(parts, queue);
    return parts.recorded(queue);
  }
  queue.attemptFailures = 0;
  if (done.shared !== null) await applyOutcome(parts, queue, done.shared, first, clock.now());
  parts.resume(queue);
  const settled = done.settled.flatMap(({ delivery, ...outcome }) => {
    const one = queued.get(delivery);
    return one === undefined ? [] : [{ one, ...outcome }];
  });
  await Promise.all(settled.map(({ one, step, part }) => record(parts, one, step, part !== null)));
  for (const { one, part } of settled) {
    if (part !== null) continue;
    inFlight.remove(one);
    memory.release(one);
  }
  const again = Map.groupBy(
    settled.filter(({ part }) => part !== null),
    ({ part }) => part,
  );
  for (const some of [...again.values()].toReversed()) {
    for (const { one, step } of some) one.delivery = asSettled(one.delivery, step.settlement);
    const back = some.map(({ one }) => one);
    requeue(parts, back, true, true);
  }
  parts.recorded(queue);
}

/**
 * They wait again, before the others. `isRefused`: the outcome of their batch is recorded, so none of them is in
 * flight.
 */
function requeue(parts: SendParts, some: readonly QueuedDelivery[], isPart: boolean, isRefused: boolean): void {
  const staying: QueuedDelivery[] = [];
  for (const one of some) {
    // If the queue has dropped its deliveries since, they are read again; so are those that must wait for others of
    // their ordering key.
    const mayStay = one.queue.spills === one.spills && (one.delivery.orderKey === undefined || isRefused);
    if (!mayStay) drop(parts, one);
    else {
      parts.inFlight.remove(one);
      staying.push(one);
    }
  }
  const [first] = staying;
  if (first !== undefined) parts.memory.requeue(first.queue, staying, isPart);
}

/** Drops a delivery from memory; it is read again from the journal. */
function drop({ memory, inFlight }: SendParts, one: QueuedDelivery): void {
  inFlight.remove(one);
  memory.release(one);
  one.queue.hasMore = true;
}

/** Records the next step of a member of a batch. `isKept`: it continues from memory, so that it is not read again. */
async function record(parts: SendParts, one: QueuedDelivery, step: Step, isKept: boolean): Promise<void> {
  const settlement = settlementOf(one, step);
  const isMine = await parts.settlements.record(settlement);
  await afterRecord(parts, one, { step, settlement, isMine, isKept });
}
