import { type DueDelivery, suspectDeaths } from '../../journal/journal.ts';
import { adaptiveConcurrency, type Concurrency } from '../limits/adaptive-concurrency.ts';
import { type Breaker, createBreaker } from '../limits/circuit-breaker.ts';
import { type Budget, createBudget } from '../limits/rate-limiter.ts';
import type { ReplayLane } from './replay-share.ts';

/**
 * What one destination has waiting: a bounded part in memory, the rest in the journal (`hasMore`). `known` are the ids
 * in memory or on the wire, so that reading the journal again never starts one twice.
 */
export type DestinationQueue = {
  readonly destinationId: string;
  readonly lane: Lane;
  /** The replay whose deliveries these are, and the queue of the others, with which it shares all limits; null: none. */
  readonly replay: { readonly id: string; readonly live: DestinationQueue } | null;
  readonly concurrency: Concurrency;
  readonly items: DueDelivery[];
  /** Retries that are due soon: each waits in memory for its time. */
  readonly resting: Map<string, Resting>;
  /** How many of them may share an exchange; 1: each goes alone. */
  records: number;
  /** Of a batch that was refused: in which part of it they go on. */
  readonly parts: Map<string, number>;
  /** How often what waits in memory was forgotten. */
  spills: number;
  /** With about how many bytes each takes. */
  readonly known: Map<string, number>;
  /** The order keys of these, each with the one that has it. */
  readonly orderKeys: Map<number, string>;
  inFlight: number;
  hasMore: boolean;
  /** The journal is being read on after this one; null: from the start. */
  cursor: Place | null;
  reading: Reading | null;
  /** Its own rate, and the quiet that it asked for (503 with Retry-After). */
  readonly budget: Budget;
  /** When it goes on, while its budget is spent. */
  pause: Waking | null;
  /** The earliest due time of what lies in the journal for later. */
  wakeAt: number;
  cancelWake: (() => void) | null;
  isReady: boolean;
};

export type Waking = { at: number; cancel(): void };

export type Resting = { delivery: DueDelivery; cancel(): void };

/** Where a delivery stands in its queue. */
export type Place = { dueAt: number; id: string };

/** What happens while the journal is being read, since the picture that comes back may not show it yet. */
export type Reading = { readonly settled: Set<string>; isStale: boolean };

/** The destinations of one connection, which share its budget. `queues` and `ready` are those of no replay. */
export type Lane = {
  readonly connectionId: string;
  readonly queues: Set<DestinationQueue>;
  readonly ready: DestinationQueue[];
  /** null: no replay has anything for it. */
  replays: ReplayLane | null;
  readonly breaker: Breaker;
  /** Where its requests went last; null: nowhere yet. */
  site: Site | null;
  inFlight: number;
  /** What all its destinations share: its rate, what the peer counts, the quiet that it asked for (429). */
  readonly budget: Budget;
  pause: Waking | null;
  isProbing: boolean;
};

/** Requests under way where no more may be: to a destination, of a connection, or to an origin. */
export type Crowd = { readonly of: 'destination' | 'connection' | 'origin'; readonly underWay: number };

/** Requests on the wire to one origin, and the lanes that wait for room there. */
export type Site = { inFlight: number; readonly waiting: Set<Lane> };

export function createLane(connectionId: string): Lane {
  return {
    connectionId,
    queues: new Set(),
    ready: [],
    replays: null,
    breaker: createBreaker(),
    site: null,
    inFlight: 0,
    budget: createBudget(),
    pause: null,
    isProbing: false,
  };
}

export function createQueue(
  destinationId: string,
  lane: Lane,
  replay: DestinationQueue['replay'] = null,
): DestinationQueue {
  const queue: DestinationQueue = {
    destinationId,
    lane,
    replay,
    concurrency: replay?.live.concurrency ?? adaptiveConcurrency(),
    items: [],
    resting: new Map(),
    records: 1,
    parts: new Map(),
    spills: 0,
    known: new Map(),
    orderKeys: new Map(),
    inFlight: 0,
    hasMore: false,
    cursor: null,
    reading: null,
    budget: replay?.live.budget ?? createBudget(),
    pause: null,
    wakeAt: Number.POSITIVE_INFINITY,
    cancelWake: null,
    isReady: false,
  };
  (replay === null ? lane.queues : lane.replays?.queues)?.add(queue);
  return queue;
}

/** How many requests a connection has room for when nobody says otherwise. */
export const laneMost = 64;

/**
 * How many requests each destination of a lane may have on the wire when the lane is at its limit. Without a limit that
 * a person set, a connection has room for 64, and each of its destinations always has its fair part of them, so that
 * one that hangs never delays another.
 */
export function fairShare(lane: Lane, limit: number | null): number {
  if (lane.inFlight < (limit ?? laneMost)) return Number.POSITIVE_INFINITY;
  if (limit !== null) return 0;
  let active = 0;
  for (const one of lane.queues) if (one.inFlight > 0 || one.items.length > 0) active += 1;
  return Math.max(1, Math.floor(laneMost / active));
}

/** The process died twice in a row while it was in flight, so that it may be what kills the process. */
export const isSuspect = ({ deaths }: DueDelivery) => deaths >= suspectDeaths;
