import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { Attempt, DeliveryStatus, ErrorKind, Reason } from '../contract/records/delivery.ts';
import type { Event, IncomingEvent } from '../contract/records/event.ts';
import type { ReplayInput } from '../contract/records/replay.ts';
import type { ReplayState } from '../contract/records/replay-limits.ts';
import type { Erasures } from './erasures.ts';

export type { CancelledDelivery, ErasedBy, ErasureStep, Erasures, StoredErasure } from './erasures.ts';

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
   * Stores the events of some requests, each request whole or not at all. An event whose identity was seen in the same
   * collector within 24 h is stored once: the id of the first is returned, and the event's index is in `duplicates`.
   * Receive times never go back within a partition: an earlier `receivedAt` is raised to the last one. Requests of a
   * collector that arrive within a few milliseconds may share the time of the first. The result and the ids have the
   * stored time.
   * With a `plan`, the deliveries of the new events are created in the same transaction if all earlier events are
   * matched and the lease is valid. Otherwise `planned` is null, and the events are matched later, as `read` returns
   * them.
   * Throws AppError `storage_busy` (the write queue is over its byte limit) or `storage_full` (the disk is down to its
   * reserve, or the last `retain` returned `full`); then nothing is stored.
   */
  accept(requests: readonly AcceptRequest[]): Promise<Accepted[]>;
}

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
 * `ids` are in input order. The new events have the offsets `from`, `from` + 1, … in input order, and the time
 * `receivedAt`. `planned`: the ids of the plan's deliveries in order, without those of duplicates.
 */
export type Accepted = {
  ids: string[];
  duplicates: readonly number[];
  from: number;
  receivedAt: number;
  planned: string[] | null;
};

/** A claim on a scope (`events/0`, `deliveries/0`), valid until another owner acquires it; `epoch` grows each time. */
export type Lease = { scope: string; owner: string; epoch: number };

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
   * position is not `advance.from`. Creation times never go back: an earlier `now` is raised to the last one.
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

/** The pinned versions of a delivery; null: it has no action. */
export type Versions = { actionVersion: number | null; destinationVersion: number };

/** What a delivery is about; `eventId` null: a test with an event that is not stored. */
type DeliverySubject = Versions & {
  eventId: string | null;
  actionId: string | null;
  destinationId: string;
  connectionId: string;
};

export type PlannedDelivery = DeliverySubject & {
  /** When the first attempt is due; null: never, since the caller of a test makes the attempt. */
  dueAt: number | null;
  test: boolean;
  /**
   * Deliveries with the same key are sent one after the other, in the order of their ids. 0 to 2^48 - 1; a key is of
   * one destination. Left out: no order.
   */
  orderKey?: number;
};

export interface DeliveryQueue {
  /**
   * Unfinished deliveries of one destination that are due at `now`, by (due time, id), after the given one and without
   * `except`; and the earliest due time after `now`, or null. `replayId`: those of this replay; null: those of no
   * replay.
   * `inOrder` leaves out a delivery whose order key has an earlier unfinished one, held ones included. `followers` are
   * then the due deliveries directly behind the returned ones in the order of their keys, without a gap, at most that
   * many in all.
   * Returns at most `limit` deliveries and about 4 MiB; `isCut`: there may be more that are due.
   */
  due(query: {
    destinationId: string;
    replayId?: string | null;
    now: number;
    limit: number;
    inOrder?: boolean;
    followers?: number;
    after?: { dueAt: number; id: string };
    except?: readonly string[];
  }): Promise<{ due: DueDelivery[]; followers: DueDelivery[]; isCut: boolean; nextDueAt: number | null }>;
  /**
   * The unfinished deliveries that have a due time, for each destination and replay: their count and the earliest due
   * time.
   */
  backlog(): Promise<Backlog[]>;
  /**
   * Replaces the in-flight marker: the deliveries in flight now, and the suspect on trial among them (null: none).
   * `recover` reads it after a crash. The caller puts one suspect on trial at a time, and sends a suspect only after a
   * marker that names it as on trial is on disk. Returns false, and writes nothing, without a valid lease.
   */
  mark(lease: Lease, deliveryIds: readonly string[], onTrial: string | null): Promise<boolean>;
  /**
   * For a new owner, in one transaction: raises the crash count (`deaths`, see `suspectDeaths`) of each unfinished
   * delivery in the last marker, and deletes the marker. Returns the deliveries that are suspects now, and the one that
   * was quarantined (failed/`poison`, at most one). Cancels every unfinished test without a due time (`interrupted`),
   * since its caller is gone.
   */
  recover(lease: Lease, now: number): Promise<{ suspects: string[]; poisoned: string[] }>;
  /**
   * Logs attempts and sets the next step of many deliveries at once. A delivery that a person finished while it was in
   * flight keeps its state and gets the attempts; one that expired in flight and was delivered becomes delivered; an
   * unknown one is skipped. An attempt whose number is logged already is not logged again, so settling twice changes
   * nothing. Only pending and retrying deliveries keep `dueAt`.
   */
  settle(lease: Lease, settlements: readonly Settlement[], now: number): Promise<boolean>;
  /** Holds that responses caused (auth rejected, …). Holds that people set are in the catalog. */
  holds(): Promise<Hold[]>;
  saveHold(hold: Hold): Promise<void>;
  removeHold(scopeId: string): Promise<void>;
}

