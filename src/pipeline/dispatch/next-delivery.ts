import type { DueDelivery } from '../../journal/journal.ts';
import type { Departure, Gathering, Group } from './batch-assembly.ts';
import type { DestinationQueue, Lane } from './destination-queue.ts';
import type { Wire } from './in-flight.ts';
import type { QueueMemory } from './memory-budget.ts';

/** What of a queue goes next, alone or together with others, and whether it may. */
export function createDepartures(options: {
  memory: QueueMemory;
  wire: Wire;
  gathering: Gathering;
  /** Lanes that found something in their way which is not their own. */
  stalled: Set<Lane>;
  send(queue: DestinationQueue, delivery: DueDelivery, isProbe: boolean): Promise<void>;
  sendGroup(queue: DestinationQueue, group: Group): Promise<void>;
  goOnLater(queue: DestinationQueue, at: number, call: () => void): void;
  resume(queue: DestinationQueue): void;
}) {
  const { memory, wire, gathering } = options;

  function hasSlot(queue: DestinationQueue, share: number): boolean {
    const inFlight = queue.replay?.live.inFlight ?? queue.inFlight;
    if (queue.items.length === 0 || inFlight >= Math.min(queue.concurrency.limit, share)) return false;
    return queue.inFlight === 0 || !(wire.isCrowded || memory.isHeavy);
  }

  function mayStart(queue: DestinationQueue, head: DueDelivery | undefined, share: number): boolean {
    if (head === undefined || !hasSlot(queue, share)) return false;
    if (!wire.mustWait(head)) return true;
    options.stalled.add(queue.lane);
    return false;
  }

  function startHead(queue: DestinationQueue, share: number, isProbe: boolean): boolean {
    const delivery = mayStart(queue, queue.items[0], share) ? memory.start(queue) : undefined;
    if (delivery !== undefined) void options.send(queue, delivery, isProbe);
    return delivery !== undefined;
  }

  function gather(queue: DestinationQueue, now: number): Departure {
    const isFull = memory.isHeavy || queue.items.length >= memory.roomOf(queue);
    const stock = isFull ? 'full' : queue.hasMore || queue.reading !== null ? 'more' : 'all';
    const again = () => options.resume(queue);
    const next = gathering.next(queue, now, stock, again);
    if (next.kind === 'wait' && next.until !== null) options.goOnLater(queue, next.until, again);
    return next;
  }

  function startTogether(queue: DestinationQueue, next: Exclude<Departure, { kind: 'wait' }>, share: number): boolean {
    const members = next.kind === 'one' ? [next.delivery] : next.group.members;
    if (!mayStart(queue, members[0], share)) return false;
    memory.startAll(queue, members);
    if (next.kind === 'one') void options.send(queue, next.delivery, false);
    else void options.sendGroup(queue, next.group);
    return true;
  }

  return {
    /** Answers whether something left; null: it gathers, and time or more deliveries make it ready again. A probe goes alone. */
    start(queue: DestinationQueue, share: number, isProbe: boolean, now: number): boolean | null {
      if (queue.records === 1 || isProbe || !hasSlot(queue, share)) return startHead(queue, share, isProbe);
      const next = gather(queue, now);
      return next.kind === 'wait' ? null : startTogether(queue, next, share);
    },
  };
}
