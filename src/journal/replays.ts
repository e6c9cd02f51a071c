import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { ReplayInput } from '../contract/records/replay.ts';
import type { ReplayState } from '../contract/records/replay-limits.ts';
import type { CountByAction, PlannedDelivery, StatusCounts } from './deliveries.ts';
import type { Lease } from './leases.ts';

/**
 * Replays with their progress. The deliveries of a replay are like others, but name it and have a queue of their own.
 */
export interface Replays {
  /** Stores a replay, with its audit entry. */
  create(replay: NewReplay, entry?: NewAuditEntry): Promise<void>;
  replay(id: string): Promise<StoredReplay | null>;
  /** Newest first; `before` and `after` are ids, as with deliveries. */
  replays(query: { limit: number; before?: string; after?: string; state?: ReplayState }): Promise<StoredReplay[]>;
  /** Those that are not over (`isReplayOver`), newest first. */
  open(query: { limit: number }): Promise<StoredReplay[]>;
  /**
   * Changes the state of a replay that is in one of the states `from`; false, with no change, when it is in another
   * state or unknown. A final state (done, cancelled) sets `finishedAt` and stores the outcome of its deliveries, so
   * that lists need not count them each time.
   */
  move(
    id: string,
    move: { from: readonly ReplayState[]; to: ReplayState; now: number },
    entry?: NewAuditEntry,
  ): Promise<boolean>;
  /**
   * Moves the cursor of a running replay and creates its next deliveries, in one transaction; those of other partitions are
   * passed to their owners (`takePassed`). Null when the lease is stale or of another partition than the replay, the replay is
   * not running or its cursor is not `from`.
   */
  advance(lease: Lease, step: ReplayStep): Promise<Advanced | null>;
  /** Whether deliveries of any replay were passed and are not created yet. They count as pending and waiting. */
  isPassing(): Promise<boolean>;
  /**
   * The number of its deliveries in each stored status, with those that retention or an erasure removed. Pending ones to
   * the destinations in `onHold`, and retries that are due there, count as held.
   */
  outcome(id: string, onHold?: OnHold): Promise<ReplayOutcome>;
  /**
   * Whether any of its deliveries will be sent without a person: it is not to a destination in `onHold`, and not behind an
   * earlier one of its ordering key.
   */
  isMoving(id: string, onHold: readonly string[]): Promise<boolean>;
  /**
   * The partitions with deliveries of it that are due before a time, or were passed there; without those to the destinations in
   * `onHold`, and those behind an earlier one of their ordering key.
   */
  partitions(id: string, query: { onHold: readonly string[]; dueBefore: number }): Promise<number[]>;
  /** The number of its deliveries that were never sent, without those to the destinations in `except`. */
  waiting(id: string, except: readonly string[]): Promise<number>;
  /**
   * Cancels its unfinished deliveries in the partition of the lease, except those in `except`, in small steps; returns the counts by
   * action, destination and connection. Ends when the lease is stale.
   */
  cancelRest(lease: Lease, id: string, now: number, except: readonly string[]): Promise<CancelledCount[]>;
}

/** Destinations that are held at a time. */
export type OnHold = { destinationIds: readonly string[]; now: number };

export type NewReplay = Pick<
  StoredReplay,
  'id' | 'input' | 'startedBy' | 'createdAt' | 'upTo' | 'partition' | 'total' | 'planLeftOut'
>;

export type StoredReplay = {
  id: string;
  input: ReplayInput;
  state: ReplayState;
  startedBy: string;
  createdAt: number;
  finishedAt: number | null;
  /** The newest event or delivery that it covers; null: there is none. */
  upTo: string | null;
  /** The last event or delivery that it has processed; null: it has not begun. */
  cursor: string | null;
  /** Whether it has processed all of them. */
  isRead: boolean;
  /** Its owner reads what it covers and plans the deliveries. */
  partition: number;
  /** Expected deliveries, including those that are left out. */
  total: number;
  /** Deliveries that its plan left out, by reason. */
  planLeftOut: Readonly<Record<string, number>>;
  /** Deliveries created. */
  made: number;
  /** Deliveries left out, by reason. */
  leftOut: Readonly<Record<string, number>>;
  /**
   * The outcome of its deliveries when it ended; null until then, and after a person sent one of them again. Later, only held
   * ones can have moved.
   */
  outcome: ReplayOutcome | null;
};

export type ReplayOutcome = StatusCounts;

/** One that was removed is over, and a cancelled one when its last delivery has finished. */
export function isReplayOver(replay: Pick<StoredReplay, 'state' | 'outcome'> | null): boolean {
  if (replay === null || replay.state === 'done') return true;
  return replay.state === 'cancelled' && (replay.outcome === null || unfinishedOf(replay.outcome) === 0);
}

export const unfinishedOf = ({ pending, retrying, held }: ReplayOutcome): number => pending + retrying + held;

/**
 * The ids of the deliveries in the partition of the lease, in order, and the held sources there that ended with that
 * transaction.
 */
export type Advanced = { ids: string[]; ended: EndedSource[] };

/** A held delivery that ended since a replay sends it. `isOrdered`: later ones of its order key may be waiting for it. */
export type EndedSource = Omit<CancelledCount, 'count'> & { isOrdered: boolean };

export type ReplayStep = {
  id: string;
  from: string | null;
  to: string | null;
  isLast: boolean;
  deliveries: readonly ReplayedDelivery[];
  /** Deliveries left out in this step, by reason. */
  leftOut: Readonly<Record<string, number>>;
  now: number;
};

export type ReplayedDelivery = Omit<PlannedDelivery, 'dueAt' | 'test'> & {
  /** That of its connection; left out: that of the lease. */
  partition?: number;
  /** The first delivery of the chain that it repeats. */
  replayOf: string | null;
  /** The last delivery of that chain: when it is stored as held it ends, since this one replaces it. */
  source: string | null;
  /** Sends the rendered request of `source` again. */
  keepsBody: boolean;
  idempotencyKey: string | null;
};

export type CancelledCount = CountByAction & { destinationId: string; connectionId: string };
