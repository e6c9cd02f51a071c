import { z } from 'zod';
import { api, tagged } from '../route.ts';
import { documentName, instant, line, timestamp } from '../text.ts';
import { errorKind, reason, shownRequest } from './delivery.ts';
import { pageOf, pageQuery } from './page.ts';
import { replayLimits, replayStates } from './replay-limits.ts';

export const replayState = z.enum(replayStates);

const filterText = z.string().min(1).max(255).optional();
const filterId = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z_-]{1,64}$`), `Must be an id that begins with ${prefix}_.`)
    .optional();

/** Deliveries that are finished, or that wait for a person (held as exhausted or with an unknown outcome). */
export const deliveryFilter = z.strictObject({
  status: z.enum(['delivered', 'failed', 'skipped', 'cancelled', 'held']).optional(),
  reason: reason.optional(),
  errorKind: errorKind.optional(),
  destinationId: filterId('dst'),
  connectionId: filterId('con'),
  actionId: filterId('act'),
  replayId: filterId('rpl'),
  createdAfter: instant.optional(),
  createdBefore: instant.optional(),
});

export const eventFilter = z.strictObject({
  name: filterText,
  visitorId: filterText,
  collectorId: filterId('col'),
  receivedAfter: instant.optional(),
  receivedBefore: instant.optional(),
});

const ids = (prefix: string) =>
  z
    .array(z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`), `Must be an id that begins with ${prefix}_.`))
    .min(1)
    .max(replayLimits.ids)
    .optional();

const shared = {
  name: documentName.optional(),
  /** A note on why it was done. */
  reason: line(1_000).default(''),
  /** The largest number of deliveries per second; null: limited by the connections only. */
  ratePerSecond: z.number().min(replayLimits.rateLeast).max(replayLimits.rateMax).nullable().default(null),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  /** Only count. */
  plan: z.boolean().default(false),
};

/** Repeats deliveries. */
const ofDeliveries = z.strictObject({
  of: z.literal('deliveries'),
  filter: deliveryFilter.optional(),
  ids: ids('dlv'),
  /**
   * `failed`: failed deliveries; `undelivered`: all that were not delivered. Both leave out deliveries that another
   * replay has delivered since, or has pending.
   */
  only: z.enum(['failed', 'undelivered', 'all']).default('undelivered'),
  /** null: the original destinations. */
  to: z
    .strictObject({ destinationId: z.string().max(255) })
    .nullable()
    .default(null),
  /**
   * `original`: the bytes sent before or, where they are not stored, a render by the mapping and template of that time;
   * `current`: a render by the current mapping and template.
   */
  body: z.enum(['original', 'current']).default('original'),
  keepIdempotencyKey: z.boolean().default(true),
  ...shared,
});

