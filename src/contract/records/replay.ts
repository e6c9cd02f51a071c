import { z } from 'zod';
import { documentName, line, timestamp } from '../text.ts';
import { errorKind, reason } from './delivery.ts';
import { replayLimits, replayStates } from './replay-limits.ts';

export const replayState = z.enum(replayStates);

const filterText = z.string().min(1).max(255).optional();
const filterId = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z_-]{1,64}$`), `Must be an id that begins with ${prefix}_.`)
    .optional();
const filterTime = z.iso.datetime({ offset: true }).optional();

/** Deliveries that ended, or that wait for a person (held as exhausted or with an unknown outcome). */
const deliveryFilter = z.strictObject({
  status: z.enum(['delivered', 'failed', 'skipped', 'cancelled', 'held']).optional(),
  reason: reason.optional(),
  errorKind: errorKind.optional(),
  destinationId: filterId('dst'),
  connectionId: filterId('con'),
  actionId: filterId('act'),
  replayId: filterId('rpl'),
  createdAfter: filterTime,
  createdBefore: filterTime,
});

const eventFilter = z.strictObject({
  name: filterText,
  visitorId: filterText,
  collectorId: filterId('col'),
  receivedAfter: filterTime,
  receivedBefore: filterTime,
});

const ids = (prefix: string) =>
  z
    .array(z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`), `Must be an id that begins with ${prefix}_.`))
    .min(1)
    .max(replayLimits.ids)
    .optional();

const shared = {
  name: documentName.optional(),
  /** Why somebody did it. */
  reason: line(1_000).default(''),
  /** How many leave in a second at most; null: as many as the connections have room for. */
  ratePerSecond: z.number().min(replayLimits.rateLeast).max(replayLimits.rateMost).nullable().default(null),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  /** Only counts. */
  plan: z.boolean().default(false),
};

/** Repeats deliveries. */
const ofDeliveries = z.strictObject({
  of: z.literal('deliveries'),
  filter: deliveryFilter.optional(),
  ids: ids('dlv'),
  /**
   * `failed`: those that failed; `undelivered`: whatever did not arrive. Both leave out what was delivered since by
   * another replay, or is about to be.
   */
  only: z.enum(['failed', 'undelivered', 'all']).default('undelivered'),
  /** null: where they went before. */
  to: z
    .strictObject({ destinationId: z.string().max(255) })
    .nullable()
    .default(null),
  /**
   * `original`: what was sent before, byte for byte, or, where that was not kept, what the mapping and template of then
   * make of the event; `current`: rendered anew by the present ones.
   */
  body: z.enum(['original', 'current']).default('original'),
  keepIdempotencyKey: z.boolean().default(true),
  ...shared,
});

/** Sends events once more through the present rules, mappings and templates. */
const ofEvents = z.strictObject({
  of: z.literal('events'),
  filter: eventFilter.optional(),
  ids: ids('evt'),
  /** `undelivered`: leaves out what the same action delivered to the same destination already, or is about to. */
  only: z.enum(['undelivered', 'all']).default('undelivered'),
  /** null: every enabled action. `ignoreRules`: also events that its rules don't match. */
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

const oneOf = { path: ['filter'], message: 'Give a filter or ids, and not both.' };

/** What to send once more, and how. */
export const replayInput = z
  .discriminatedUnion('of', [ofDeliveries, ofEvents])
  .refine(({ filter, ids }) => (filter === undefined) !== (ids === undefined), oneOf)
  .refine((input) => input.of === 'events' || input.to === null || input.body === 'current', {
    path: ['body'],
    message: 'Another destination renders its own body: choose "current".',
  });
export type ReplayInput = z.output<typeof replayInput>;

/** Why a replay leaves something out. */
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
  'not_in_action',
  'repeated',
]);
export type LeftOutReason = z.output<typeof leftOutReason>;

const leftOut = z.array(z.strictObject({ reason: leftOutReason, count: z.int() }));

/** What stands in the answer of a replay as it was given. */
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
 * A replay and how far it is. `done` were delivered; `waiting` are made and were not sent, or are still to be made;
 * `held` wait behind a closed gate or for a person; `skipped` were left out (`leftOut` says why) or by their template.
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

/** One of the first requests of a plan. Secrets are masked, authentication is not on it yet. */
const replaySample = z.strictObject({
  deliveryId: z.string().nullable(),
  eventId: z.string().nullable(),
  actionId: z.string().nullable(),
  destinationId: z.string(),
  request: z
    .strictObject({
      method: z.string(),
      url: z.string(),
      headers: z.array(z.tuple([z.string(), z.string()])),
      body: z.string().nullable(),
    })
    .nullable(),
  /** Why there is no request. */
  problem: z.string().nullable(),
});
export type ReplaySample = z.output<typeof replaySample>;

/** What a replay would do, were it run now. Nothing is kept or sent. */
export const replayPlan = z.strictObject({
  /** Things looked at: deliveries or events. */
  looked: z.int(),
  /** Deliveries that it would make. */
  deliveries: z.int(),
  /** false: there is more than a plan looks at; the numbers are what was found until then. */
  complete: z.boolean(),
  leftOut,
  /** How many of them arrived before, so that the receiver may get them twice. */
  duplicates: z.int(),
  destinations: z.array(z.strictObject({ destinationId: z.string(), count: z.int() })),
  /** How long it takes at the rates that are set; null: no rate is set, so it depends on the receivers. */
  durationMs: z.int().nullable(),
  /** The first requests; null without payloads:view. */
  samples: z.array(replaySample).max(replayLimits.samples).nullable(),
});
export type ReplayPlan = z.output<typeof replayPlan>;
