import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { Attempt, DeliveryStatus, ErrorKind, Reason } from '../contract/records/delivery.ts';
import type { Event, IncomingEvent } from '../contract/records/event.ts';
import type { ReplayInput } from '../contract/records/replay.ts';
import type { ReplayState } from '../contract/records/replay-limits.ts';
import type { Erasures } from './erasures.ts';

export type { CancelledDelivery, ErasedBy, ErasureStep, Erasures, StoredErasure } from './erasures.ts';

/**
 * PORT. What happened and what is due: events, deliveries, attempts. Every write is batch-first and durable (fsynced)
 * when its promise resolves; writes that arrive together share one transaction. Times are ms since the epoch and come
 * in as arguments.
 *
 * Whoever matches a partition or works on deliveries holds a lease; `plan`, `mark` and `settle` carry it and do nothing
 * (answer null or false) when a later owner has taken over.
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
   * Keeps the events of some requests, each request whole or not at all. An event whose identity was seen in the same
   * collector within 24 h is kept once: its first id is answered and its index is in `duplicates`.
   * Within a partition time never goes back: an earlier `receivedAt` is lifted to the last one. Requests of a collector
   * that arrive within a few milliseconds may share the time of the first. The answer and the ids show the time.
   * With a `plan` the deliveries of its new events are created in the same transaction, if nothing before them waits to
   * be matched and the lease is good; else `planned` is null and they are matched as `read` shows them.
   * Throws AppError `storage_busy` (fsync queue over its byte limit) or `storage_full` (disk down to its reserve, or
   * the last `retain` said `full`); then nothing is stored.
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

/** What the events of a request fire, each delivery with the index of its event. */
export type IntakePlan = {
  lease: Lease;
  deliveries: (Omit<PlannedDelivery, 'eventId'> & { event: number })[];
  now: number;
};

/**
 * `ids` in input order; the events that are new stand in the log at `from`, `from` + 1, … in input order and have the
 * time `receivedAt`. `planned`: the ids of the plan's deliveries but those of duplicates, in order.
 */
export type Accepted = {
  ids: string[];
  duplicates: readonly number[];
  from: number;
  receivedAt: number;
  planned: string[] | null;
};

/** A claim on a scope (`events/0`, `deliveries/0`), valid until someone else acquires it; `epoch` grows each time. */
export type Lease = { scope: string; owner: string; epoch: number };

