import type { Event, IncomingEvent } from '../contract/records/event.ts';
import type { Commands } from './commands.ts';
import type { DueDelivery, Hold, Pause, PlannedDelivery, Settlement } from './deliveries.ts';
import type { Lease, Leases } from './leases.ts';
import type { EndedSource } from './replays.ts';
import type { Statuses } from './statuses.ts';

export type { Commands, TakenCommand } from './commands.ts';
export { type Lease, type Leases, presumedDeathMs, type Roster } from './leases.ts';
export { type LostWrites, sumOfLost } from './lost-writes.ts';
export { PartitionLost } from './partition-lost.ts';
export type { OwnerStatusRow, Statuses } from './statuses.ts';

/**
 * PORT. What an event needs on its way from intake to the last attempt. Every write is batch-first, and durable (fsynced)
 * when its promise resolves; writes that arrive together share one transaction. Times are ms since the epoch and are
 * arguments.
 *
 * The node that works on a partition, its events and its deliveries, holds the lease of it. `plan`, `mark`, `recover`,
 * `settle` and the writes of holds and pauses carry it, and touch what is of that partition alone; when a later owner has taken
 * the partition they change nothing and return null or false.
 */
export interface HotJournal extends Intake, Planning, DeliveryQueue {
  readonly leases: Leases;
  readonly commands: Commands;
  readonly statuses: Statuses;
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
   * Throws `PartitionLost` when the lease is stale; then nothing is stored. After another `unavailable` it may be stored.
   * Throws AppError `storage_busy` (the write queue is over its byte limit) or `storage_full` (the disk is down to its
   * reserve, or the last `retain` returned `full`); then nothing is stored.
   */
  accept(request: AcceptRequest): Promise<Accepted>;
}

/** How long a collector remembers an event's identity, in ms; less when the size limit is reached. */
export const identityMemoryMs = 86_400_000;

export type AcceptRequest = {
  partition: number;
  /** Of the partition. Left out: no other process can own it. */
  lease?: Lease;
  collectorId: string;
  receivedAt: number;
  events: IncomingEvent[];
  plan?: IntakePlan;
};

/** The deliveries that the events of a request fire, each with the index of its event. */
export type IntakePlan = {
  lease: Lease;
  deliveries: (Omit<PlannedDelivery, 'eventId'> & { event: number })[];
  /** Left out: there is one partition. `lease`: of its partition, when the same node holds it and the delivery has no order key. */
  passed?: (Omit<PassedDelivery, 'eventId'> & { event: number; lease?: Lease })[];
  now: number;
};

/** A planned delivery for the owner of a partition, which creates it there (`takePassed`). */
export type PassedDelivery = PlannedDelivery & { partition: number };

/** A delivery that was created for another partition's plan, at the time in its id. `replayId`: that of a replay. */
export type TakenDelivery = PlannedDelivery & { id: string; replayId?: string };

/** What `takePassed` created. `isMore`: to call again. */
export type Taken = { taken: TakenDelivery[]; ended: EndedSource[]; isMore: boolean; isBehind: boolean };

/**
 * `ids` are in input order. `duplicates`: indices. `usedIds`: how many duplicates have other data than the event that is
 * stored. The new events have the offsets `from`, `from` + 1, … in input order, and the time `receivedAt`. `planned`: the
 * ids of the plan's deliveries in order, without those of duplicates. `created`: the same for its passed ones; null: it was passed,
 * as all are when it is left out. A journal may create those with a valid lease at once.
 */
export type Accepted = {
  ids: string[];
  duplicates: readonly number[];
  usedIds: number;
  from: number;
  receivedAt: number;
  planned: string[] | null;
  created?: (string | null)[];
};

/** From stored events to their deliveries. */
interface Planning {
  /** The offset of the first event of a partition that is not matched yet. */
  position(partition: number): Promise<number>;
  /**
   * Events from an offset on, in order: at most `limit`, and about 4 MiB (fewer than `limit` does not mean the end of
   * the log). `to` is the offset after the last one (gaps are skipped), or `from` at the end of the log.
   */
  read(query: { partition: number; from: number; limit: number }): Promise<{ events: PlacedEvent[]; to: number }>;
  /**
   * Moves the position in the lease's partition and creates the deliveries there, in one transaction; returns their ids in order. `advance: null`
   * creates deliveries without moving the position (a test, a replay). Returns null when the lease is stale or the
   * position is not `advance.from`. Creation times follow `now` as receive times do.
   */
  plan(
    lease: Lease,
    plan: {
      advance: { from: number; to: number } | null;
      deliveries: PlannedDelivery[];
      passed?: PassedDelivery[];
      now: number;
    },
  ): Promise<string[] | null>;
  /**
   * Creates deliveries that were passed to the lease's partition, in the order in which their events were
   * acknowledged, whatever partitions these are in: about `limit`, and no plan in part. Each once, in one transaction.
   * `ended`: held deliveries that ended there since a replay sends them. Returns null when the lease is stale. `isBehind`:
   * nothing is changed, since `revision` is not that of the stored configuration, and what was passed may have been planned
   * after a change that the caller does not know.
   */
  takePassed(lease: Lease, request: { limit: number; now: number; revision: number }): Promise<Taken | null>;
}

