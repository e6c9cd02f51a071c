import type { RequestLoad } from '../../contract/documents/connection.ts';
import { blockOf } from './decide.ts';
import type { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import type { LimitState } from './limits.ts';

/** Of a destination or connection without a queue: nothing was sent to it yet. */
export const noLoad: RequestLoad = { inFlight: 0, limit: null, responseMs: null, limitedBy: null };

/** The requests to a destination now, those of replays included, and what its due deliveries wait for. */
export function requestLoad(queue: DestinationQueue, now: number, state: LimitState): RequestLoad {
  const { concurrency, plan, requests } = queue;
  const limit = Math.min(concurrency.limit(now), plan?.concurrency ?? Number.POSITIVE_INFINITY);
  return { inFlight: requests, limit, responseMs: concurrency.timeMs, limitedBy: limitOf(queue, now, state) };
}

/** The same of a whole connection: the time, and what is waited for, are those of its busiest destination. */
export function connectionLoad(connection: ConnectionQueue, now: number, state: LimitState): RequestLoad {
  let busiest: DestinationQueue | null = null;
  let sum = 0;
  for (const queue of connection.queues) {
    sum += queue.concurrency.limit(now);
    if (busiest === null || queue.requests > busiest.requests) busiest = queue;
  }
  if (busiest === null) return noLoad;
  const setting = connection.plan?.concurrency ?? Number.POSITIVE_INFINITY;
  return { ...requestLoad(busiest, now, state), inFlight: connection.requests, limit: Math.min(sum, setting) };
}

/** The limit that the next due delivery waits for; null: none waits, or it waits for something else. */
function limitOf(live: DestinationQueue, now: number, state: LimitState): RequestLoad['limitedBy'] {
  const replays = live.connection.replays?.queues ?? [];
  const queue = [live, ...replays].find((one) => one.destinationId === live.destinationId && one.waiting.length > 0);
  const next = queue?.waiting[0];
  const block = queue === undefined || next === undefined ? null : blockOf(queue, next.delivery.id, now, state);
  if (block?.limit === 'rate') return 'rate';
  if (block?.limit !== 'concurrency') return null;
  return block.of === 'destination' && live.concurrency.isReceiverBusy(now) ? 'receiver' : 'concurrency';
}
