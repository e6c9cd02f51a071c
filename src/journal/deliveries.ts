import type { Attempt, DeliveryStatus, ErrorKind, Reason } from '../contract/records/delivery.ts';
import type { Event } from '../contract/records/event.ts';
import type { Rendered } from '../contract/records/rendered.ts';

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
  /** It has an order key: the next delivery of that key waits until this is stored. */
  isOrdered?: true;
  /** It loses its order key: later deliveries no longer wait for it. */
  leavesOrder?: true;
  /**
   * New exchanges. A request body equal to `rendered.body` is stored once. Attempts with the same `batchId` share one
   * exchange, whose request and response are stored once for all its deliveries.
   */
  log: Attempt[];
};

/**
 * A pause that a system asked for, of a connection or a destination, for requests to `origin`. Times are ms since the
 * epoch.
 */
export type Pause = { scopeId: string; since: number; until: number; origin: string };

export type Hold = { scopeId: string; reason: Reason; detail: string; since: number; probeAt: number; probes: number };
/**
 * The number of a destination's deliveries from an action; null: from no action. Lists are in the order of the action
 * ids.
 */
export type CountByAction = { actionId: string | null; count: number };

export type StoredStatus = Exclude<DeliveryStatus, 'sending'>;

export type StatusCounts = Record<StoredStatus, number>;

export function noCounts(): StatusCounts {
  return { pending: 0, retrying: 0, held: 0, delivered: 0, failed: 0, skipped: 0, cancelled: 0 };
}

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
