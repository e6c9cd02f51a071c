import { createHash } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { missingHeaderValues } from '../../connections/missing-credentials.ts';
import type { NewId } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Batch } from '../dispatch/batch-key.ts';
import { type RedactionPolicies, type RedactionPolicy, redactor } from '../privacy/exchange-redaction.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { abandoned, heldWithout } from './attempt-delivery.ts';
import { isCounted, outcomeOf, wordsOf } from './attempt-log.ts';
import { halvesOf, splitToFit } from './batch-size.ts';
import { erroredStep, redactedOrEmptied } from './error-policy.ts';
import type { Attempter } from './exchange.ts';
import { type Step, stepAfter } from './next-step.ts';
import type { Plans } from './render-plan.ts';
import type { Attempted, Work } from './work.ts';

/** The outcome of a batch. */
export type BatchStep = {
  /** What the exchange says about the peer; null: nothing was sent. Its log has each exchange once. */
  shared: Step | null;
  /** `part`: the delivery is sent again at once, together with those of the same number. */
  settled: { delivery: DueDelivery; step: Step; part: number | null }[];
};

/** Takes back deliveries that did not fit in the body; the deliveries of a `part` are sent together. */
export type GiveBack = (members: readonly DueDelivery[], isPart: boolean) => void;

/**
 * Makes one exchange for the deliveries of a batch. The rendered body is not stored: the same deliveries in the same
 * versions render the same bytes again and have the same idempotency key, a hash of their ids. Never rejects: see
 * error-policy.ts.
 */
