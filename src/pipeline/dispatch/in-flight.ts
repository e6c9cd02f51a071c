import type { Clock } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery, Lease } from '../../journal/journal.ts';
import { type DestinationQueue, isLastChance, isSuspect } from './destination-queue.ts';

/** Requests on the wire from which on each destination has one. */
const crowdMost = 2_000;
const markDelayMs = 20;

/**
 * The deliveries that are on the wire, and those whose answer is not recorded yet. A mark on disk names them, so that a
 * death during one can be counted.
 */
export type Wire = ReturnType<typeof createWire>;

export function createWire(options: {
  journal: Pick<DeliveryQueue, 'mark'>;
  lease: Lease;
  clock: Clock;
  failed(error: unknown, doing: string): void;
}) {
  const { journal, lease, clock } = options;
  const sending = new Set<string>();
  let hasLastChance = false;
  let isMarkDue = false;
  let isStopping = false;
  let drained: (() => void) | null = null;

  const mark = () => journal.mark(lease, [...sending]);

  return {
    has: (deliveryId: string) => sending.has(deliveryId),
    ids: () => [...sending],
    get size() {
      return sending.size;
    },
    get isCrowded() {
      return sending.size >= crowdMost;
    },
    /** What was on the wire when the process died goes one by one, so that the next death blames one and not all. */
    mustWait(queue: DestinationQueue, delivery: DueDelivery): 'for its queue' | 'for any' | null {
      if (hasLastChance && isLastChance(delivery)) return 'for any';
      return queue.hasSuspect && isSuspect(delivery) ? 'for its queue' : null;
    },
    enter(queue: DestinationQueue, delivery: DueDelivery) {
      queue.hasSuspect ||= isSuspect(delivery);
      hasLastChance ||= isLastChance(delivery);
      sending.add(delivery.id);
    },
    leave(queue: DestinationQueue, delivery: DueDelivery) {
      sending.delete(delivery.id);
      if (isSuspect(delivery)) queue.hasSuspect = false;
      if (isLastChance(delivery)) hasLastChance = false;
      if (drained !== null && sending.size === 0) drained();
    },
    mark,
    markSoon() {
      if (isMarkDue) return;
      isMarkDue = true;
      clock.after(markDelayMs, () => {
        isMarkDue = false;
        if (!isStopping) mark().catch((error) => options.failed(error, 'mark deliveries'));
      });
    },
    /** Waits until nothing is on the wire, but no longer than this. */
    async drain(timeoutMs: number) {
      isStopping = true;
      if (sending.size > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        drained = resolve;
        const cancel = clock.after(timeoutMs, resolve);
        await promise;
        cancel();
      }
      await journal.mark(lease, []).catch((error) => options.failed(error, 'mark deliveries'));
    },
  };
}