type Backlog = {
  destinationId: string;
  connectionId: string;
  replayId: string | null;
  open: number;
  nextDueAt: number;
};

/** Whether a delivery is in a final state. A person can still retry it. */
export function isFinished(status: DeliveryStatus): boolean {
  return status === 'delivered' || status === 'failed' || status === 'skipped' || status === 'cancelled';
}

/**
 * The crash count from which a delivery is a suspect. A delivery's crash count goes
 *
 * - from 0 to 1, and from 1 to 2, when the process crashes while the delivery is in flight;
 * - from 2 to quarantine (failed/`poison`) when the process crashes while the delivery is on trial, in flight as the only
 *   suspect, and no other delivery is a suspect. With other suspects it goes to 3 first, and from there to quarantine
 *   when the process crashes during its next trial: while many suspects are tried, a kill from outside nearly always
 *   meets a trial. A crash while it is in flight but not on trial leaves the count as it is, since another delivery may
 *   be the cause;
 * - back to 0 when it is settled, retried by a person or released.
 *
 * After one crash nothing changes. After two in a row, the deliveries that were in flight both times are put on trial
 * one after the other, while all other deliveries continue. The poison message is among them, and only it can be
 * quarantined.
 */
export const suspectDeaths = 2;

/** How long a collector remembers an event's identity, in ms. */
export const identityMemoryMs = 86_400_000;

/** A due delivery, as the dispatcher gets it. */
export type DueDelivery = DeliverySubject & {
  id: string;
  event: Event | null;
  createdAt: number;
  dueAt: number | null;
  test: boolean;
  /** Exchanges logged so far, counted or not; the next one gets `number` + 1. */
  number: number;
  /** Counted exchanges over its whole life. */
  attempts: number;
  /** Counted exchanges since the schedule last started. */
  scheduleStep: number;
  /** Total time by which Retry-After has delayed it. */
  waitedMs: number;
  /** The crash count, 0 to `suspectDeaths` + 1. */
  deaths: number;
  /** The request of the first attempt, which every later one repeats; null: not rendered yet. */
  rendered: Rendered | null;
  orderKey?: number;
  /** The replay that created it; null: none. */
  replayId: string | null;
  /** The idempotency key that it sends instead of its id: that of the delivery that it repeats. */
  idempotencyKey: string | null;
};

/**
 * A rendered request: everything that the template and its tags produced. `copyOf`: the body is `JSON.stringify` of the
 * data of the delivery's own event, which has this id, or of a list with only that data. It is then stored as a
 * reference to the event.
 */
export type Rendered = {
  path: string;
  headers: [string, string][];
  body: string;
  isObject: boolean;
  copyOf?: string;
};

export type Settlement = {
  deliveryId: string;
  status: StoredStatus;
  reason: Reason | null;
  detail: string | null;
  errorKind: ErrorKind | null;
  attempts: number;
  scheduleStep: number;
  waitedMs: number;
  dueAt: number | null;
  /** Stored with the delivery when given. */
  rendered?: Rendered;
  /** When the bodies in its log are removed, if it is finished now; left out: together with the delivery. */
  bodiesUntil?: number;
  /** The versions that it was rendered with, when they are not the planned ones. */
  pinned?: Versions;
  /** It loses its order key: later deliveries no longer wait for it. */
  leavesOrder?: true;
  /**
   * New exchanges. A request body equal to `rendered.body` is stored once. Attempts with the same `batchId` share one
   * exchange, whose request and response are stored once for all its deliveries.
   */
  log: Attempt[];
};

