import { batcher } from '../../async/batcher.ts';
import type { Clock } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery } from '../../journal/journal.ts';
import type { Order } from '../accept/order-key.ts';
import type { DestinationQueue, Place, Reading } from './destination-queue.ts';
import type { QueueMemory } from './memory-budget.ts';

const retryMs = 1_000;
/** Readings at once: what they bring is in memory before it can be weighed. */
const readingsMost = 4;

type DueQuery = Parameters<DeliveryQueue['due']>[0];
type DueAnswer = Awaited<ReturnType<DeliveryQueue['due']>>;

/** Brings deliveries from the journal into memory, when a queue has room or when their time comes. */
export function createQueueReader(options: {
  journal: Pick<DeliveryQueue, 'due'>;
  clock: Clock;
  memory: QueueMemory;
  orderOf(destinationId: string): Order | null;
  failed(error: unknown, doing: string): void;
  resume(queue: DestinationQueue): void;
}) {
  const { clock, memory } = options;
  const due = batcher<DueQuery, DueAnswer>({
    size: 1,
    outstanding: readingsMost,
    run: (queries) => Promise.all(queries.map((query) => options.journal.due(query))),
  });

  /** Whether it is time to read more of a queue. */
  function isDue(queue: DestinationQueue): boolean {
    if (!queue.hasMore || queue.reading !== null) return false;
    if (queue.items.length === 0) return true;
    // A batch is gathered from all that has room.
    const few = queue.records === 1 ? memory.share / 4 : memory.roomOf(queue) - 1;
    return !memory.isHeavy && queue.items.length <= few;
  }

  /** Reads more of a queue: first on from where the last reading ended, then once more from the start. A probe needs one. */
  async function load(queue: DestinationQueue, isProbe: boolean) {
    const reading: Reading = { settled: new Set(), isStale: false };
    const { cursor, destinationId, replay } = queue;
    const now = clock.now();
    const limit = isProbe ? 1 : roomOf(queue);
    // From the start on the first ones may be known already: they need not be read again.
    const except = cursor === null ? [...queue.known.keys()] : [];
    const from = cursor === null ? { except } : { after: cursor };
    const inOrder = options.orderOf(destinationId) !== null;
    // Whoever finds out meanwhile that there is more says so again.
    Object.assign(queue, { reading, hasMore: false, cursor: null });
    try {
      const of = { destinationId, replayId: replay?.id ?? null, inOrder };
      const followers = inOrder && queue.records > 1 && !isProbe ? limit : 0;
      const {
        due: found,
        followers: behind,
        isCut: isPart,
        nextDueAt,
      } = await due({ ...of, followers, now, limit, ...from });
      if (!reading.isStale) {
        const free = new Set(found.flatMap((one) => (isFree(queue, one, inOrder) ? (one.orderKey ?? []) : [])));
        const seen = takeAll(queue, found, { ...reading, inOrder });
        // Only where all before them are here too, and none of these has left.
        if (seen === found.length)
          takeBehind(
            queue,
            behind.filter((one) => one.orderKey !== undefined && free.has(one.orderKey)),
          );
        // What was settled meanwhile may be due again by now: the next reading tells.
        if (except.some((id) => reading.settled.has(id))) queue.hasMore = true;
        const isCut = isPart || seen < found.length;
        if (isCut) queue.cursor = placeOf(found[seen - 1]) ?? cursor;
        if (isCut || cursor !== null) queue.hasMore = true;
        else if (nextDueAt !== null) wakeLater(queue, nextDueAt);
      }
    } catch (error) {
      options.failed(error, 'read deliveries');
      wakeLater(queue, clock.now() + retryMs);
    } finally {
      queue.reading = null;
    }
    options.resume(queue);
  }

  function roomOf(queue: DestinationQueue): number {
    return memory.isHeavy ? 1 : Math.max(1, Math.ceil(memory.roomOf(queue) / 2));
  }

  /** Answers how many it has seen to before memory got heavy. */
  function takeAll(
    queue: DestinationQueue,
    found: readonly DueDelivery[],
    { settled, inOrder }: Pick<Reading, 'settled'> & { inOrder: boolean },
  ): number {
    for (const [index, delivery] of found.entries()) {
      if (memory.isHeavy && queue.items.length > 0) return index;
      // A later one of its key left before a person started it again: when that one is settled, this one is read again.
      const mustWait = inOrder && delivery.orderKey !== undefined && queue.orderKeys.has(delivery.orderKey);
      if (settled.has(delivery.id)) queue.hasMore = true;
      else if (!queue.known.has(delivery.id) && !mustWait) memory.take(queue, delivery);
    }
    return found.length;
  }

  function isFree(queue: DestinationQueue, { id, orderKey }: DueDelivery, inOrder: boolean): boolean {
    return inOrder && orderKey !== undefined && !queue.orderKeys.has(orderKey) && !queue.known.has(id);
  }

  function takeBehind(queue: DestinationQueue, behind: readonly DueDelivery[]) {
    const passed = new Set<number>();
    for (const one of behind) {
      const key = one.orderKey ?? 0;
      if (memory.isHeavy || passed.has(key) || !queue.orderKeys.has(key) || queue.known.has(one.id)) passed.add(key);
      else memory.take(queue, one);
    }
  }

  function wakeLater(queue: DestinationQueue, at: number) {
    if (at >= queue.wakeAt) return;
    queue.cancelWake?.();
    queue.wakeAt = at;
    queue.cancelWake = clock.after(at - clock.now(), () => {
      queue.wakeAt = Number.POSITIVE_INFINITY;
      queue.cancelWake = null;
      queue.hasMore = true;
      options.resume(queue);
    });
  }

  return { isDue, load, wakeLater };
}

function placeOf(delivery: DueDelivery | undefined): Place | null {
  return delivery?.dueAt == null ? null : { dueAt: delivery.dueAt, id: delivery.id };
}
