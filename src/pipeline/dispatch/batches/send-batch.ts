import type { GiveBack } from '../../attempt/attempt-batch.ts';
import type { Batch } from '../../attempt/batch.ts';
import type { BatchStep } from '../../attempt/batch-step.ts';
import type { Step } from '../../attempt/next-step.ts';
import type { DestinationQueue, QueuedDelivery } from '../destination-queue.ts';
import { asSettled, settlementOf } from '../recording.ts';
import { applyOutcome, type Sending, sentBefore } from '../send.ts';

/**
 * Sends a batch in one request, which counts once for rates, concurrency and circuit breaker. The parts of a batch that
 * was refused as a whole wait in the queue again and are subject to all limits like other deliveries. Never rejects, and
 * treats errors like `sendOne`.
 */
export async function sendBatch(
  parts: Sending,
  queue: DestinationQueue,
  { members, ...same }: Batch<QueuedDelivery>,
): Promise<void> {
  const { loop } = parts;
  const [first] = members;
  if (first === undefined) return;
  const queued = new Map(members.map((one) => [one.delivery, one]));
  const left = new Set(members);
  let isDone = false;
  try {
    const slot = parts.requests.begin(queue, members, null);
    const giveBack: GiveBack = (given, isPart) => {
      const back = given.map((some) => some.flatMap((delivery) => queued.get(delivery) ?? []));
      for (const one of back.flat()) left.delete(one);
      // When nothing is left, nothing of their ordering keys is in flight.
      for (const some of back.toReversed()) requeue(parts, some, isPart, left.size === 0);
      loop.resume(queue);
    };
    let done: BatchStep | null = null;
    let sent = 0;
    try {
      const marked = parts.inFlight.mark(first);
      if (marked !== null) await marked;
      done = await parts.attempts.batch({ ...same, members: [...queued.keys()] }, giveBack, slot);
    } catch (error) {
      sent = sentBefore(error, loop, 'attempt a batch');
    }
    const all = done === null ? sent : (done.shared?.sent ?? 0);
    const moved = applyOutcome(parts, first, slot, done?.shared ?? null, all);
    if (loop.isOver()) return;
    if (moved !== null) await moved;
    if (done !== null) {
      await recordAll(parts, { queue, done, queued, left });
      isDone = true;
    }
  } catch (error) {
    loop.failed(error, 'send a batch');
  } finally {
    leave(parts, left);
    loop.recorded(queue, isDone);
  }
}

/** A batch that is being sent: `left` are its deliveries in flight. */
type SentBatch = {
  queue: DestinationQueue;
  queued: ReadonlyMap<QueuedDelivery['delivery'], QueuedDelivery>;
  left: Set<QueuedDelivery>;
};

/** Records the outcome of each delivery. The parts in which they are sent again then wait in the queue. */
async function recordAll(
  parts: Sending,
  { queue, done, queued, left }: SentBatch & { done: BatchStep },
): Promise<void> {
  const settled = done.settled.flatMap(({ delivery, ...outcome }) => {
    const one = queued.get(delivery);
    return one === undefined ? [] : [{ one, ...outcome }];
  });
  const recording = Promise.all(settled.map(({ one, step, part }) => record(parts, one, step, part !== null)));
  parts.loop.resume(queue);
  await recording;
  const again = settled.filter(({ part }) => part !== null);
  for (const { one, step } of again) {
    left.delete(one);
    one.delivery = asSettled(one.delivery, step.settlement);
  }
  leave(parts, left);
  left.clear();
  for (const some of [...Map.groupBy(again, ({ part }) => part).values()].toReversed())
    requeue(
      parts,
      some.map(({ one }) => one),
      true,
      true,
    );
}

/** They are no longer in flight, and their memory is free. */
function leave({ memory, inFlight }: Sending, some: Iterable<QueuedDelivery>): void {
  for (const one of some) {
    inFlight.remove(one);
    memory.release(one);
  }
}

/** They wait again, before the others. `isWhole`: none of their batch is in flight. */
function requeue(parts: Sending, some: readonly QueuedDelivery[], isPart: boolean, isWhole: boolean): void {
  const staying: QueuedDelivery[] = [];
  const leaving: QueuedDelivery[] = [];
  for (const one of some) {
    // If the queue has dropped its deliveries since, they are read again; so are those that must wait for others of
    // their ordering key.
    const isThere = !one.queue.isClosed && one.queue.spills === one.spills;
    const mayStay = isThere && (one.delivery.orderKey === undefined || isWhole);
    (mayStay ? staying : leaving).push(one);
  }
  leave(parts, leaving);
  for (const { queue } of leaving) queue.stored.more();
  for (const one of staying) parts.inFlight.remove(one);
  const [first] = staying;
  if (first !== undefined) parts.memory.requeue(first.queue, staying, isPart);
}

/** Records the next step of a member of a batch. `isKept`: it continues from memory, so that it is not read again. */
async function record({ recording }: Sending, one: QueuedDelivery, step: Step, isKept: boolean): Promise<void> {
  const settlement = settlementOf(one, step);
  recording.finish(one, step, settlement, await recording.begin(settlement), isKept);
}
