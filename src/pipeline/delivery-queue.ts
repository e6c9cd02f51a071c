import type { DueDelivery } from '../journal/journal.ts';
import { adaptiveConcurrency, type Concurrency } from './concurrency.ts';

/**
 * What one destination has waiting: a bounded part in memory, the rest in the journal (`hasMore`). `known` are the ids
 * in memory or on the wire, so that reading the journal again never starts one twice.
 */
export type DestinationQueue = {
  readonly destinationId: string;
  readonly lane: Lane;
  readonly concurrency: Concurrency;
  readonly items: DueDelivery[];
  readonly known: Set<string>;
  inFlight: number;
  hasMore: boolean;
  cursor: { dueAt: number; id: string } | null;
  /** Ids settled while the journal is being read: the picture that comes back may still hold them. */
  settledWhileLoading: Set<string> | null;
  /** The destination asked for quiet until then (503 with Retry-After). */
  waitUntil: number;
  /** The earliest due time of what lies in the journal for later. */
  wakeAt: number;
  cancelWake: (() => void) | null;
  isReady: boolean;
  /** A delivery during which the process died before is on the wire. */
  hasSuspect: boolean;
};

/** The destinations of one connection, which share its budget. */
export type Lane = {
  readonly connectionId: string;
  readonly queues: Set<DestinationQueue>;
  readonly ready: DestinationQueue[];
  inFlight: number;
  /** The connection asked for quiet until then (429). */
  waitUntil: number;
  isProbing: boolean;
};

export function createLane(connectionId: string): Lane {
  return { connectionId, queues: new Set(), ready: [], inFlight: 0, waitUntil: 0, isProbing: false };
}

export function createQueue(destinationId: string, lane: Lane): DestinationQueue {
  const queue: DestinationQueue = {
    destinationId,
    lane,
    concurrency: adaptiveConcurrency(null),
    items: [],
    known: new Set(),
    inFlight: 0,
    hasMore: false,
    cursor: null,
    settledWhileLoading: null,
    waitUntil: 0,
    wakeAt: Number.POSITIVE_INFINITY,
    cancelWake: null,
    isReady: false,
    hasSuspect: false,
  };
  lane.queues.add(queue);
  return queue;
}

const laneMost = 64;

/**
 * Whether the next request of this queue may leave. What was on the wire when the process died goes one by one, so that
 * the next death blames one and not all. Without a limit of its own a connection has room for 64, and each of its
 * destinations always has its fair part of them, so that one that hangs never delays another.
 */
export function mayStart(queue: DestinationQueue, connectionLimit: number | null): boolean {
  if (queue.inFlight >= queue.concurrency.limit) return false;
  const { lane } = queue;
  if (queue.hasSuspect && (queue.items[0]?.deaths ?? 0) > 0) return false;
  if (lane.inFlight < (connectionLimit ?? laneMost)) return true;
  if (connectionLimit !== null) return false;
  let active = 0;
  for (const one of lane.queues) if (one.inFlight > 0 || one.items.length > 0) active += 1;
  return queue.inFlight < Math.max(1, Math.floor(laneMost / active));
}

/** Forgets what is in memory but not on the wire: it stays in the journal and is read again later. */
export function spill(queue: DestinationQueue): void {
  for (const item of queue.items) queue.known.delete(item.id);
  queue.items.length = 0;
  queue.hasMore = true;
  queue.cursor = null;
}
