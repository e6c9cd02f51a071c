import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { Attempt, ErrorKind, LastAttemptInList } from '../contract/records/delivery.ts';
import type { Event } from '../contract/records/event.ts';
import type { Rendered } from '../contract/records/rendered.ts';
import type { CountByAction, LoggedDelivery, StatusCounts, StoredStatus, Versions } from './deliveries.ts';
import type { NextDue } from './hot.ts';
import type { Lease } from './leases.ts';
import type { Replays } from './replays.ts';
import type { Statistics } from './statistics.ts';

/**
 * PORT. What people see of events and deliveries, and what they do to them. Reads do not delay the writes of the hot
 * journal. What changes deliveries is done with the lease of their partition, and leaves those of others alone. With a stale lease,
 * nothing is changed, and all but `expire` throw AppError `unavailable`.
 */
export interface JournalLog {
  /**
   * A page of events, newest first (by id). `before` and `after` are ids: the page next to that id on its older or
   * newer side. Text that is not an id gives an empty page.
   */
  events(query: EventPageQuery): Promise<Event[]>;
  /**
   * A page of the events that match every given filter. The search examines events from the cursor on. It ends when the
   * page is full, after `lookedMax` events, or after reading enough (about 4 MiB of matching events, or 32 MiB in
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
  retry(lease: Lease, request: RetryRequest, entry?: NewAuditEntry): Promise<StoredStatus | null>;
  /**
   * Cancels an unfinished delivery. Returns whether it was unfinished; null: unknown. The audit entry is written as in
   * `retry`.
   */
  cancel(lease: Lease, id: string, now: number, entry?: NewAuditEntry): Promise<boolean | null>;
  /**
   * Makes deliveries of a destination that are stored as held (exhausted, without a credential) due now, like `retry`,
   * each at most once, in small steps. Those with an unknown outcome may have arrived: they stay, unless `all`.
   */
  release(lease: Lease, destinationId: string, now: number, which?: 'all' | 'known'): Promise<Released>;
  /**
   * The count of all unfinished deliveries that have a due time, by destination and replay. `nextDueAt` is that of the
   * next one that waits for no earlier one of its order key; null: all do.
   */
  backlog(): Promise<(NextDue & { open: number })[]>;
  /** How many deliveries are stored as held, by destination. */
  storedHeld(): Promise<StoredHeld[]>;
  /** Counts the deliveries with a due time, by destination and replay. */
  unfinished(now: number): Promise<UnfinishedCount[]>;
  /** How many deliveries are unresolved (see `DeliverySearch`), by destination. */
  unresolved(): Promise<UnresolvedCount[]>;
  /** Retrying deliveries of a destination with so many counted failures leave their order, as by `leavesOrder`. */
  releaseOrder(lease: Lease, destinationId: string, releaseAfter: number): Promise<void>;
  /**
   * Fails deliveries of a destination as `expired` that are unfinished, due and created before `createdBefore`, except
   * those in `except` (in flight), in small steps. Returns the counts by action. Ends when the lease is stale.
   */
  expire(lease: Lease, query: ExpiryQuery): Promise<CountByAction[]>;
  /** The waiting deliveries of a destination, without those in `except`, counted by action. */
  waiting(destinationId: string, except: readonly string[]): Promise<CountByAction[]>;
  /** When the oldest unfinished delivery was created; null: there is none. */
  oldestWaiting(): Promise<number | null>;
  readonly replays: Replays;
  readonly statistics: Statistics;
}

/** How many deliveries were released, and how many stay held since their outcome is unknown. */
export type Released = { released: number; unknownOutcomes: number };

export type StoredHeld = { destinationId: string; connectionId: string; count: number };

/** `due`: those of `open` whose time has come; `firstAt`: when the oldest was created, `firstLaterAt`: of those not due. */
export type UnfinishedCount = {
  destinationId: string;
  connectionId: string;
  replayId: string | null;
  open: number;
  due: number;
  firstAt: number | null;
  firstLaterAt: number | null;
};

export type UnresolvedCount = StoredHeld;

export type ExpiryQuery = { destinationId: string; createdBefore: number; now: number; except: readonly string[] };
type EventPageQuery = { limit: number; before?: string; after?: string };

export type EventSearchPage = { events: Event[]; reached: string | null; looked: number; lookedBytes: number };

export type EventSearch = EventPageQuery & {
  lookedMax: number;
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

export type RetryRequest = { id: string; now: number; render: Versions | null };