export function createBatchAttempt(options: {
  configuration: Configuration;
  attempter: Attempter;
  plans: Plans;
  clock: Clock;
  newId: NewId;
  random(): number;
  redaction: RedactionPolicies;
  telemetry: Pick<Telemetry, 'failedOften'>;
  /** Attempts a single delivery. */
  attempt(delivery: DueDelivery): Promise<Step>;
}): (group: Batch<DueDelivery>, giveBack: GiveBack) => Promise<BatchStep> {
  const { configuration, attempter, plans, clock, newId, telemetry } = options;

  return async (group, giveBack) => {
    const left = new Set(group.members);
    try {
      return await attempt(group, (members, isPart) => {
        for (const delivery of members) left.delete(delivery);
        giveBack(members, isPart);
      });
    } catch (error) {
      // Nothing was sent. The record that causes the error is in one half, or in both.
      telemetry.failedOften(error, 'attempt a batch');
      for (const half of halvesOf([...left]).toReversed()) giveBack(half, true);
      return { shared: null, settled: [] };
    }
  };

  async function attempt(
    { members: all, versions, limits }: Batch<DueDelivery>,
    giveBack: GiveBack,
  ): Promise<BatchStep> {
    const [head] = all;
    if (head === undefined) return { shared: null, settled: [] };
    const { documents } = configuration.snapshot;
    const present = documents.destination.get(head.destinationId);
    const connection = present && documents.connection.get(present.body.connectionId);
    if (present === undefined || connection === undefined) return abandonAll(all, 'Its destination was deleted.');
    const { action, destination } = await plans.pinned({ ...head, ...versions });
    if (destination === null)
      return abandonAll(all, `Version ${versions.destinationVersion} of its destination is lost.`);
    if (head.actionId !== null && action === null)
      return abandonAll(all, `Version ${versions.actionVersion} of its action is lost.`);
    const missing = missingHeaderValues(destination.body.settings.headers);
    if (missing !== null) return withoutExchange(all, (delivery) => heldWithout(delivery, missing));

    const plan = plans.planFor({ action, destination });
    const policy = destination.body.settings.retry ?? connection.body.settings.retry;
    // The same jitter for all, so that the deliveries that are retried become due together.
    const jitter = options.random();
    const situationOf = (delivery: DueDelivery) => ({ delivery, policy, now: clock.now(), random: () => jitter });

    const workOf = (members: readonly DueDelivery[]): Work => {
      const first = members[0] ?? head;
      return {
        deliveryId: first.id,
        idempotencyKey: keyOf(members),
        createdAt: first.createdAt,
        queuedMs: Math.max(0, clock.now() - (first.dueAt ?? clock.now())),
        number: first.number,
        waitedMs: members.reduce((most, { waitedMs }) => Math.max(most, waitedMs), 0),
        event: first.event,
        data: null,
        rendered: null,
        batch: members.flatMap(({ event }) => event ?? []),
        plan,
        action,
        destination,
        connection,
      };
    };

    const fit = await splitToFit(all, limits, (members) => attempter.render(workOf(members)));
    const { members, rendering, left } = fit;
    // In reverse, because each part is put in front of the ones before it.
    for (const part of left.toReversed()) giveBack(part, left.length > 1);
    const redaction = options.redaction(present);
    const settled: BatchStep['settled'] = fit.bad.map(({ delivery, rendering: failed }) => {
      const step = stepAfter({ kind: 'nothing', rendering: failed }, situationOf(delivery));
      const keep = keeper(redaction, delivery.event === null ? [] : [delivery.event], clock.now(), telemetry);
      return { delivery, step: pin(delivery, keep.step(step)), part: null };
    });
    const [only, ...others] = members;
    if (rendering === null || only === undefined) return { shared: null, settled };
    if (others.length === 0) {
      const step = await options.attempt(only);
      return { shared: step, settled: [...settled, { delivery: only, step, part: null }] };
    }

    const startedAt = clock.now();
    const work = workOf(members);
    const keep = keeper(redaction, work.batch ?? [], clock.now(), telemetry);
    const attempted: Attempted =
      rendering.kind === 'skipped'
        ? { kind: 'nothing', rendering }
        : keep.attempted(await attempter.attempt({ ...work, rendered: rendering.rendered }));
    // An invalid header, or an error before sending, can be caused by one record: smaller parts find it.
    const isUnsent = attempted.kind === 'unbuilt' || (attempted.kind === 'errored' && attempted.log.length === 1);
    if (isUnsent) {
      for (const half of halvesOf(members).toReversed()) giveBack(half, true);
      return { shared: null, settled };
    }
    const isPresent = configuration.snapshot.documents.connection.get(connection.id)?.version === connection.version;
    try {
      const parts = partsOf(members, attempted);
      const steps = members.map((delivery, at) => {
        const own = share(attempted, delivery, at, newId);
        const after = stepAfter(own, situationOf(delivery));
        // The result of replaced credentials says nothing about the current ones.
        const step = isPresent ? after : { ...after, auth: null, sign: null };
        return { delivery, step: pin(delivery, { ...keep.step(step), follows: at > 0 }), part: parts[at] ?? null };
      });
      return {
        shared: attempted.kind === 'nothing' ? null : together(steps.map(({ step }) => step)),
        settled: [...settled, ...steps],
      };
    } catch (error) {
      telemetry.failedOften(error, 'attempt a batch');
      const given = { ...options, policy, startedAt, connectionVersion: connection.version, random: () => jitter };
      const steps = members.map((delivery, at) => {
        const step = erroredStep(error, 'after the request was sent', { ...given, delivery });
        return { delivery, step: { ...step, follows: at > 0 }, part: null };
      });
      return { shared: steps[0]?.step ?? null, settled: [...settled, ...steps] };
    }

    function pin(delivery: DueDelivery, step: Step): Step {
      const { rendered: _, ...settlement } = step.settlement;
      return {
        ...step,
        settlement: plans.usesLatestVersions(delivery, true) ? { ...settlement, pinned: versions } : settlement,
      };
    }
  }
}