/** Sends events again through the current rules, mappings and templates. */
const ofEvents = z.strictObject({
  of: z.literal('events'),
  filter: eventFilter.optional(),
  ids: ids('evt'),
  /** `undelivered`: leaves out what the same action has delivered to the same destination, or has pending. */
  only: z.enum(['undelivered', 'all']).default('undelivered'),
  /**
   * null: every enabled action. `ignoreRules`: also events that the action's rules don't match; this, and an action that is
   * disabled, needs actions:manage.
   */
  to: z
    .strictObject({
      actionId: z.string().max(255),
      destinationId: z.string().max(255).optional(),
      ignoreRules: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  ...shared,
});

const oneOf = { path: ['filter'], message: 'Give either a filter or ids.' };

/** Selection and options of a replay. */
export const replayInput = z
  .discriminatedUnion('of', [ofDeliveries, ofEvents])
  .refine(({ filter, ids }) => (filter === undefined) !== (ids === undefined), oneOf)
  .refine((input) => input.of === 'events' || input.to === null || input.body === 'current', {
    path: ['body'],
    message: 'Another destination renders its own body: choose "current".',
  });
export type ReplayInput = z.output<typeof replayInput>;

/** Why a replay leaves an item out. */
export const leftOutReason = z.enum([
  'unknown',
  'test',
  'unfinished',
  'already_delivered',
  'not_failed',
  'event_removed',
  'destination_deleted',
  'action_deleted',
  'no_rule_matched',
  /** The rules of an action, or the ordering key of a destination, threw an error for the event. */
  'rule_error',
  'not_in_action',
  'repeated',
]);
export type LeftOutReason = z.output<typeof leftOutReason>;

export const leftOut = z.array(z.strictObject({ reason: leftOutReason, count: z.int() }));

/** The input of a replay, as its response repeats it. */
const given = {
  of: z.enum(['deliveries', 'events']),
  filter: z.union([deliveryFilter, eventFilter]).nullable(),
  ids: z.array(z.string()).nullable(),
  only: z.enum(['failed', 'undelivered', 'all']),
  to: z
    .strictObject({
      actionId: z.string().optional(),
      destinationId: z.string().optional(),
      ignoreRules: z.boolean().optional(),
    })
    .nullable(),
  body: z.enum(['original', 'current']),
  keepIdempotencyKey: z.boolean(),
  ratePerSecond: z.number().nullable(),
  order: z.enum(['oldest', 'newest']),
};

/**
 * A replay with its progress. `done` deliveries are delivered; `waiting` are not created or not sent yet; `held` are
 * behind a hold or wait for a person; `skipped` were left out (see `leftOut`) or skipped by their template.
 */
export const replay = z.strictObject({
  id: z.string(),
  name: z.string(),
  reason: z.string(),
  state: replayState,
  ...given,
  progress: z.strictObject({
    total: z.int(),
    done: z.int(),
    failed: z.int(),
    skipped: z.int(),
    held: z.int(),
    retrying: z.int(),
    waiting: z.int(),
    cancelled: z.int(),
    leftOut,
  }),
  startedBy: z.string(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type Replay = z.output<typeof replay>;

/** One of the first requests of a plan, secrets masked and without authentication. */
export const replaySample = z.strictObject({
  deliveryId: z.string().nullable(),
  eventId: z.string().nullable(),
  actionId: z.string().nullable(),
  destinationId: z.string(),
  request: shownRequest.nullable(),
  /** Why no request can be built. */
  problem: z.string().nullable(),
});
export type ReplaySample = z.output<typeof replaySample>;

/** The effect of a replay at this moment, as a dry run. Nothing is stored or sent. */
export const replayPlan = z.strictObject({
  /** Number of deliveries or events read. */
  looked: z.int(),
  /** Number of deliveries that it would create. */
  deliveries: z.int(),
  /** false: the plan reached its limit of items, and the numbers cover only those read. */
  complete: z.boolean(),
  leftOut,
  /** Deliveries that were delivered before, so that the receiver may get them twice. */
  duplicates: z.int(),
  /** Deliveries whose last request was rejected (3xx, 4xx), or whose template failed: the same body likely fails again. */
  rejected: z.int(),
  /** Deliveries whose destination, connection or action has changed since they were planned, or since they ended. */
  changed: z.int(),
  destinations: z.array(z.strictObject({ destinationId: z.string(), count: z.int() })),
  /** Duration at the configured rate limits; null: without a limit it depends on the receivers. */
  durationMs: z.int().nullable(),
  /** The first requests; null without payloads:view. */
  samples: z.array(replaySample).max(replayLimits.samples).nullable(),
});
export type ReplayPlan = z.output<typeof replayPlan>;

export const replayRoutes = tagged('replays', {
  listReplays: api('GET /replays', 'deliveries:view', 'List replays, newest first', {
    query: pageQuery({ state: replayState.optional() }),
    output: pageOf(replay),
  }),
  createReplay: api(
    'POST /replays',
    'deliveries:manage',
    'Send past deliveries or events again; with `plan` only count them (200; the first requests need payloads:view). Events need events:view; `ignoreRules`, or an action that is disabled, needs actions:manage',
    { audit: 'create replay', body: replayInput, output: z.union([replay, replayPlan]) },
  ),
  getReplay: api('GET /replays/{id}', 'deliveries:view', 'Get a replay with its progress', { output: replay }),
  pauseReplay: api('POST /replays/{id}/pause', 'deliveries:manage', 'Pause a replay', {
    audit: 'pause replay',
    output: replay,
  }),
  resumeReplay: api('POST /replays/{id}/resume', 'deliveries:manage', 'Resume a paused replay', {
    audit: 'resume replay',
    output: replay,
  }),
  cancelReplay: api(
    'POST /replays/{id}/cancel',
    'deliveries:manage',
    'Cancel a replay and its deliveries that are not sent yet',
    { audit: 'cancel replay', output: replay },
  ),
});