export type PlacedEvent = { offset: number; event: Event };

/**
 * A difference up to this, in ms, is a correction of the clock, or calls in another order than their times: stored times
 * then stay.
 */
export const clockToleranceMs = 5_000;

export interface DeliveryQueue {
  /**
   * Unfinished deliveries of one destination in a partition that are due at `now`, by (due time, id), after the given one and without
   * `except`; and the earliest due time after `now`, or null. `replayId`: those of this replay; null: those of no
   * replay.
   * `inOrder` leaves out a delivery whose order key has an earlier unfinished one, held ones included. `followers` are
   * then the due deliveries directly behind the returned ones in the order of their keys, without a gap, at most that
   * many in all.
   * Returns at most `limit` deliveries and about 4 MiB; `isCut`: there may be more that are due. With `bytesMax` it ends
   * before the first delivery whose event and request have more stored text, about. `eventOf`: an event that the caller
   * has, which is then returned instead of another copy.
   */
  due(query: {
    partition: number;
    destinationId: string;
    replayId?: string | null;
    now: number;
    limit: number;
    inOrder?: boolean;
    followers?: number;
    after?: { dueAt: number; id: string };
    except?: readonly string[];
    bytesMax?: number | undefined;
    eventOf?: (eventId: string) => Event | undefined;
  }): Promise<{ due: DueDelivery[]; followers: DueDelivery[]; isCut: boolean; nextDueAt: number | null }>;
  /**
   * When the next delivery of each destination and replay in a partition is due; null: it has only some that are stored as
   * held. The time that it takes does not depend on how many there are.
   */
  nextDue(partition: number): Promise<NextDue[]>;
  /**
   * The clock was set back: by `knownMs` as the caller measured it, or by as much as the newest events and deliveries of the
   * lease's partition are ahead of `now`. If that is more than `clockToleranceMs`, the times of new ones follow the clock, and
   * deliveries that are due after `now` are due that much earlier (in small steps). Returns by how much; 0: nothing changed.
   * null: the lease is stale.
   */
  followClock(lease: Lease, now: number, knownMs: number): Promise<number | null>;
  /**
   * Replaces the in-flight marker of a partition: the deliveries in flight now, and the suspect on trial among them (null: none).
   * `recover` reads it after a crash. The caller puts one suspect on trial at a time, and sends a suspect only after a
   * marker that names it as on trial is on disk. Returns false, and writes nothing, without a valid lease.
   */
  mark(lease: Lease, deliveryIds: readonly string[], onTrial: string | null): Promise<boolean>;
  /**
   * For a new owner of a partition, in one transaction: raises the crash count (`deaths`, see `suspectDeaths`) of each
   * unfinished delivery in the last marker, and deletes the marker. Returns the deliveries that are suspects now, and the
   * one that was quarantined (failed/`poison`, at most one). The crash is certain when the owner of the marker has the same name,
   * as a process that was started again. Another one is presumed dead, and may live: it takes the counts back when it beats, and its crash
   * in a trial quarantines nothing the first time. Cancels every unfinished test without a due time
   * (`interrupted`), since its caller is gone.
   */
  recover(lease: Lease, now: number): Promise<{ suspects: string[]; poisoned: string[] }>;
  /**
   * Logs attempts and sets the next step of many deliveries at once. A delivery that was cancelled or expired while it
   * was in flight becomes delivered if it was delivered; else it keeps its state and gets the attempts. Returns these.
   * An unknown one, and one of another partition, is skipped. false: not the owner. An attempt whose number is logged already is not logged again, so
   * settling twice changes nothing. Only pending and retrying deliveries keep `dueAt`.
   */
  settle(lease: Lease, settlements: readonly Settlement[], now: number): Promise<readonly Overtaken[] | false>;
  /** Holds that responses caused (auth rejected, …). Holds that people set are in the catalog. */
  holds(): Promise<Hold[]>;
  /** With the lease of the partition of its connection. false: not the owner, and nothing is changed. */
  saveHold(lease: Lease, hold: Hold): Promise<boolean>;
  removeHold(lease: Lease, scopeId: string): Promise<boolean>;
  /** The pauses that systems asked for. */
  pauses(): Promise<Pause[]>;
  /** Like `saveHold`. One that has been over for a day may be removed. */
  savePause(lease: Lease, pause: Pause): Promise<boolean>;
  removePause(lease: Lease, scopeId: string): Promise<boolean>;
  /** What is stored of the requests that were sent at the rates of a partition, by connection, destination or replay. */
  rates(partition: number): Promise<StoredRate[]>;
  /** Like `saveHold`, of the lease's partition. A text of null removes one. */
  saveRates(lease: Lease, changes: readonly { scopeId: string; text: string | null }[]): Promise<boolean>;
}

/** A text of the dispatcher's. */
export type StoredRate = { scopeId: string; text: string };

export type NextDue = {
  destinationId: string;
  connectionId: string;
  replayId: string | null;
  nextDueAt: number | null;
};

/** A delivery that had ended before its attempt was recorded. `isCorrected`: it is delivered now. */
export type Overtaken = { deliveryId: string; isCorrected: boolean };
