import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { Attempt, DeliveryStatus, ErrorKind, LastAttemptInList, Reason } from '../contract/records/delivery.ts';
import type { Event } from '../contract/records/event.ts';

/** A claim on a scope (`events/0`, `deliveries/0`), valid until another owner acquires it; `epoch` grows each time. */
export type Lease = { scope: string; owner: string; epoch: number };

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
   * Returns at most `limit` deliveries and about 4 MiB; `isCut`: there may be more that are due. With `bytesMax` it ends
   * before the first delivery whose event and request have more stored text, about. `eventOf`: an event that the caller
   * has, which is then returned instead of another copy.
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
    bytesMax?: number | undefined;
    eventOf?: (eventId: string) => Event | undefined;
  }): Promise<{ due: DueDelivery[]; followers: DueDelivery[]; isCut: boolean; nextDueAt: number | null }>;
  /**
   * When the next delivery of each destination and replay is due; null: it has only some that are stored as held. The time
   * that it takes does not depend on how many there are.
   */
  nextDue(): Promise<NextDue[]>;
  /**
   * Lets the times of new events and deliveries follow a clock that is more than 5 s behind the newest ones. Returns by
   * how much it was, at most, since the last call; 0: it was not.
   */
  setBack(now: number): Promise<number>;
  /** The clock was set back to `now`: deliveries that are due after it are due `byMs` earlier. In small steps. */
  moveDue(now: number, byMs: number): Promise<void>;
  /**
   * The count of all unfinished deliveries that have a due time, by destination and replay. `nextDueAt` is that of the
   * next one that waits for no earlier one of its order key; null: all do.
   */
  backlog(): Promise<(NextDue & { open: number })[]>;
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
   * Logs attempts and sets the next step of many deliveries at once. A delivery that was cancelled or expired while it
   * was in flight becomes delivered if it was delivered; else it keeps its state and gets the attempts. Returns these.
   * An unknown one is skipped. false: not the owner. An attempt whose number is logged already is not logged again, so
   * settling twice changes nothing. Only pending and retrying deliveries keep `dueAt`.
   */
  settle(lease: Lease, settlements: readonly Settlement[], now: number): Promise<readonly Overtaken[] | false>;
  /** Holds that responses caused (auth rejected, …). Holds that people set are in the catalog. */
  holds(): Promise<Hold[]>;
  saveHold(hold: Hold): Promise<void>;
  removeHold(scopeId: string): Promise<void>;
}

type NextDue = {
  destinationId: string;
  connectionId: string;
  replayId: string | null;
  nextDueAt: number | null;
};

/** A delivery that had ended before its attempt was recorded. `isCorrected`: it is delivered now. */
export type Overtaken = { deliveryId: string; isCorrected: boolean };

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

/** A due delivery, as the dispatcher gets it. */
export type DueDelivery = DeliverySubject & {
  id: string;
  event: Event | null;
  /** The JSON of the event's data, when the event came a moment ago and its text is known. */
  dataText?: string | null;
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
   * What rows of a list show of their event and last attempt. Ends after reading 32 MiB: the ids that are left, and unknown ones,
   * are not in the result.
   */
  details(ids: readonly string[]): Promise<DeliveryDetails[]>;
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
   * A person's retry: finished or not, the delivery becomes due now, unless it is due already, and its schedule starts
   * again. `render` drops the stored body and pins the given versions. Returns the status that it had; null: unknown.
   * The audit entry is written in the same transaction, with the change of status added.
   */
  retry(request: RetryRequest, entry?: NewAuditEntry): Promise<StoredStatus | null>;
  /**
   * Cancels an unfinished delivery. Returns whether it was unfinished; null: unknown. The audit entry is written as in
   * `retry`.
   */
  cancel(id: string, now: number, entry?: NewAuditEntry): Promise<boolean | null>;
  /**
   * Makes deliveries of a destination that are stored as held (exhausted, without a credential) due now, like `retry`,
   * each at most once, in small steps. Those with an unknown outcome may have arrived: they stay, unless `all`.
   */
  release(destinationId: string, now: number, which?: 'all' | 'known'): Promise<Released>;
  /** How many deliveries are stored as held, by destination. */
  storedHeld(): Promise<StoredHeld[]>;
  /** Counts the deliveries with a due time, by destination and replay. */
  unfinished(now: number): Promise<UnfinishedCount[]>;
  /** How many deliveries are unresolved (see `DeliverySearch`), by destination. */
  unresolved(): Promise<UnresolvedCount[]>;
  /** Retrying deliveries of a destination with so many counted failures leave their order, as by `leavesOrder`. */
  releaseOrder(destinationId: string, releaseAfter: number): Promise<void>;
  /**
   * Fails deliveries of a destination as `expired` that are unfinished, due and created before `createdBefore`, except
   * those in `except` (in flight). Returns the counts by action.
   */
  expire(query: ExpiryQuery): Promise<CountByAction[]>;
}

/** How many deliveries were released, and how many stay held since their outcome is unknown. */
export type Released = { released: number; unknownOutcomes: number };

export type StoredHeld = { destinationId: string; connectionId: string; count: number };

/** `due`: those of `open` whose time has come; `firstAt`: when the oldest was created, `firstLaterAt`: of those not due. */
export type UnfinishedCount = {
  destinationId: string;
  connectionId: string;
  open: number;
  due: number;
  firstAt: number | null;
  firstLaterAt: number | null;
};

export type UnresolvedCount = StoredHeld;

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
  /**
   * Whether it failed, is no test, and nothing came after it: no delivery that it repeats or that repeats it was delivered, and
   * none repeats it later.
   */
  unresolved?: boolean;
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

/** `event` null: it has none, or it was removed; `lastAttempt` null: there was none. */
export type DeliveryDetails = {
  id: string;
  event: { name: string | null; visitorId: string | null } | null;
  /** `attempts`: the count of the delivery with this attempt. */
  lastAttempt: (LastAttemptInList & { attempts: number }) | null;
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
