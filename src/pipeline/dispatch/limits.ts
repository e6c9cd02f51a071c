import type { Authenticator } from '../../connections/authenticator.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { DestinationPlan } from '../snapshot/destination-plan.ts';
import type { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import { type HoldState, isProbeDue } from './holds/holds.ts';
import type { ProbeSlot } from './holds/probe-slot.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';
import type { ReplayRates } from './replay-rates.ts';

/**
 * Why the next delivery of a queue can't be sent now. Every limit returns this form, for both the dispatcher and the
 * API. `until`: when to check again; null: after another change (a response, a change of configuration).
 */
export type Block =
  | { limit: 'hold'; of: 'connection' | 'destination'; reason: Reason; detail: string | null; until: number | null }
  /** `isAsked`: the peer asked for it, by its pause or its quota. */
  | { limit: 'rate'; of: 'connection' | 'destination' | 'replay'; until: number; isAsked: boolean }
  | { limit: 'token'; until: number; detail: string }
  /** For more deliveries in one request. */
  | { limit: 'batch'; until: number }
  /** `until`: the end of a break of a destination. */
  | { limit: 'concurrency'; of: 'destination' | 'connection' | 'all'; requests: number; until: number | null };

/** The requests in flight of all connections, and how many may be. */
export type RequestCount = { readonly count: number; readonly max: number };

/** The state that limits read, besides the queues. */
export type LimitState = {
  requests: RequestCount;
  holds: { byDestination: ReadonlyMap<string, HoldState> };
  replayRates: Pick<ReplayRates, 'freeAt' | 'isKept'>;
  /** The pauses of token endpoints. */
  authenticator: Pick<Authenticator, 'pauseOf'>;
};

/** A hold; or the slot of its probe, when this queue may send it. */
export function holdBlock(
  queue: DestinationQueue,
  now: number,
  { holds }: LimitState,
): Extract<Block, { limit: 'hold' }> | { probe: ProbeSlot } | null {
  const { destinationId, connection, plan } = queue;
  const hold = holds.byDestination.get(destinationId);
  if (hold === undefined) return null;
  const { reason, detail, probeAt } = hold;
  const of = hold.scopeId === connection.connectionId ? 'connection' : 'destination';
  const { probe } = of === 'connection' ? connection : queue;
  const isDue = isProbeDue(hold, now, plan?.breaker.openMs);
  if (isDue && !probe.isTaken(queue)) return { probe };
  // While a probe is under way, `probeAt` may be in the past: its outcome then changes the hold.
  return { limit: 'hold', of, reason, detail, until: probeAt !== null && !isDue ? probeAt : null };
}

/** The rate limit of the connection: its configured rate, the peer's quota, and the pause that the peer asked for. */
export function connectionRateBlock({ budget }: ConnectionQueue, rate: Rate | null, now: number): Block | null {
  const until = budget.freeAt(now, rate);
  return until > now ? { limit: 'rate', of: 'connection', until, isAsked: isAsked(budget, until) } : null;
}

/** When to ask again while a rate is written, after which the deliveries that wait for it are considered at once. */
const writeMs = 500;

/** The next process would not know of one more request of the connection: that is written first. */
export function connectionWriteBlock({ budget }: ConnectionQueue, rate: Rate | null, now: number): Block | null {
  return budget.isKept(rate) ? null : { limit: 'rate', of: 'connection', until: now + writeMs, isAsked: false };
}

/** The same for the destination alone, and for its replay. */
export function destinationWriteBlock(
  { budget, plan, replay }: DestinationQueue,
  now: number,
  { replayRates }: Pick<LimitState, 'replayRates'>,
): Extract<Block, { limit: 'rate' }> | null {
  const isKept = budget.isKept(plan?.destinationRate ?? null) && (replay === null || replayRates.isKept(replay.id));
  return isKept ? null : { limit: 'rate', of: 'destination', until: now + writeMs, isAsked: false };
}

const isAsked = (budget: RateLimiter, until: number) => budget.askedUntil() >= until;

/**
 * The token endpoint of the connection failed a moment ago, or asked for a pause: nothing can be sent without a token.
 */
export function tokenBlock(
  plan: DestinationPlan | null,
  { authenticator }: Pick<LimitState, 'authenticator'>,
): Block | null {
  if (plan?.connection.body.auth.type !== 'oauth2') return null;
  const pause = authenticator.pauseOf(plan.authorized);
  return pause === null ? null : { limit: 'token', until: pause.until, detail: pause.detail };
}

/** The rate limit of the destination alone, and that of its replay; `until` Infinity: the replay is paused or over. */
export function destinationRateBlock(
  queue: DestinationQueue,
  now: number,
  { replayRates }: { replayRates: Pick<ReplayRates, 'freeAt'> },
): Block | null {
  const ownAt = queue.budget.freeAt(now, queue.plan?.destinationRate ?? null);
  const replayAt = queue.replay === null ? 0 : replayRates.freeAt(queue.replay.id, now);
  if (replayAt > Math.max(ownAt, now)) return { limit: 'rate', of: 'replay', until: replayAt, isAsked: false };
  return ownAt > now ? { limit: 'rate', of: 'destination', until: ownAt, isAsked: isAsked(queue.budget, ownAt) } : null;
}

/** The concurrency limit of the destination, within its share of the connection. */
export function concurrencyBlock(
  queue: DestinationQueue,
  share: number,
  now: number,
): Extract<Block, { limit: 'concurrency' }> | null {
  const { concurrency, requests } = queue.replay?.live ?? queue;
  const isFull = requests >= Math.min(concurrency.limit(now), share);
  const until = isFull ? null : concurrency.breakUntil(now);
  if (until !== null && until <= now) return null;
  return { limit: 'concurrency', of: 'destination', requests, until };
}

/** Of the requests that the others leave, one may have this part. */
const takenPart = 0.9;
/** Of all requests, this part is for connections that have none in flight. */
const reservedPart = 1 / 40;

/** The requests that a connection may have in flight; `isSet`: its setting is the limit. `plan`: that of the connection. */
export type Room = { limit: number; isSet: boolean; plan: DestinationPlan | null };

/**
 * The setting of a connection, and at most nine tenths of what all other connections leave. However many requests hang, a
 * connection that has none in flight finds room.
 */
export function connectionRoom({ requests, plan }: ConnectionQueue, { count, max }: RequestCount): Room {
  const free = max - (count - requests);
  const reserved = requests === 0 ? 0 : Math.ceil(reservedPart * max);
  const left = Math.min(Math.ceil(takenPart * free), free - reserved);
  const setting = plan?.concurrency ?? Number.POSITIVE_INFINITY;
  return { limit: Math.min(setting, left), isSet: setting <= left, plan };
}

/** `limit`: that of the room, or a part of it. */
export function connectionRequestsBlock(
  { requests }: ConnectionQueue,
  limit: number,
  { isSet }: Room,
  { count }: RequestCount,
): Extract<Block, { limit: 'concurrency' }> | null {
  if (requests < limit) return null;
  return isSet
    ? { limit: 'concurrency', of: 'connection', requests, until: null }
    : { limit: 'concurrency', of: 'all', requests: count, until: null };
}

/**
 * The requests that a destination may have in flight in the room of its connection: nine tenths of what its neighbours
 * leave, so that one that hangs does not delay them. Of a limit in the settings, at least an equal part, so that it is
 * used up.
 */
export function destinationShare(queue: DestinationQueue, { limit, isSet }: Room): number {
  const { connection, requests } = queue.replay?.live ?? queue;
  const left = Math.ceil(takenPart * (limit - (connection.requests - requests)));
  return isSet ? Math.max(left, Math.ceil(limit / Math.max(1, connection.active))) : left;
}

/** The interval of requests that are spread evenly over the allowed rate of the connection, in ms. */
export function evenPaceMs({ connection, plan }: DestinationQueue, now: number): number {
  return connection.budget.paceMs(now, plan?.connectionRate ?? null);
}

/** The time until `before` requests are sent, in ms. */
export function periodsOf(before: number, rate: Rate | null): number {
  return rate === null ? 0 : Math.floor(before / rate.limit) * rate.perMs;
}