export interface Leases {
  /** Takes the scope when it is free, expired or the owner's own; null while another holds it. */
  acquire(request: { scope: string; owner: string; ttlMs: number; now: number }): Promise<Lease | null>;
  /** Prolongs; false when the lease was lost. */
  renew(lease: Lease, ttlMs: number, now: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}

interface Matching {
  /** The offset of the next event of a partition that was not matched yet. */
  position(partition: number): Promise<number>;
  /**
   * Events from an offset on, in order, at most `limit` and about 4 MiB (fewer than `limit` do not mean the end); `to` is
   * the offset after the last one (gaps are skipped), `from` at the end of the log.
   */
  read(query: { partition: number; from: number; limit: number }): Promise<{ events: PlacedEvent[]; to: number }>;
  /**
   * Moves the position and creates the deliveries in one transaction; answers their ids in order. `advance: null` makes
   * deliveries beside the log (a test, a replay). null when the lease is stale or the position is not `advance.from`.
   * Creation times never go back: an earlier `now` is lifted to the last one.
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

export type PlannedDelivery = {
  /** null: a test with an event that is stored nowhere. */
  eventId: string | null;
  actionId: string | null;
  actionVersion: number | null;
  destinationId: string;
  destinationVersion: number;
  connectionId: string;
  /** When the first attempt is due; null: never by itself (a test is driven by its caller). */
  dueAt: number | null;
  test: boolean;
  /**
   * What it shares with those that it must not overtake: of all with one key the earlier (by id) go first. 0 to 2^48 - 1,
   * of one destination only. Without it there is no order.
   */
  orderKey?: number;
};

export interface DeliveryQueue {
  /**
   * Unfinished deliveries of one destination that are due at `now`, by (due time, id), after the given one and without
   * `except`; and the earliest due time after `now`, null when nothing is due later. Those of a replay, or (null) those
   * of none. `inOrder` leaves out those with an order key that an earlier unfinished one has too, held ones included;
   * `followers` are then those that come right after these with their keys and are due too: of each key without a gap, at
   * most so many in all. One call answers `limit` of them and about 4 MiB at most; `isCut`: there may be more that are due.
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
   * For each destination with unfinished deliveries that have a due time: how many, and the earliest due time. Those of
   * each replay stand apart.
   */
  backlog(): Promise<Backlog[]>;
  /**
   * Replaces the in-flight marker: which deliveries are in flight now, and which of them is a suspect on trial (null:
   * none). `recover` reads it after a crash. Its owner puts one suspect on trial at a time, and starts a suspect only
   * when a marker that names it as on trial is on disk. Answers false, and writes nothing, without a valid lease.
   */
  mark(lease: Lease, deliveryIds: readonly string[], onTrial: string | null): Promise<boolean>;
  /**
   * After a new owner took over: moves the crash count (`deaths`, see `suspectDeaths`) of each unfinished delivery that
   * the last marker names, and deletes the marker. Answers which of these are suspects now, and which was quarantined
   * (failed/`poison`, at most one). Every unfinished test without a due time ends as cancelled/`interrupted`, since its
   * caller is gone. All of it is one transaction.
   */
  recover(lease: Lease, now: number): Promise<{ suspects: string[]; poisoned: string[] }>;
  /**
   * Logs attempts and sets the next step of many deliveries at once. A delivery that was finished meanwhile (by a
   * person) keeps its state and gets the attempts; one that expired and was
   * delivered all the same is delivered; an unknown one is passed over. An attempt whose number was logged
   * before is not logged again, so that settling twice changes nothing. Only pending and retrying ones keep `dueAt`.
   */
  settle(lease: Lease, settlements: readonly Settlement[], now: number): Promise<boolean>;
  /** Gates that traffic closed (auth rejected, …); those that people close are in the catalogue. */
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

/** Whether nothing more happens to a delivery by itself or by a release; a person may still retry it. */
export function isFinished(status: DeliveryStatus): boolean {
  return status === 'delivered' || status === 'failed' || status === 'skipped' || status === 'cancelled';
}

/**
 * The crash count from which a delivery is a suspect. A delivery's crash count goes
 *
 * - from 0 to 1, and from 1 to 2, when the process dies while the delivery is in flight;
 * - from 2 to quarantine (failed/`poison`) when the process dies while the delivery is on trial: in flight as the only
 *   suspect. A death while it is in flight but not on trial leaves the count at 2, since another delivery may be to blame;
 * - back to 0 when it is settled, retried by a person or released.
 *
 * After one death everything goes on as before. After two in a row the deliveries that were in flight both times are
 * put on trial one after the other, beside all others: the poison message is among them, and is the only one that is
 * ever blamed.
 */
export const suspectDeaths = 2;

/** How long a collector remembers an event's identity, in ms. */
export const identityMemoryMs = 86_400_000;

/** A delivery in the worker's hands. */
export type DueDelivery = {
  id: string;
  eventId: string | null;
  event: Event | null;
  actionId: string | null;
  actionVersion: number | null;
  destinationId: string;
  destinationVersion: number;
  connectionId: string;
  createdAt: number;
  dueAt: number | null;
  test: boolean;
  /** Exchanges logged so far, counted or not: the next one is number + 1. */
  number: number;
  /** Counted exchanges over its whole life. */
  attempts: number;
  /** Counted exchanges since the schedule last started. */
  scheduleStep: number;
  /** Total time that Retry-After has made it wait. */
  waitedMs: number;
  /** The crash count, 0 to `suspectDeaths`. */
  deaths: number;
  /** What the first attempt sent; every later one sends the same. null: render it. */
  rendered: Rendered | null;
  orderKey?: number;
  /** The replay that made it; null: none. */
  replayId: string | null;
  /** The key that it carries in place of its id: that of the delivery which it repeats. */
  idempotencyKey: string | null;
};

/** A rendered request: everything that the template and its tags decided. */
export type Rendered = { path: string; headers: [string, string][]; body: string; isObject: boolean };

export type Settlement = {
  deliveryId: string;
  status: Exclude<DeliveryStatus, 'sending'>;
  reason: Reason | null;
  detail: string | null;
  errorKind: ErrorKind | null;
  attempts: number;
  scheduleStep: number;
  waitedMs: number;
  dueAt: number | null;
  /** Kept with the delivery when given. */
  rendered?: Rendered;
  /** When request and response bodies of its log go, if it is finished now; left out: with the delivery. */
  bodiesUntil?: number;
  /** The versions it was rendered with, where they are no longer the planned ones. */
  pinned?: { actionVersion: number | null; destinationVersion: number };
  /** It loses its order key: others no longer wait for it. */
  leavesOrder?: true;
  /**
   * New exchanges. A request body equal to `rendered.body` is stored once; request and answer of attempts with the same
   * `batchId` are one exchange, which is stored once for all deliveries that it was for.
   */
  log: Attempt[];
};

export type Hold = { scopeId: string; reason: Reason; detail: string; since: number; probeAt: number; probes: number };

export interface DeliveryLog {
  /**
   * A page of events, newest first (by id). `before` and `after` are ids: the page next to it on its older or newer
   * side. Text that is no id leads to an empty page.
   */
  events(query: EventPageQuery): Promise<Event[]>;
  /**
   * The same for the events to which every filter that is given applies. Events are looked at from the cursor on;
   * `reached` is the last one that was, when the search ended because its page was full, it had looked at `lookedMost`,
   * or it had read enough (about 4 MiB of events that fit, or 32 MiB in all); null: there are no more. So the next search
   * goes on from there. `looked` tells at how many events it looked, `lookedBytes` at how much stored text.
   */
  search(query: EventSearch): Promise<EventSearchPage>;
  event(id: string): Promise<Event | null>;
  /** The same for deliveries. Every filter that is given must hold. */
  deliveries(query: DeliveryQuery): Promise<LoggedDelivery[]>;
  delivery(id: string): Promise<(LoggedDelivery & { attemptLog: Attempt[]; rendered: Rendered | null }) | null>;
  /**
   * A person's retry: unfinished or finished, the delivery becomes due now with its schedule started again; `render`
   * drops the stored body and pins the given versions. false for an unknown one. The entry goes to the audit trail with
   * it, the change of status added.
   */
  retry(request: RetryRequest, entry?: NewAuditEntry): Promise<boolean>;
  /** Ends unfinished deliveries as cancelled. Answers whether it was unfinished; null: unknown. The entry: likewise. */
  cancel(id: string, now: number, entry?: NewAuditEntry): Promise<boolean | null>;
  /** Makes a destination's deliveries stored as held (exhausted, unknown outcome) due now, like `retry`. Answers how many. */
  release(destinationId: string, now: number): Promise<number>;
  /**
   * Ends deliveries of a destination as failed/`expired` that are unfinished, due and created before `createdBefore`, but
   * for those in `except` (in flight). Answers how many, by action.
   */
  expire(query: ExpiryQuery): Promise<CountByAction[]>;
}

export type ExpiryQuery = { destinationId: string; createdBefore: number; now: number; except: readonly string[] };

/** How many of a destination's deliveries come from an action; null: from none. Lists are in the order of the ids. */
export type CountByAction = { actionId: string | null; count: number };

type EventPageQuery = { limit: number; before?: string; after?: string };

export type EventSearchPage = { events: Event[]; reached: string | null; looked: number; lookedBytes: number };

export type EventSearch = EventPageQuery & {
  lookedMost: number;
  name?: string;
  visitorId?: string;
  collectorId?: string;
  /** A key of `data` that is there. */
  parameter?: string;
  /** The text that it has. */
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
   * `closed` lists the destinations whose gate is closed at `now`: their pending and retrying deliveries that are due
   * count as held. Rows show the stored state all the same.
   */
  status?: Exclude<DeliveryStatus, 'sending'>;
  closed: readonly string[];
  now: number;
  actionId?: string;
  destinationId?: string;
  connectionId?: string;
  eventId?: string;
  errorKind?: ErrorKind;
  test?: boolean;
  /** Those that an exchange was for. */
  batchId?: string;
  replayId?: string;
  /** Those that repeat this delivery. */
  replayOf?: string;
  /** Inclusive. */
  createdAfter?: number;
  /** Exclusive. */
  createdBefore?: number;
};

/** A delivery as stored: `pending` and `retrying` ones whose gate is closed are shown as held by whoever knows the gates. */
export type LoggedDelivery = {
  id: string;
  eventId: string | null;
  actionId: string | null;
  actionVersion: number | null;
  destinationId: string;
  destinationVersion: number;
  connectionId: string;
  status: Exclude<DeliveryStatus, 'sending'>;
  reason: Reason | null;
  detail: string | null;
  errorKind: ErrorKind | null;
  attempts: number;
  dueAt: number | null;
  createdAt: number;
  finishedAt: number | null;
  test: boolean;
  /** The earliest unfinished delivery with its order key, when it is not the one itself. */
  waitsFor?: string;
  /** The replay that made it, and the delivery that it repeats; null: none. */
  replayId: string | null;
  replayOf: string | null;
};

export type RetryRequest = {
  id: string;
  now: number;
  render: { actionVersion: number | null; destinationVersion: number } | null;
};

/**
 * Replays, each with how far it came. The deliveries that one makes are like others, but name it and have a queue of
 * their own.
 */
export interface Replays {
  /** The entry goes to the audit trail with it. */
  create(replay: NewReplay, entry?: NewAuditEntry): Promise<void>;
  replay(id: string): Promise<StoredReplay | null>;
  /** Newest first; `before` and `after` are ids, as with deliveries. */
  replays(query: { limit: number; before?: string; after?: string; state?: ReplayState }): Promise<StoredReplay[]>;
  /**
   * Moves one that is in one of the states `from`; false, and nothing happens, when it is in another or unknown. The end
   * (done, cancelled) has its time and keeps what became of its deliveries, which may be removed later.
   */
  move(
    id: string,
    move: { from: readonly ReplayState[]; to: ReplayState; now: number },
    entry?: NewAuditEntry,
  ): Promise<boolean>;
  /**
   * Makes the next deliveries of a running replay and moves its cursor, in one transaction; answers their ids in order.
   * null when the lease is stale, the replay does not run or its cursor is not `from`.
   */
  advance(lease: Lease, step: ReplayStep): Promise<string[] | null>;
  /** How many deliveries it made stand in each state, as stored. */
  outcome(id: string): Promise<ReplayOutcome>;
  /** How many of its deliveries were never sent yet, but for those to some destinations. */
  waiting(id: string, except: readonly string[]): Promise<number>;
  /** Ends all that are unfinished as cancelled, but for those in `except`; answers how many, by whither. */
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
  /** The newest thing that it looks at; null: there is none. */
  upTo: string | null;
  /** The last thing that it looked at; null: it has not begun. */
  cursor: string | null;
  /** Whether it has looked at everything. */
  isRead: boolean;
  /** How many deliveries were to be expected, those left out included. */
  total: number;
  /** How many it made. */
  made: number;
  /** How many it left out, by the reason. */
  leftOut: Readonly<Record<string, number>>;
  /** What became of its deliveries; null until it ended. */
  outcome: ReplayOutcome | null;
};

export type ReplayOutcome = Record<Exclude<DeliveryStatus, 'sending'>, number>;

export type ReplayStep = {
  id: string;
  from: string | null;
  to: string | null;
  isLast: boolean;
  deliveries: readonly ReplayedDelivery[];
  /** How many were left out, by the reason. */
  leftOut: Readonly<Record<string, number>>;
  now: number;
};

export type ReplayedDelivery = Omit<PlannedDelivery, 'dueAt' | 'test'> & {
  /** The first of the deliveries that it repeats. */
  replayOf: string | null;
  /** The last of them: one that is stored as held ends, since this one takes its place. */
  source: string | null;
  /** Sends what was rendered for that one. */
  keepsBody: boolean;
  idempotencyKey: string | null;
};

export type CancelledCount = CountByAction & { destinationId: string; connectionId: string };

export interface RetentionStore {
  /**
   * Removes finished deliveries, ended replays of which nothing is left, and the events that are matched and of which no
   * delivery is left: those created or received before `before`, then the oldest while more than `bytesMax` is in use.
   * Events that were kept together leave together. Works in small steps between other writes. `removed` counts events and deliveries.
   * `full`: still over `bytesMax` with only unfinished ones left; until a later call says otherwise, `accept` refuses.
   */
  retain(limits: { before: number; bytesMax: number | null }): Promise<{ removed: number; full: boolean }>;
  /** Removes the bodies of finished deliveries whose time is over, in small steps; answers of how many. */
  forgetBodies(now: number): Promise<number>;
  /**
   * Says anew of the finished deliveries of a destination that their bodies go so long after their end; null: with them.
   * Answers of how many.
   */
  keepBodies(destinationId: string, ms: number | null): Promise<number>;
  /** Bytes in use, and how many deliveries are unfinished. */
  usage(): Promise<{ bytes: number; unfinished: number }>;
  /** Values that a room keeps between starts (learnt parameters, refresh tokens), by name. */
  loadNote(name: string): Promise<string | null>;
  /** Those whose name begins so, by name. */
  loadNotes(prefix: string): Promise<{ name: string; text: string }[]>;
  /** null: removed. What it replaces is overwritten, not only left behind. */
  saveNote(name: string, text: string | null): Promise<void>;
}

/** Counters of things over time, in steps; what a counter means is known to the code that counts. */
export interface Statistics {
  /**
   * Adds counters to the steps, of each length, that their time lies in: all of them or none, in one transaction. It is
   * short, a millisecond, up to `statisticsBatch` entries.
   */
  add(entries: readonly StatisticsEntry[]): Promise<void>;
  /**
   * Rolls up some of what was added before a time, or forgets some steps that were kept for their time by then, in a
   * short transaction. Called again after each minute; answers whether there is more to do.
   */
  rollUp(before: number): Promise<boolean>;
  /** Everything added in the steps `from` to `to` (starts of steps, both included). */
  read(query: StatisticsQuery): Promise<StatisticsAnswer>;
  /** How many deliveries of a destination wait for their time, by action; those in `except` are passed over. */
  waiting(destinationId: string, except: readonly string[]): Promise<CountByAction[]>;
  /** When the oldest unfinished delivery was created; null: there is none. */
  oldestWaiting(): Promise<number | null>;
}

/** Entries that one call of `add` should have at most. */
export const statisticsBatch = 50;

/** Numbers by name. Those whose name begins with `last` keep the greatest, the others add up. */
export type Counters = Readonly<Record<string, number>>;

/** Adds counters to others. */
export function addCounters(to: Record<string, number>, more: Counters): void {
  for (const name in more) {
    const value = more[name] ?? 0;
    const before = to[name];
    if (before === undefined) to[name] = value;
    else to[name] = name.startsWith('last') ? Math.max(before, value) : before + value;
  }
}

export type StatisticsEntry = { at: number; kind: string; id: string; counters: Counters };

/** `id` null: everything of the kind. `stepMs` is one of `statisticsSteps`; `follow` names the counter of each thing's series. */
export type StatisticsQuery = {
  kind: string;
  id: string | null;
  stepMs: number;
  from: number;
  to: number;
  follow: string;
};

/** Every step, also empty ones, with the sum over all things; every thing that had anything, by id. */
export type StatisticsAnswer = {
  steps: { at: number; counters: Counters }[];
  things: { id: string; counters: Counters; series: number[] }[];
};

/** The lengths of steps, the shortest first, and for how long steps of that length are kept. */
export const statisticsSteps = [
  { ms: 60_000, keptMs: 2 * 3_600_000 },
  { ms: 15 * 60_000, keptMs: 26 * 3_600_000 },
  { ms: 2 * 3_600_000, keptMs: 8 * 86_400_000 },
] as const;
