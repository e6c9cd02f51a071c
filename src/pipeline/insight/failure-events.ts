import type { DueDelivery, Gate, LoggedDelivery } from '../../journal/journal.ts';
import { observer } from '../../telemetry/observer.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Step } from '../attempt/next-step.ts';

/** Whose deliveries something happened to. */
export type Owners = Pick<LoggedDelivery, 'actionId' | 'destinationId' | 'connectionId'>;

export type TroubleListener = {
  /** A step is recorded that neither delivered nor skipped. */
  unwell(delivery: DueDelivery, step: Step): void;
  /** A delivery to one of the `awaited` destinations went well. */
  delivered(delivery: Owners): void;
  /** So many deliveries were held for too long and are failed now. */
  expired(of: Owners, amount: number): void;
  /** The gates of these destinations may have moved. */
  gatesMoved(destinationIds: readonly string[]): void;
};

/** What the journey tells of things that don't go well; what does costs nothing, but for `awaited` destinations. */
export interface Troubles {
  watch(listener: TroubleListener): () => void;
  /** Destinations whose successes the listener wants to hear of; the listener keeps it. */
  readonly awaited: Set<string>;
  /** Gates that traffic closed. */
  gateOf(connectionId: string): Gate | null;
  /** Whether the size limit is reached with nothing left to remove, so that intake is refused. */
  isFull(): boolean;
}

/** Tells all listeners, also after one that throws. */
export function troubleDesk(
  telemetry: Pick<Telemetry, 'failedOften'>,
): Omit<TroubleListener, 'delivered' | 'unwell'> &
  Pick<Troubles, 'watch' | 'awaited'> & { settled(delivery: DueDelivery, step: Step): void } {
  const listeners = new Set<TroubleListener>();
  const awaited = new Set<string>();
  return {
    awaited,
    watch(listener) {
      const guard = <A extends unknown[]>(observe: (...what: A) => void) =>
        observer(telemetry, 'tell a listener of failures', observe);
      const guarded: TroubleListener = {
        unwell: guard(listener.unwell),
        delivered: guard(listener.delivered),
        expired: guard(listener.expired),
        gatesMoved: guard(listener.gatesMoved),
      };
      listeners.add(guarded);
      return () => listeners.delete(guarded);
    },
    settled(delivery, step) {
      const { status } = step.settlement;
      if (status === 'delivered') {
        if (awaited.size > 0 && awaited.has(delivery.destinationId))
          for (const one of listeners) one.delivered(delivery);
      } else if (status !== 'skipped' && status !== 'cancelled')
        for (const one of listeners) one.unwell(delivery, step);
    },
    expired(of, amount) {
      for (const one of listeners) one.expired(of, amount);
    },
    gatesMoved(destinationIds) {
      for (const one of listeners) one.gatesMoved(destinationIds);
    },
  };
}
