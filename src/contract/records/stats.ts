import { z } from 'zod';
import { type ErrorCode, errors } from '../errors.ts';
import { timestamp } from '../text.ts';
import { reason } from './delivery.ts';

/** What statistics are kept of: everything together, or each thing of a kind. */
export const statsKind = z.enum(['all', 'action', 'destination', 'connection', 'collector']);
export type StatsKind = z.output<typeof statsKind>;

/** How far back they go. Steps of one minute, but 15 minutes for `24h` and two hours for `7d`. */
export const statsRange = z.enum(['15m', '1h', '24h', '7d']);
export type StatsRange = z.output<typeof statsRange>;

const counts = {
  /** Events kept, without repeated ones. */
  received: z.int(),
  /** Events that fired an action; of an action, those that fired it. */
  matched: z.int(),
  /** Events that fired none. */
  unmatched: z.int(),
  /** Deliveries planned. Tests are counted nowhere. */
  created: z.int(),
  delivered: z.int(),
  failed: z.int(),
  /** How often a delivery was put on hold, which may be more than are held now. */
  held: z.int(),
  skipped: z.int(),
  cancelled: z.int(),
  /** Attempts that another one follows by itself. */
  retried: z.int(),
  /** Requests of the intake that were refused. */
  rejected: z.int(),
};

/** What happened in a time. What does not happen to a kind of thing is 0. */
export const statsCounts = z.strictObject(counts);
export type StatsCounts = z.output<typeof statsCounts>;
export type CountName = keyof StatsCounts;

const percentiles = z.strictObject({ p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number() });
export type Percentiles = z.output<typeof percentiles>;

/** Why something failed, was skipped, put on hold (`reason` of a delivery) or rejected (`code` of an error). */
const statsReason = z.union([reason, z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]])]); // all its keys
export type StatsReason = z.output<typeof statsReason>;

const outcome = z.enum(['failed', 'skipped', 'held', 'rejected']);

/** One thing of a kind; `series` is what happened most to it in each step: received, matched or delivered. */
const statsItem = z.strictObject({
  id: z.string(),
  ...counts,
  p95Ms: z.number().nullable(),
  lastDeliveredAt: timestamp.nullable(),
  lastAttemptAt: timestamp.nullable(),
  lastStatus: z.int().nullable(),
  series: z.array(z.int()),
});

/**
 * Statistics of a range that ends now. `latency` is from planned to delivered, `durations` that of the exchanges; both
 * are off by 20 % at most. `lastStatus` is the HTTP status of the last attempt, null when it got no answer.
 */
export const stats = z.strictObject({
  kind: statsKind,
  id: z.string().nullable(),
  range: statsRange,
  from: timestamp,
  until: timestamp,
  stepMs: z.int(),
  totals: statsCounts,
  latency: percentiles.nullable(),
  durations: percentiles.nullable(),
  oldestWaitingAt: timestamp.nullable(),
  series: z.array(z.strictObject({ at: timestamp, ...counts })),
  reasons: z.array(z.strictObject({ outcome, reason: statsReason, count: z.int() })),
  items: z.array(statsItem).max(1_000),
});
export type Stats = z.output<typeof stats>;
export type StatsOutcome = z.output<typeof outcome>;
