import { z } from 'zod';
import { type ErrorCode, errors } from '../errors.ts';
import { api, tagged, textFilter, timeFilter } from '../route.ts';
import { timestamp } from '../text.ts';
import { reason } from './delivery.ts';

/** What statistics are grouped by: the whole installation, or each resource of a kind. */
export const statsKind = z.enum(['all', 'action', 'destination', 'connection', 'collector']);
export type StatsKind = z.output<typeof statsKind>;

/** The range of statistics. Steps of one minute, but 15 minutes for `24h` and two hours for `7d`. */
export const statsRange = z.enum(['15m', '1h', '24h', '7d']);
export type StatsRange = z.output<typeof statsRange>;

/** A range to ask for. `auto`: the shortest that has what happened in the last 24 hours: 24 hours, an hour, or 15 minutes. */
export const statsAskedRange = z.enum([...statsRange.options, 'auto']);

const counts = {
  /** Events stored, without duplicates. */
  received: z.int(),
  /** Events that fired an action; for an action, the events that fired it. */
  matched: z.int(),
  /** Events that fired no action. */
  unmatched: z.int(),
  /**
   * Deliveries planned. Tests are not counted. Since the first start, created and reopened together are delivered, failed,
   * skipped and cancelled, and those that are unfinished now.
   */
  created: z.int(),
  /** Finished deliveries that a person retried, and cancelled or expired ones whose request in flight was delivered. */
  reopened: z.int(),
  delivered: z.int(),
  failed: z.int(),
  /** How often deliveries were put on hold; can be more than are held now. */
  held: z.int(),
  skipped: z.int(),
  cancelled: z.int(),
  /** Attempts that are followed by an automatic retry. */
  retried: z.int(),
  /** Rejected intake requests. */
  rejected: z.int(),
};

/** Counts over a period. A count that does not apply to a kind is 0. */
export const statsCounts = z.strictObject(counts);
export type StatsCounts = z.output<typeof statsCounts>;
export type CountName = keyof StatsCounts;

export const percentiles = z.strictObject({ p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number() });
export type Percentiles = z.output<typeof percentiles>;

/** Why a delivery failed, was skipped or held (its `reason`), or a request was rejected (the `code` of the error). */
export const statsReason = z.union([reason, z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]])]); // all its keys
export type StatsReason = z.output<typeof statsReason>;

const outcome = z.enum(['failed', 'skipped', 'held', 'rejected']);

/** One resource; `series` is its main count per step: received, matched or delivered. */
export const statsItem = z.strictObject({
  id: z.string(),
  ...counts,
  p95Ms: z.number().nullable(),
  lastReceivedAt: timestamp.nullable(),
  lastDeliveredAt: timestamp.nullable(),
  lastAttemptAt: timestamp.nullable(),
  lastStatus: z.int().nullable(),
  series: z.array(z.int()),
});

/** The most kinds of errors that statistics list. */
export const statsErrorsMax = 8;

/**
 * Statistics of a range that ends now, or of the requested time (`range` is then not used): `from` is rounded down to a
 * step, and moved to what is kept, which is 8 days. `errors` counts failed attempts by the status of the response, or
 * the kind of error without one, most frequent first; `series` is per step. `latency` is from planned to delivered,
 * `durations` the time of the exchanges; both are accurate to 20 %. `lastStatus` is the HTTP status of the last
 * attempt, null when it got no response.
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
  /** `isUp`: whether the server ran in the step; null: not known. */
  series: z.array(z.strictObject({ at: timestamp, ...counts, isUp: z.boolean().nullable() })),
  reasons: z.array(z.strictObject({ outcome, reason: statsReason, count: z.int() })),
  errors: z.array(z.strictObject({ error: z.string(), count: z.int(), series: z.array(z.int()) })).max(statsErrorsMax),
  items: z.array(statsItem).max(1_000),
});
export type Stats = z.output<typeof stats>;

export const statsRoutes = tagged('stats', {
  getStats: api(
    'GET /stats',
    'settings:view',
    'Get counts, outcomes and latency over a range that ends now or a given time, of the whole installation or each resource of a kind',
    {
      query: z
        .strictObject({
          kind: statsKind.default('all'),
          id: textFilter.meta({ accepts: 'An id of the `kind`.' }),
          range: statsAskedRange.default('24h'),
          from: timeFilter,
          until: timeFilter,
        })
        .refine(({ from, until = Number.POSITIVE_INFINITY }) => from === undefined || from < until, {
          path: ['until'],
          message: 'Must be later than from.',
        })
        .refine(({ from, until }) => until === undefined || from !== undefined, {
          path: ['from'],
          message: 'Give the beginning too.',
        }),
      output: stats,
    },
  ),
});