export type Hold = { scopeId: string; reason: Reason; detail: string; since: number; probeAt: number; probes: number };

export interface DeliveryLog {
  /**
   * A page of events, newest first (by id). `before` and `after` are ids: the page next to that id on its older or
   * newer side. Text that is not an id gives an empty page.
   */
  events(query: EventPageQuery): Promise<Event[]>;
  /**
   * A page of the events that match every given filter. The search examines events from the cursor on. It ends when the
   * page is full, after `lookedMost` events, or after reading enough (about 4 MiB of matching events, or 32 MiB in
   * all); `reached` is then the last event examined, where the next search continues. `reached` null: there are no more
   * events. `looked` counts the events examined, `lookedBytes` the stored text that was read.
   */
  search(query: EventSearch): Promise<EventSearchPage>;
  event(id: string): Promise<Event | null>;
  /** A page of the deliveries that match every given filter, newest first (by id). */
  deliveries(query: DeliveryQuery): Promise<LoggedDelivery[]>;
  /**
   * Like `deliveries`, with filters that no index serves. The search examines deliveries from the cursor on, at least one.
   * It ends when the page is full, after `forMs`, or after reading 32 MiB; `reached` is then the last delivery examined,
   * where the next search continues. `reached` null: there are no more deliveries.
   */
  searchDeliveries(query: DeliverySearch): Promise<DeliverySearchPage>;
  /**
   * Counts deliveries by creation time and stored status; `closed` makes them held as in `deliveries`. Each of `edges`,
   * ascending, starts a bucket that ends at the next one. Counts from the newest on for about `forMs`; `countedFrom` is
   * null when all are counted.
   */
  histogram(query: HistogramQuery): Promise<{ counts: StatusCounts[]; countedFrom: number | null }>;
  /** `attemptLog` has the newest attempts, oldest first: all of them, or about 4 MiB. */
  delivery(id: string): Promise<(LoggedDelivery & { attemptLog: Attempt[]; rendered: Rendered | null }) | null>;
  /**
   * A person's retry: finished or not, the delivery becomes due now and its schedule starts again. `render` drops the
   * stored body and pins the given versions. Returns false for an unknown delivery. The audit entry is written in the
   * same transaction, with the change of status added.
   */
  retry(request: RetryRequest, entry?: NewAuditEntry): Promise<boolean>;
  /**
   * Cancels an unfinished delivery. Returns whether it was unfinished; null: unknown. The audit entry is written as in
   * `retry`.
   */
  cancel(id: string, now: number, entry?: NewAuditEntry): Promise<boolean | null>;
  /**
   * Makes deliveries of a destination that are stored as held (exhausted, unknown outcome) due now, like `retry`.
   * Returns how many.
   */
  release(destinationId: string, now: number): Promise<number>;
  /**
   * Fails deliveries of a destination as `expired` that are unfinished, due and created before `createdBefore`, except
   * those in `except` (in flight). Returns the counts by action.
   */
  expire(query: ExpiryQuery): Promise<CountByAction[]>;
}

export type ExpiryQuery = { destinationId: string; createdBefore: number; now: number; except: readonly string[] };

/**
 * The number of a destination's deliveries from an action; null: from no action. Lists are in the order of the action
 * ids.
 */
export type CountByAction = { actionId: string | null; count: number };

type EventPageQuery = { limit: number; before?: string; after?: string };

export type EventSearchPage = { events: Event[]; reached: string | null; looked: number; lookedBytes: number };

export type EventSearch = EventPageQuery & {
  lookedMost: number;
  name?: string;
  visitorId?: string;
  collectorId?: string;
  /** A key that `data` has. */
  parameter?: string;
  /** The text of that key's value. */
  value?: string;
  /** The text of `ext.trace`. */
  trace?: string;
  /** Inclusive. */
  receivedAfter?: number;
  /** Exclusive. */
  receivedBefore?: number;
};

export type DeliveryQuery = {
  limit: number;
  before?: string;
  after?: string;
  /**
   * `closed` lists the destinations that are on hold at `now`: their pending and retrying deliveries that are due count
   * as held. Rows still have the stored status.
   */
  status?: StoredStatus | readonly StoredStatus[];
  closed: readonly string[];
  now: number;
  actionId?: string;
  destinationId?: string;
  connectionId?: string;
  eventId?: string;
  errorKind?: ErrorKind;
  test?: boolean;
  /** Those of this batch. */
  batchId?: string;
  replayId?: string;
  /** Those that repeat this delivery. */
  replayOf?: string;
  /** Inclusive. */
  createdAfter?: number;
  /** Exclusive. */
  createdBefore?: number;
};

