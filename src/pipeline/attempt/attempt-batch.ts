import { createHash } from 'node:crypto';
import type { RetryPolicy } from '../../contract/documents/connection.ts';
import type { DueDelivery, Versions } from '../../journal/journal.ts';
import {
  type AttemptOptions,
  type DeliveryAttempt,
  forgetCredentials,
  heldWithout,
  isReplaced,
} from './attempt-delivery.ts';
import { type Batch, halvesOf, splitToFit } from './batch.ts';
import { type BatchRedactor, batchRedactor } from './batch-redaction.ts';
import {
  abandonAll,
  attemptOf,
  type BatchStep,
  partsOf,
  type Settled,
  stepOfExchange,
  withoutExchange,
} from './batch-step.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import { erroredStep } from './error-policy.ts';
import { type Step, stepAfter } from './next-step.ts';
import type { RedactionPolicy } from './redaction-policy.ts';
import type { Rendering } from './rendered-output.ts';
import { type Attempted, type Requests, Withheld } from './work.ts';

/** Takes back deliveries that are not sent, in order. `isPart`: those of one list are sent together, with no others. */
export type GiveBack = (lists: readonly Members[], isPart: boolean) => void;

type Members = readonly DueDelivery[];

/** What the deliveries of a batch share. */
type Shared = {
  plan: DeliveryPlan;
  versions: Versions;
  policy: RetryPolicy;
  redaction: RedactionPolicy | null;
  /** The same for all, so that the deliveries that are retried become due together. */
  jitter: number;
};

/**
 * Makes one exchange for the deliveries of a batch. The rendered body is not stored: the same deliveries in the same
 * versions render the same bytes again and have the same idempotency key, a hash of their ids.
 */
export class BatchAttempter {
  readonly #options: AttemptOptions;
  /** Attempts a delivery that is alone in its batch. */
  readonly #attemptOne: DeliveryAttempt;

  constructor(options: AttemptOptions, attemptOne: DeliveryAttempt) {
    this.#options = options;
    this.#attemptOne = attemptOne;
  }

  /** Rejects with `Withheld` alone: see error-policy.ts. */
  async attempt(batch: Batch<DueDelivery>, giveBack: GiveBack, requests: Requests): Promise<BatchStep> {
    const left = new Set(batch.members);
    try {
      const giveBackSome: GiveBack = (lists, isPart) => {
        for (const delivery of lists.flat()) left.delete(delivery);
        giveBack(lists, isPart);
      };
      return await this.#attempt(batch, giveBackSome, requests);
    } catch (error) {
      if (error instanceof Withheld) throw error;
      // Nothing was sent. The record that causes the error is in one half, or in both.
      this.#options.telemetry.failedOften(error, 'attempt a batch');
      giveBack(halvesOf([...left]), true);
      return { shared: null, settled: [] };
    }
  }

