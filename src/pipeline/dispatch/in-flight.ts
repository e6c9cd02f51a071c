import type { Clock } from '../../async/clock.ts';
import type { DeliveryQueue, DueDelivery, Lease } from '../../journal/journal.ts';
import { type DestinationQueue, isSuspect } from './destination-queue.ts';

/** Requests on the wire from which on each destination has one. */
const crowdMost = 2_000;
const markDelayMs = 20;

/**
 * The deliveries that are in flight: those whose request is under way, and those whose response is not recorded yet. The
 * in-flight marker on disk names them, so that the next process can count a crash for each. A suspect is in flight as the
 * only suspect: it is on trial.
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
  let onTrial: string | null = null;
  let isMarkDue = false;
  let isStopping = false;
  let drained: (() => void) | null = null;

  const mark = () => journal.mark(lease, [...sending], onTrial);

  return {
    has: (deliveryId: string) => sending.has(deliveryId),
    ids: () => [...sending],
    get size() {
      return sending.size;
    },
    get isCrowded() {
      return sending.size >= crowdMost;
    },
    /** Whether it is a suspect while another suspect is on trial. */
    mustWait: (delivery: DueDelivery) => onTrial !== null && isSuspect(delivery),
    enter(_: DestinationQueue, delivery: DueDelivery) {
      sending.add(delivery.id);
      if (isSuspect(delivery)) onTrial = delivery.id;
    },
    leave(_: DestinationQueue, delivery: DueDelivery) {
      sending.delete(delivery.id);
      if (onTrial === delivery.id) onTrial = null;
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
      await journal.mark(lease, [], null).catch((error) => options.failed(error, 'mark deliveries'));
    },
  };
}
