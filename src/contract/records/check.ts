import { z } from 'zod';
import { condition } from '../documents/condition.ts';
import { anything } from '../route.ts';
import { timestamp } from '../text.ts';

/** The most items of each kind that a check lists; its counts are not limited. */
export const listedMax = 100;

/** An event as a reference; its name is cut at 255 characters. */
export const eventRef = z.strictObject({ id: z.string(), name: z.string().nullable(), receivedAt: timestamp });
export type EventRef = z.output<typeof eventRef>;

const draft = anything.meta({ accepts: 'Members of the document that differ, as in its PATCH.' });
const last = z.int().min(1).max(1_000);
const lineAndColumn = { line: z.int().optional(), column: z.int().optional() };

/** Input of the check of an action; the draft is applied to the stored action as a merge patch. */
export const actionCheckInput = z.strictObject({ draft: draft.optional(), last: last.default(100) }).prefault({});

/** The same for an action that is not stored; name and description are optional. */
export const unsavedActionCheckInput = z.strictObject({ draft, last: last.default(100) });

/**
 * The effect of an action's draft on the newest stored events that match the draft or the stored action. `looked` events
 * were examined (at most 20,000, for at most ten seconds), and `checked` of them match either: fewer than requested when
 * these limits or the oldest event were reached. `matched` is how many match the draft. The lists, newest first,
 * compare the draft with the stored action; each has at most 100 items (4 MiB of JSON in total), while `counts` is
 * complete. `bodiesChanged` lists events that match both; a body is null where nothing would be sent. `threw` lists
 * every error that would keep the draft's request from being built.
 */
export const actionCheck = z.strictObject({
  looked: z.int(),
  checked: z.int(),
  matched: z.int(),
  newlyMatched: z.array(eventRef),
  noLonger: z.array(eventRef),
  bodiesChanged: z.array(
    z.strictObject({
      event: eventRef,
      destinationId: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
  threw: z.array(z.strictObject({ event: eventRef, destinationId: z.string(), reason: z.string(), ...lineAndColumn })),
  /** Matching events that the draft's template skips, with its words. */
  skipped: z.array(z.strictObject({ event: eventRef, destinationId: z.string(), reason: z.string() })),
  /** `sent`: requests that would be sent. */
  counts: z.strictObject({
    newlyMatched: z.int(),
    noLonger: z.int(),
    bodiesChanged: z.int(),
    threw: z.int(),
    skipped: z.int(),
    sent: z.int(),
  }),
});
export type ActionCheck = z.output<typeof actionCheck>;

/** Input of the check of a destination; the draft is applied to the stored destination as a merge patch. */
export const destinationCheckInput = z
  .strictObject({ draft: draft.optional(), actionId: z.string().optional(), last: last.default(100) })
  .prefault({});

/** The same for a destination that is not stored; its name is optional. */
export const unsavedDestinationCheckInput = z.strictObject({
  draft,
  actionId: z.string().optional(),
  last: last.default(100),
});

/**
 * Renders of the newest events that match the given action, or any action that uses the destination, each with that
 * action's field mapping. When no event matches, the newest events of all (the `actionId` of a row is then null, unless
 * an action was given). `before` is the render of the stored destination, `after` that of the draft; null where nothing
 * would be sent. The counts cover all `checked` events; `rows`, newest first, end at 4 MiB of JSON.
 */
export const destinationCheck = z.strictObject({
  checked: z.int(),
  ok: z.int(),
  threw: z.int(),
  skipped: z.int(),
  changed: z.int(),
  rows: z.array(
    z.strictObject({
      event: eventRef,
      actionId: z.string().nullable(),
      outcome: z.enum(['ok', 'threw', 'skipped']),
      changed: z.boolean(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      reason: z.string().nullable(),
      ...lineAndColumn,
    }),
  ),
});
export type DestinationCheck = z.output<typeof destinationCheck>;

/** Input of the check of outcome rules; the draft is applied to the stored destination as a merge patch. */
export const outcomeCheckInput = z
  .strictObject({ draft: anything.optional(), last: z.int().min(1).max(200).default(50) })
  .prefault({});

/**
 * The outcome of a response. `rule` is the index of the outcome rule that applied; null: none, so the status decided.
 */
export const judgedAnswer = z.strictObject({
  outcome: z.enum(['success', 'warning', 'retry', 'throttle', 'refresh_auth', 'fail', 'pause']),
  rule: z.int().nullable(),
  /** The delay before the next attempt, where the response or the rule gives one. */
  afterMs: z.number().nullable(),
  detail: z.string().nullable(),
});
export type JudgedAnswer = z.output<typeof judgedAnswer>;

/**
 * The outcomes of the newest stored responses of a destination, newest first: `before` by the stored destination,
 * `after` by the draft, judged by the code that judges deliveries. Attempts without a response are left out; only the
 * stored part of a response is judged; rules about items apply to records that were sent alone. `checked` is less than
 * requested when no more exist or the time limit was reached.
 */
export const outcomeCheck = z.strictObject({
  checked: z.int(),
  changed: z.int(),
  rows: z.array(
    z.strictObject({
      deliveryId: z.string(),
      attemptId: z.string(),
      startedAt: timestamp,
      status: z.int(),
      before: judgedAnswer,
      after: judgedAnswer,
      changed: z.boolean(),
    }),
  ),
});
export type OutcomeCheck = z.output<typeof outcomeCheck>;

export const conditionCountInput = z.strictObject({
  conditions: z.array(condition).min(1).max(50),
  last: last.default(1_000),
});

/** The number of newest events that each condition matches; `matching` and `other` are examples for the first one. */
export const conditionCount = z.strictObject({
  checked: z.int(),
  counts: z.array(z.int()),
  matching: z.array(eventRef).max(20),
  other: z.array(eventRef).max(20),
});
export type ConditionCount = z.output<typeof conditionCount>;