  async #attempt(
    { members: all, versions, limits }: Batch<DueDelivery>,
    giveBack: GiveBack,
    requests: Requests,
  ): Promise<BatchStep> {
    const { configuration, plans, attempter, random } = this.#options;
    const [head] = all;
    if (head === undefined) return { shared: null, settled: [] };
    const present = configuration.snapshot.planOf(head.destinationId);
    if (present === null) return abandonAll(all, 'Its destination was deleted.');
    const { action, to } = await plans.pinned({ ...head, ...versions });
    if (to === null) return abandonAll(all, `Version ${versions.destinationVersion} of its destination is lost.`);
    if (head.actionId !== null && action === null)
      return abandonAll(all, `Version ${versions.actionVersion} of its action is lost.`);
    const { missingHeaders } = to;
    if (missingHeaders !== null) return withoutExchange(all, (delivery) => heldWithout(delivery, missingHeaders));
    const redaction = this.#options.redaction(present.destination);
    const shared = { plan: plans.planFor(action, to), versions, policy: to.retry, redaction, jitter: random() };

    const render = (members: Members) => attempter.render(this.#workOf(members, shared));
    const { members, rendering, left, bad } = await splitToFit(all, limits, render);
    if (left.length > 0) giveBack(left, left.length > 1);
    const failed = bad.map((one) => this.#unrendered(one.delivery, one.rendering, shared));
    if (rendering === null) return { shared: null, settled: failed };
    const sent = await this.#send(members, rendering, shared, giveBack, requests);
    return { shared: sent.shared, settled: [...failed, ...sent.settled] };
  }

  async #send(
    members: Members,
    rendering: Exclude<Rendering, { kind: 'failed' }>,
    shared: Shared,
    giveBack: GiveBack,
    requests: Requests,
  ): Promise<BatchStep> {
    const { attempter, clock, telemetry } = this.#options;
    const [only, ...others] = members;
    if (only !== undefined && others.length === 0) {
      const step = await this.#attemptOne(only, requests);
      return { shared: step, settled: [{ delivery: only, step, part: null }] };
    }
    const startedAt = clock.now();
    const work = this.#workOf(members, shared);
    const redact = batchRedactor(shared.redaction, work.batch, startedAt, telemetry);
    const attempted: Attempted =
      rendering.kind === 'skipped'
        ? { kind: 'nothing', rendering }
        : redact.attempted(await attempter.attempt({ ...work, rendered: rendering.rendered }, requests));
    // An invalid header, or an error before sending, can be caused by one record: smaller parts find it.
    if (attempted.kind === 'unbuilt' || (attempted.kind === 'errored' && attempted.log.length === 1)) {
      giveBack(halvesOf(members), true);
      return { shared: null, settled: [] };
    }
    try {
      const settled = this.#settledBy(attempted, members, shared, redact);
      return { shared: attempted.kind === 'nothing' ? null : stepOfExchange(settled.map(({ step }) => step)), settled };
    } catch (error) {
      telemetry.failedOften(error, 'attempt a batch');
      const settled = this.#erroredBy(error, members, shared, startedAt);
      return { shared: settled[0]?.step ?? null, settled };
    }
  }

  /** The step of each delivery after the exchange of all. */
  #settledBy(attempted: Attempted, members: Members, shared: Shared, redact: BatchRedactor): Settled[] {
    const { configuration, newId } = this.#options;
    const parts = partsOf(members, attempted);
    const isOld = isReplaced(configuration, shared.plan.to);
    return members.map((delivery, at) => {
      const own = attemptOf(attempted, delivery, at, newId);
      const step = stepAfter(own, this.#situationOf(delivery, shared));
      if (isOld) forgetCredentials(step);
      step.follows = at > 0;
      return { delivery, step: this.#pin(delivery, redact.step(step), shared), part: parts[at] ?? null };
    });
  }

  #erroredBy(error: unknown, members: Members, { plan, policy, jitter }: Shared, startedAt: number): Settled[] {
    const connectionVersion = plan.to.connection.version;
    const { settings } = plan.to.destination.body;
    const given = { ...this.#options, policy, startedAt, connectionVersion, settings, random: () => jitter };
    return members.map((delivery, at) => {
      const step = erroredStep(error, 'after the request was sent', { ...given, delivery });
      step.follows = at > 0;
      return { delivery, step, part: null };
    });
  }

  /** A delivery that fails the template on its own. */
  #unrendered(delivery: DueDelivery, rendering: Extract<Rendering, { kind: 'failed' }>, shared: Shared): Settled {
    const step = stepAfter({ kind: 'nothing', rendering }, this.#situationOf(delivery, shared));
    const events = delivery.event === null ? [] : [delivery.event];
    const redact = batchRedactor(shared.redaction, events, this.#options.clock.now(), this.#options.telemetry);
    return { delivery, step: this.#pin(delivery, redact.step(step), shared), part: null };
  }

  #pin(delivery: DueDelivery, step: Step, { versions }: Shared): Step {
    delete step.settlement.rendered;
    if (this.#options.plans.usesLatestVersions(delivery)) step.settlement.pinned = versions;
    return step;
  }

  #situationOf(delivery: DueDelivery, { policy, jitter }: Shared) {
    return { delivery, policy, now: this.#options.clock.now(), random: () => jitter };
  }

  #workOf(members: Members, { plan }: Shared) {
    const [first] = members;
    if (first === undefined) throw new Error('a batch has at least one delivery');
    const now = this.#options.clock.now();
    return {
      deliveryId: first.id,
      idempotencyKey: keyOf(members),
      createdAt: first.createdAt,
      queuedMs: Math.max(0, now - (first.dueAt ?? now)),
      number: first.number,
      waitedMs: members.reduce((most, { waitedMs }) => Math.max(most, waitedMs), 0),
      event: first.event,
      dataText: null,
      data: null,
      rendered: null,
      batch: members.flatMap(({ event }) => event ?? []),
      plan,
    };
  }
}

/** The idempotency key of a batch: the same deliveries in the same order have the same key, other ones another. */
function keyOf(members: readonly DueDelivery[]): string {
  const keys = members.map(({ id, idempotencyKey }) => idempotencyKey ?? id);
  return keys.length === 1 ? (keys[0] ?? '') : createHash('sha256').update(keys.join('\n')).digest('hex');
}
