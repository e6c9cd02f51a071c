import { z } from 'zod';
import { condition } from '../documents/condition.ts';
import { timestamp } from '../text.ts';

/** How many things of each kind a check lists; its counts go on. */
export const listedMax = 100;

/** An event as a check names it. */
export const eventRef = z.strictObject({ id: z.string(), name: z.string().nullable(), receivedAt: timestamp });
export type EventRef = z.output<typeof eventRef>;

const body = z.record(z.string(), z.unknown());
const last = z.int().min(1).max(1_000);
const place = { line: z.int().optional(), column: z.int().optional() };

/** What an action is checked with; the draft is laid over the stored action like a merge patch. */
export const actionCheckInput = z.strictObject({ draft: body.optional(), last: last.default(100) }).prefault({});

/** The same for an action that is not stored; name and description may be left out. */
export const unsavedActionCheckInput = z.strictObject({ draft: body, last: last.default(100) });

/**
 * What the draft of an action would make of the newest stored events. `checked` events were looked at, fewer than asked
 * for when there are no more or the time was up; `matched` of them match the draft. The lists, newest first, compare it
 * with the stored action; they hold the first 100 things (bodies up to 2 MiB in all), while `counts` counts them all.
 * `bodiesChanged` is about events that match both: a body is null where nothing would be sent. `threw` is about the
 * draft, and holds whatever would keep its request from being made.
 */
export const actionCheck = z.strictObject({
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
  threw: z.array(z.strictObject({ event: eventRef, destinationId: z.string(), reason: z.string(), ...place })),
  counts: z.strictObject({ newlyMatched: z.int(), noLonger: z.int(), bodiesChanged: z.int(), threw: z.int() }),
});
export type ActionCheck = z.output<typeof actionCheck>;

/** What a destination is checked with; the draft is laid over the stored destination like a merge patch. */
export const destinationCheckInput = z
  .strictObject({ draft: body.optional(), actionId: z.string().optional(), last: last.default(100) })
  .prefault({});

/** The same for a destination that is not stored; its name may be left out. */
export const unsavedDestinationCheckInput = z.strictObject({
  draft: body,
  actionId: z.string().optional(),
  last: last.default(100),
});

/**
 * How the newest events would be rendered: those that match the action that is named, or any action that uses the
 * destination, each with that action's field mapping; when none is found, the newest of all (`actionId` of a row is then
 * null, unless one was named). `before` is what the stored destination makes of the event, `after` what the draft makes;
 * null where nothing would be sent. The counts are about all that was `checked`; `rows`, newest first, end early when
 * their bodies reach 4 MiB.
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
      ...place,
    }),
  ),
});
export type DestinationCheck = z.output<typeof destinationCheck>;

/** What outcome rules are checked with; the draft is laid over the stored destination like a merge patch. */
export const outcomeCheckInput = z
  .strictObject({ draft: body.optional(), last: z.int().min(1).max(200).default(50) })
  .prefault({});

/** What an answer means: `rule` is the index of the outcome rule that says so; null: none does, so that its status counts. */
const judgedAnswer = z.strictObject({
  outcome: z.enum(['success', 'warning', 'retry', 'throttle', 'refresh_auth', 'fail', 'pause']),
  rule: z.int().nullable(),
  /** How long it waits where the answer or the rule says so. */
  afterMs: z.number().nullable(),
  detail: z.string().nullable(),
});
export type JudgedAnswer = z.output<typeof judgedAnswer>;

/**
 * What the newest stored answers of a destination mean, newest first: `before` by the stored destination, `after` by the
 * draft, by the code that judges deliveries. Attempts that got no answer are left out, and of answers the stored part is
 * judged. `checked` is less than asked for when there are no more answers or the time was up.
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

/** How many of the newest events each condition holds for; `matching` and `other` are examples for the first one. */
export const conditionCount = z.strictObject({
  checked: z.int(),
  counts: z.array(z.int()),
  matching: z.array(eventRef).max(20),
  other: z.array(eventRef).max(20),
});
export type ConditionCount = z.output<typeof conditionCount>;