/** Redacts a batch. The exchange is searched once for all deliveries, and so are details that several of them share. */
function keeper(
  redaction: RedactionPolicy | null,
  events: readonly Event[],
  now: number,
  telemetry: Pick<Telemetry, 'failedOften'>,
) {
  const said = new Map<string, Settlement>();
  const redact = redaction === null ? null : redactedOrEmptied(redactor(redaction, events, now), telemetry);
  return {
    attempted(attempted: Attempted): Attempted {
      if (redact === null || attempted.kind === 'nothing') return attempted;
      return { ...attempted, log: redact({ ...nothing, log: attempted.log }).log };
    },
    step(step: Step): Step {
      if (redact === null) return step;
      const { settlement } = step;
      const key = `${settlement.status} ${settlement.dueAt === null} ${settlement.detail}`;
      const like = said.get(key) ?? redact({ ...settlement, log: [] });
      said.set(key, like);
      const { detail, bodiesUntil } = like;
      return { ...step, settlement: { ...settlement, detail, ...(bodiesUntil !== undefined && { bodiesUntil }) } };
    },
  };
}

const nothing: Settlement = {
  deliveryId: '',
  status: 'pending',
  reason: null,
  detail: null,
  errorKind: null,
  attempts: 0,
  scheduleStep: 0,
  waitedMs: 0,
  dueAt: null,
  log: [],
};

/** The idempotency key of a batch: the same deliveries in the same order have the same key, other ones another. */
function keyOf(members: readonly DueDelivery[]): string {
  const keys = members.map(({ id, idempotencyKey }) => idempotencyKey ?? id);
  return keys.length === 1 ? (keys[0] ?? '') : createHash('sha256').update(keys.join('\n')).digest('hex');
}

/** The attempt of a batch from the view of one delivery: its own verdict, and the exchanges under its own numbers. */
function share(attempted: Attempted, delivery: DueDelivery, at: number, newId: NewId): Attempted {
  if (attempted.kind === 'nothing') return attempted;
  const verdict = attempted.kind === 'judged' ? (attempted.each?.[at] ?? attempted.verdict) : null;
  const last = attempted.log.length - 1;
  const log = attempted.log.map((attempt, place): Attempt => {
    const own = verdict !== null && place === last && verdict !== (attempted.kind === 'judged' && attempted.verdict);
    return {
      ...attempt,
      ...(own && { counted: isCounted(verdict), outcome: outcomeOf(verdict), error: wordsOf(verdict) }),
      id: at === 0 ? attempt.id : newId('attempt'),
      number: delivery.number + place + 1,
    };
  });
  return attempted.kind === 'judged' && verdict !== null ? { ...attempted, verdict, log } : { ...attempted, log };
}

/**
 * The parts in which deliveries of a split batch are sent again; null: not again. Without the records that items
 * decided, the rest is a new batch.
 */
function partsOf(members: readonly DueDelivery[], attempted: Attempted): (number | null)[] {
  if (attempted.kind !== 'judged') return [];
  const isAgain = members.map((_, at) => (attempted.each?.[at] ?? attempted.verdict).kind === 'split');
  const isWhole = isAgain.every(Boolean);
  const middle = Math.ceil(members.length / 2);
  return isAgain.map((again, at) => (again ? (isWhole && at >= middle ? 1 : 0) : null));
}

/** The step of the whole exchange, whatever the verdict on each record: for the peer it counts once. */
function together(steps: readonly Step[]): Step | null {
  const [first, ...others] = steps;
  if (first === undefined) return null;
  let all = first;
  for (const step of others) {
    const wait = all.wait === null || (step.wait !== null && step.wait.until > all.wait.until) ? step.wait : all.wait;
    all = {
      ...all,
      wait,
      pauses: all.pauses || step.pauses,
      auth: all.auth ?? step.auth,
      sign: all.sign === 'good' ? 'good' : (step.sign ?? all.sign),
      health: wait !== null ? 'overloaded' : all.health === 'good' ? 'good' : step.health,
    };
  }
  return all;
}

function abandonAll(members: readonly DueDelivery[], detail: string): BatchStep {
  return withoutExchange(members, (delivery) => abandoned(delivery, detail));
}

function withoutExchange(members: readonly DueDelivery[], stepOf: (delivery: DueDelivery) => Step): BatchStep {
  return { shared: null, settled: members.map((delivery) => ({ delivery, step: stepOf(delivery), part: null })) };
}