export type StoredStatus = Exclude<DeliveryStatus, 'sending'>;

export type DeliverySearch = DeliveryQuery & {
  /** That of its event. */
  visitorId?: string;
  /** The status of the last attempt's response is between these, both included. */
  httpStatus?: { from: number; to: number };
  /** The last attempt took at least this long. */
  durationMsMin?: number;
  /** Whether it was not delivered, but a later delivery of a replay that repeats it was. */
  recovered?: boolean;
  /** In a request, a response or an error; upper and lower case are equal. */
  text?: string;
  forMs: number;
};

export type DeliverySearchPage = {
  deliveries: LoggedDelivery[];
  reached: { id: string; createdAt: number } | null;
  looked: number;
  lookedBytes: number;
};

export type HistogramQuery = Omit<DeliveryQuery, 'limit' | 'before' | 'after' | 'createdAfter'> & {
  edges: readonly number[];
  forMs: number;
};

export type StatusCounts = Record<StoredStatus, number>;

/**
 * A delivery with its stored status: while its destination is on hold, a `pending` or `retrying` one is not `held`
 * here.
 */
export type LoggedDelivery = DeliverySubject & {
  id: string;
  status: StoredStatus;
  reason: Reason | null;
  detail: string | null;
  errorKind: ErrorKind | null;
  attempts: number;
  dueAt: number | null;
  createdAt: number;
  finishedAt: number | null;
  test: boolean;
  /** The earliest unfinished delivery with its order key, unless that is the delivery itself. */
  waitsFor?: string;
  /** The replay that created it, and the delivery that it repeats; null: none. */
  replayId: string | null;
  replayOf: string | null;
  /** A later delivery that repeats it: one that was delivered, or else the newest. Only in lists and of a single delivery. */
  replayedBy?: { deliveryId: string; replayId: string; status: StoredStatus };
};

export type RetryRequest = { id: string; now: number; render: Versions | null };

/**
 * Replays with their progress. The deliveries of a replay are like others, but name it and have a queue of their own.
 */
export interface Replays {
  /** Stores a replay, with its audit entry. */
  create(replay: NewReplay, entry?: NewAuditEntry): Promise<void>;
  replay(id: string): Promise<StoredReplay | null>;
  /** Newest first; `before` and `after` are ids, as with deliveries. */
  replays(query: { limit: number; before?: string; after?: string; state?: ReplayState }): Promise<StoredReplay[]>;
  /**
   * Changes the state of a replay that is in one of the states `from`; false, with no change, when it is in another
   * state or unknown. A final state (done, cancelled) sets `finishedAt` and stores the outcome of its deliveries, since
   * retention may remove them later.
   */
  move(
    id: string,
    move: { from: readonly ReplayState[]; to: ReplayState; now: number },
    entry?: NewAuditEntry,
  ): Promise<boolean>;
  /**
   * Creates the next deliveries of a running replay and moves its cursor, in one transaction; returns their ids in
   * order, or null when the lease is stale, the replay is not running or its cursor is not `from`.
   */
  advance(lease: Lease, step: ReplayStep): Promise<string[] | null>;
  /** The number of its deliveries in each stored status. */
  outcome(id: string): Promise<ReplayOutcome>;
  /** The number of its deliveries that were never sent, without those to the destinations in `except`. */
  waiting(id: string, except: readonly string[]): Promise<number>;
  /**
   * Cancels its unfinished deliveries, except those in `except`; returns the counts by action, destination and
   * connection.
   */
  cancelRest(id: string, now: number, except: readonly string[]): Promise<CancelledCount[]>;
}

export type NewReplay = Pick<StoredReplay, 'id' | 'input' | 'startedBy' | 'createdAt' | 'upTo' | 'total'>;

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
  /** Expected deliveries, including those that are left out. */
  total: number;
  /** Deliveries created. */
  made: number;
  /** Deliveries left out, by reason. */
  leftOut: Readonly<Record<string, number>>;
  /** The outcome of its deliveries; null until it has ended. */
  outcome: ReplayOutcome | null;
};

