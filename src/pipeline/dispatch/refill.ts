import { batcher } from '../../async/batcher.ts';
import type { Clock } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery } from '../../journal/journal.ts';
import type { InFlight } from './in-flight.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { batchRecordsOf, type DestinationQueue, isSuspect, type Reading, setTimer } from './queues.ts';

/** Readings at once: what they bring is in memory before its size is known. */
const readingsMax = 4;
const firstRetryMs = 1_000;
const retryMaxMs = 30_000;

type DueQuery = Parameters<DeliveryQueue['due']>[0];
type DueAnswer = Awaited<ReturnType<DeliveryQueue['due']>>;

/**
 * Brings deliveries from the journal into memory, when a queue has room or when their time comes. A reading goes on where
 * the one before ended, and once more from the start when that was the end. One that fails is repeated after 1 s, doubling
 * to 30 s.
 */
export function createRefill(options: {
  journal: Pick<DeliveryQueue, 'due'>;
  clock: Clock;
  memory: MemoryBudget;
  inFlight: Pick<InFlight, 'of'>;
  failed(error: unknown, doing: string): void;
  resume(queue: DestinationQueue): void;
}) {
  const { clock, memory, inFlight, resume } = options;
  const due = batcher<DueQuery, DueAnswer>({
    size: 1,
    outstanding: readingsMax,
    run: (queries) => Promise.all(queries.map((query) => options.journal.due(query))),
  });

  /** Whether it is time to read more of a queue. */
  function isDue(queue: DestinationQueue): boolean {
    if (!queue.hasMore || queue.reading !== null) return false;
    if (queue.waiting.length === 0) return true;
    // A batch is assembled from all that finds room.
    const few = batchRecordsOf(queue) === 1 ? memory.share / 4 : memory.roomOf(queue) - 1;
    return !memory.isHeavy && queue.waiting.length <= few;
  }

  /** Reads more of a queue; `isProbe`: one delivery is enough. */
  async function load(queue: DestinationQueue, isProbe: boolean): Promise<void> {
    const reading: Reading = { settled: new Set(), isStale: false };
    const { cursor } = queue;
    const limit = isProbe ? 1 : limitOf(queue);
    const except = cursor === null ? [...idsInMemory(queue)] : [];
    // Something that happens during the reading sets `hasMore` again.
    Object.assign(queue, { reading, hasMore: false, cursor: null });
    try {
      const answer = await due({
        destinationId: queue.destinationId,
        replayId: queue.replay?.id ?? null,
        now: clock.now(),
        limit,
        inOrder: isOrdered(queue),
        followers: isOrdered(queue) && batchRecordsOf(queue) > 1 && !isProbe ? limit : 0,
        ...(cursor === null ? { except } : { after: cursor }),
      });
      queue.refillFailures = 0;
      if (!reading.isStale) take(queue, reading, answer, { cursor, except });
    } catch (error) {
      options.failed(error, 'read deliveries');
      refillAt(queue, clock.now() + Math.min(firstRetryMs * 2 ** queue.refillFailures, retryMaxMs));
      queue.refillFailures += 1;
    } finally {
      queue.reading = null;
    }
    resume(queue);
  }

  function limitOf(queue: DestinationQueue): number {
    return memory.isHeavy ? 1 : Math.ceil(memory.roomOf(queue) / 2);
  }

  function take(
    queue: DestinationQueue,
    reading: Reading,
    { due: found, followers, isCut, nextDueAt }: DueAnswer,
    { cursor, except }: { cursor: DestinationQueue['cursor']; except: readonly string[] },
  ) {
    const known = idsInMemory(queue);
    const free = freeKeys(queue, found, known);
    const seen = takeDue(queue, found, reading, known);
    // Followers only where all before them are in memory too, and none of these has left.
    if (seen === found.length) takeFollowers(queue, followers, free, known);
    // What was settled during the reading may be due again by now: the next reading tells.
    if (except.some((id) => reading.settled.has(id))) queue.hasMore = true;
    const isMore = isCut || seen < found.length;
    if (isMore) queue.cursor = placeOf(found[seen - 1]) ?? cursor;
    if (isMore || cursor !== null) queue.hasMore = true;
    else if (nextDueAt !== null) refillAt(queue, nextDueAt);
  }

  /** Answers how many were looked at before memory got heavy. */
  function takeDue(
    queue: DestinationQueue,
    found: readonly DueDelivery[],
    { settled }: Reading,
    known: ReadonlySet<string>,
  ): number {
    for (const [index, delivery] of found.entries()) {
      if (memory.isHeavy && queue.waiting.length > 0) return index;
      // A later one of its key left before a person started it again: when that one is settled, this one is read again.
      const { orderKey } = delivery;
      const mustWait = isOrdered(queue) && orderKey !== undefined && queue.orderKeys.has(orderKey);
      if (settled.has(delivery.id)) queue.hasMore = true;
      else if (!known.has(delivery.id) && !mustWait) memory.add(queue, delivery);
    }
    return found.length;
  }

  /** The ordering keys whose first deliveries are among those found: their followers may leave in the same batch. */
  function freeKeys(queue: DestinationQueue, found: readonly DueDelivery[], known: ReadonlySet<string>): Set<number> {
    const free = new Set<number>();
    if (!isOrdered(queue)) return free;
    for (const delivery of found) {
      const { id, orderKey } = delivery;
      if (orderKey === undefined || isSuspect(delivery) || queue.orderKeys.has(orderKey) || known.has(id)) continue;
      free.add(orderKey);
    }
    return free;
  }

  function takeFollowers(
    queue: DestinationQueue,
    followers: readonly DueDelivery[],
    free: ReadonlySet<number>,
    known: ReadonlySet<string>,
  ) {
    const passed = new Set<number>();
    for (const one of followers) {
      const { orderKey } = one;
      if (orderKey === undefined || !free.has(orderKey) || passed.has(orderKey)) continue;
      if (memory.isHeavy || isSuspect(one) || !queue.orderKeys.has(orderKey) || known.has(one.id)) passed.add(orderKey);
      else memory.add(queue, one);
    }
  }

  function idsInMemory(queue: DestinationQueue): Set<string> {
    const ids = new Set<string>();
    for (const some of [queue.waiting, queue.suspects, queue.delayed, inFlight.of(queue)])
      for (const { delivery } of some) ids.add(delivery.id);
    return ids;
  }

  /** Reads the journal again at `at`. */
  function refillAt(queue: DestinationQueue, at: number): void {
    setTimer(queue.refillTimer, at, clock, () => {
      queue.hasMore = true;
      resume(queue);
    });
  }

  return { isDue, load, refillAt };
}

const isOrdered = ({ plan }: DestinationQueue): boolean => plan !== null && plan.order !== null;

function placeOf(delivery: DueDelivery | undefined): DestinationQueue['cursor'] {
  return delivery?.dueAt == null ? null : { dueAt: delivery.dueAt, id: delivery.id };
}
