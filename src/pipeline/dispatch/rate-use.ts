import type { Attempt } from '../../contract/records/delivery.ts';
import type { Rate } from '../limits/rate-limiter.ts';
import type { DestinationQueue, Lane } from './destination-queue.ts';

export type Rates = {
  /** The requests that a person allows a connection in a time; null: any. */
  rateOf(connectionId: string): Rate | null;
  ownRateOf(destinationId: string): Rate | null;
  /** Until when a connection asks for no token, so that nothing of it can be sent; null: it may. */
  tokenPauseOf(connectionId: string): { readonly until: number } | null;
};

/** Pays for requests, from the budget of the connection and from that of the destination. */
export type Spending = ReturnType<typeof createSpending>;

export function createSpending({ rateOf, ownRateOf, tokenPauseOf }: Rates) {
  function freeAt({ budget, connectionId }: Lane, now: number): number {
    return Math.max(budget.freeAt(now, rateOf(connectionId)), tokenPauseOf(connectionId)?.until ?? 0);
  }

  function spend({ lane, budget, destinationId }: DestinationQueue, now: number) {
    lane.budget.spend(now, rateOf(lane.connectionId));
    budget.spend(now, ownRateOf(destinationId));
  }

  return {
    /** When the connection may send again; `now` or earlier: at once. */
    freeAt,
    ownFreeAt: ({ budget, destinationId }: DestinationQueue, now: number) =>
      budget.freeAt(now, ownRateOf(destinationId)),
    /** How far apart requests leave that are spread evenly over what the connection may send, in ms. */
    paceMs: ({ budget, connectionId }: Lane, now: number) => budget.paceMs(now, rateOf(connectionId)),
    spend,
    /** One request was paid for: nothing may have left, or a second one after a token was refreshed. */
    settle(queue: DestinationQueue, log: readonly Attempt[], now: number) {
      const sent = log.filter(({ response, error }) => response !== null || error?.kind !== 'auth').length;
      for (let more = 1; more < sent; more++) spend(queue, now);
      if (sent > 0) return;
      queue.lane.budget.refund(rateOf(queue.lane.connectionId));
      queue.budget.refund(ownRateOf(queue.destinationId));
    },
    /** When a delivery that is due leaves about; null: it waits for no budget. */
    leavesAt(queue: DestinationQueue, deliveryId: string, now: number): number | null {
      const { lane } = queue;
      const rate = rateOf(lane.connectionId);
      const ownRate = ownRateOf(queue.destinationId);
      const at = Math.max(freeAt(lane, now), queue.budget.freeAt(now, ownRate));
      if (at <= now) return null;
      const place = queue.items.findIndex((one) => one.id === deliveryId);
      const before = place < 0 ? queue.items.length : place;
      // Queues of a connection take turns.
      return Math.max(at + roundsOf(before * lane.ready.length, rate), at + roundsOf(before, ownRate));
    },
  };
}

/** How long so many requests before it take. */
function roundsOf(before: number, rate: Rate | null): number {
  return rate === null || rate.limit === null ? 0 : Math.floor(before / rate.limit) * rate.perMs;
}