export type ReplayOutcome = StatusCounts;

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
  /** The first delivery of the chain that it repeats. */
  replayOf: string | null;
  /** The last delivery of that chain: when it is stored as held it ends, since this one replaces it. */
  source: string | null;
  /** Sends the rendered request of `source` again. */
  keepsBody: boolean;
  idempotencyKey: string | null;
};

export type CancelledCount = CountByAction & { destinationId: string; connectionId: string };

export interface RetentionStore {
  /**
   * Removes finished deliveries, ended replays without deliveries, and matched events without deliveries: those created
   * or received before `before`, then the oldest while more than `bytesMax` is in use. Events of one stored group are
   * removed together. Works in small steps between other writes. `removed` counts events and deliveries.
   * `full`: still over `bytesMax` with only unfinished deliveries left; `accept` then refuses events until a later call
   * returns false.
   */
  retain(limits: { before: number; bytesMax: number | null }): Promise<{ removed: number; full: boolean }>;
  /** Removes the bodies of finished deliveries whose time is over, in small steps; returns the number of deliveries. */
  forgetBodies(now: number): Promise<number>;
  /**
   * Changes how long the bodies of a destination's finished deliveries are kept: `ms` after they finished; null: as
   * long as the delivery. Returns the number of deliveries.
   */
  keepBodies(destinationId: string, ms: number | null): Promise<number>;
  /** Bytes in use, and the number of unfinished deliveries. */
  usage(): Promise<{ bytes: number; unfinished: number }>;
  /** Values that a room keeps between starts (learned parameters, refresh tokens), by name. */
  loadNote(name: string): Promise<string | null>;
  /** The notes whose name begins with `prefix`, in the order of the names. */
  loadNotes(prefix: string): Promise<{ name: string; text: string }[]>;
  /** null removes the note. The old value is overwritten on disk, not only unlinked. */
  saveNote(name: string, text: string | null): Promise<void>;
}

/** Counters of objects in steps of time. The code that counts defines the meaning of each counter. */
export interface Statistics {
  /**
   * Adds counters to the steps of each length at their time: all of them or none, in one transaction. Up to
   * `statisticsBatch` entries take about a millisecond.
   */
  add(entries: readonly StatisticsEntry[]): Promise<void>;
  /**
   * Rolls up some entries that were added before a time, or removes some steps whose retention ended by then, in a short
   * transaction. To be called after each minute; returns whether there is more to do.
   */
  rollUp(before: number): Promise<boolean>;
  /** The counters of the steps `from` to `to` (starts of steps, both included). */
  read(query: StatisticsQuery): Promise<StatisticsAnswer>;
  /** The waiting deliveries of a destination, without those in `except`, counted by action. */
  waiting(destinationId: string, except: readonly string[]): Promise<CountByAction[]>;
  /** When the oldest unfinished delivery was created; null: there is none. */
  oldestWaiting(): Promise<number | null>;
}

/** The most entries for one call of `add`. */
export const statisticsBatch = 50;

/** Numbers by name. When they are added, names that begin with `last` keep the greatest value; others are summed. */
export type Counters = Readonly<Record<string, number>>;

/** Adds the counters `more` to those in `to`. */
export function addCounters(to: Record<string, number>, more: Counters): void {
  for (const name in more) {
    const value = more[name] ?? 0;
    const before = to[name];
    if (before === undefined) to[name] = value;
    else to[name] = name.startsWith('last') ? Math.max(before, value) : before + value;
  }
}

export type StatisticsEntry = { at: number; kind: string; id: string; counters: Counters };

/** `id` null: all objects of the kind. `stepMs` is one of `statisticsSteps`; `follow` names the counter of each object's series. */
export type StatisticsQuery = {
  kind: string;
  id: string | null;
  stepMs: number;
  from: number;
  to: number;
  follow: string;
};

/** Every step, also empty ones, with the sum over all objects; and the objects that have counters, by id. */
export type StatisticsAnswer = {
  steps: { at: number; counters: Counters }[];
  things: { id: string; counters: Counters; series: number[] }[];
};

/** The lengths of steps, shortest first, with the retention of each. */
export const statisticsSteps = [
  { ms: 60_000, keptMs: 2 * 3_600_000 },
  { ms: 15 * 60_000, keptMs: 26 * 3_600_000 },
  { ms: 2 * 3_600_000, keptMs: 8 * 86_400_000 },
] as const;
