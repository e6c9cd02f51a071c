import type { Event, IncomingEvent } from '../contract/records/event.ts';
import type { DeliveryLog, DeliveryQueue, Lease, PlannedDelivery } from './deliveries.ts';
import type { Erasures } from './erasures.ts';
import type { Replays } from './replays.ts';
import type { Statistics } from './statistics.ts';

export * from './deliveries.ts';
export type * from './erasures.ts';
export type * from './replays.ts';
export * from './statistics.ts';

/**
 * PORT. The log of events, deliveries and attempts, and the queue of the deliveries that are due. Every write is
 * batch-first, and durable (fsynced) when its promise resolves; writes that arrive together share one transaction.
 * Times are ms since the epoch and are arguments.
 *
 * The process that matches a partition or works on deliveries holds a lease. `plan`, `mark` and `settle` carry it; when
 * a later owner has acquired the lease they change nothing and return null or false.
 */
export interface Journal {
  readonly intake: Intake;
  readonly leases: Leases;
  readonly matching: Matching;
  readonly deliveries: DeliveryQueue;
  readonly log: DeliveryLog;
  readonly replays: Replays;
  readonly retention: RetentionStore;
  readonly statistics: Statistics;
  readonly erasures: Erasures;
}

interface Intake {
  /**
   * Stores the events of a request, all or none; requests that come together share a transaction. An event whose
   * identity was seen in the same collector within 24 h is stored once: the id of the first is returned, and the
   * event's index is in `duplicates`. Events are in the order of their offsets. An earlier `receivedAt` is raised to
   * the last one, unless it is more than 5 s before it: then the clock was set back, and times follow it. Requests of a
   * collector that arrive within a few milliseconds may share the time of the first. The result and the ids have the
   * stored time.
   * With a `plan`, the deliveries of the new events are created in the same transaction if all earlier events are
   * matched and the lease is valid. Otherwise `planned` is null, and the events are matched later, as `read` returns
   * them.
   * Throws AppError `idempotency_key_reused` when an event with the identity of an Idempotency-Key is a duplicate with
   * other data; then nothing is stored.
   * Throws AppError `storage_busy` (the write queue is over its byte limit) or `storage_full` (the disk is down to its
   * reserve, or the last `retain` returned `full`); then nothing is stored.
   */
  accept(request: AcceptRequest): Promise<Accepted>;
}

/** How long a collector remembers an event's identity, in ms; less when the size limit is reached. */
export const identityMemoryMs = 86_400_000;

export type AcceptRequest = {
  partition: number;
  collectorId: string;
  receivedAt: number;
  events: IncomingEvent[];
  plan?: IntakePlan;
};

/** The deliveries that the events of a request fire, each with the index of its event. */
export type IntakePlan = {
  lease: Lease;
  deliveries: (Omit<PlannedDelivery, 'eventId'> & { event: number })[];
  now: number;
};

/**
 * `ids` are in input order. `duplicates`: indices. `usedIds`: how many duplicates have other data than the event that is
 * stored. The new events have the offsets `from`, `from` + 1, … in input order, and the time `receivedAt`. `planned`: the
 * ids of the plan's deliveries in order, without those of duplicates.
 */
export type Accepted = {
  ids: string[];
  duplicates: readonly number[];
  usedIds: number;
  from: number;
  receivedAt: number;
  planned: string[] | null;
};

export interface Leases {
  /** Takes the scope when it is free, has expired or is already the owner's; null while another owner holds it. */
  acquire(request: { scope: string; owner: string; ttlMs: number; now: number }): Promise<Lease | null>;
  /** Extends the lease; false when it was lost. */
  renew(lease: Lease, ttlMs: number, now: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}

interface Matching {
  /** The offset of the first event of a partition that is not matched yet. */
  position(partition: number): Promise<number>;
  /**
   * Events from an offset on, in order: at most `limit`, and about 4 MiB (fewer than `limit` does not mean the end of
   * the log). `to` is the offset after the last one (gaps are skipped), or `from` at the end of the log.
   */
  read(query: { partition: number; from: number; limit: number }): Promise<{ events: PlacedEvent[]; to: number }>;
  /**
   * Moves the position and creates the deliveries in one transaction; returns their ids in order. `advance: null`
   * creates deliveries without moving the position (a test, a replay). Returns null when the lease is stale or the
   * position is not `advance.from`. Creation times follow `now` as receive times do.
   */
  plan(
    lease: Lease,
    plan: {
      advance: { partition: number; from: number; to: number } | null;
      deliveries: PlannedDelivery[];
      now: number;
    },
  ): Promise<string[] | null>;
}

export type PlacedEvent = { offset: number; event: Event };

/** Without `now` no stored time counts as wrong; without `identitiesBefore` none is forgotten for its age. */
export type RetentionLimits = { before: number; identitiesBefore?: number; now?: number; bytesMax: number | null };

export interface RetentionStore {
  /**
   * Removes finished deliveries, ended replays without deliveries, and matched events without deliveries: those created
   * or received before `before`, then the oldest while more than `bytesMax` is in use. Identities above a quarter of
   * `bytesMax` are forgotten before that, and the others after it, the oldest first. Events of one stored group are
   * removed together. Identities from before `identitiesBefore` are forgotten. A time after `now` was given by a wrong
   * clock: an entry with it is as old as the time to which the clock was set back after it. Works in small steps between
   * other writes. `removed` counts events and deliveries.
   * `full`: still over `bytesMax` with only unfinished deliveries left; `accept` then refuses events until a later call
   * returns false.
   */
  retain(limits: RetentionLimits): Promise<{ removed: number; full: boolean }>;
  /**
   * Completes the marks by which searches skip the events of other visitors, the newest first, a part per call; removes
   * those of events that are gone.
   */
  markVisitors(): Promise<void>;
  /** Removes the bodies of finished deliveries whose time is over, in small steps; returns the number of deliveries. */
  forgetBodies(now: number): Promise<number>;
  /**
   * Changes how long the bodies of a destination's finished deliveries are kept: `ms` after they finished; null: as
   * long as the delivery. Returns the number of deliveries.
   */
  keepBodies(destinationId: string, ms: number | null): Promise<number>;
  /** Bytes in use, and the number of unfinished deliveries. */
  usage(): Promise<{ bytes: number; unfinished: number }>;
}
