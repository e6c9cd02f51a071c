import { batcher } from '../async/batcher.ts';
import { isReplayOver, type Lease } from '../journal/journal.ts';
import type { RenderJob, RenderOutcome } from '../sandbox/sandbox.ts';
import { BatchAttempter } from './attempt/attempt-batch.ts';
import { createDeliveryAttempt } from './attempt/attempt-delivery.ts';
import type { Attempter } from './attempt/attempter.ts';
import { createPlans } from './attempt/delivery-plan.ts';
import type { RedactionPolicies } from './attempt/redaction-policy.ts';
import { BatchAssembly } from './dispatch/batches/batch-assembly.ts';
import { startChangeEffects } from './dispatch/change-effects.ts';
import { type DispatchAttempts, Dispatcher } from './dispatch/dispatcher.ts';
import { Dispatchers, type Dispatching } from './dispatch/dispatchers.ts';
import { createHolds, type Holds } from './dispatch/holds/holds.ts';
import { NodeLimits } from './dispatch/node-limits.ts';
import { pausesOfSystems } from './dispatch/pauses/pause-stores.ts';
import { createPauses } from './dispatch/pauses/pauses.ts';
import { createReplayRates } from './dispatch/replay-rates.ts';
import { type DeliveryEvents, reportAttempts } from './insight/delivery-events.ts';
import { countHeld } from './insight/held-count.ts';
import { createStatistics } from './insight/statistics.ts';
import type { Jobs } from './jobs.ts';
import type { OwnedConnections } from './owned-connections.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { ConfirmedClock } from './retention/confirmed-clock.ts';
import type { Configuration } from './snapshot/snapshot.ts';

type Context = {
  configuration: Configuration;
  events: DeliveryEvents;
  /** Of the one partition; null: of a node, which owns some. */
  lease: Lease | null;
  ownConnections: OwnedConnections;
  /** Whether this node owns all partitions. */
  ownsAll: () => boolean;
  attempter: Attempter;
  redaction: RedactionPolicies;
  confirmed: ConfirmedClock;
  jobs: Pick<Jobs, 'lease'>;
};

export type Delivering = Awaited<ReturnType<typeof startDelivering>>;

/**
 * The second half of the journey: holds and limits, the dispatcher, its attempts, and what counts deliveries. Those that
 * were in flight when the last process crashed come first. Nothing is sent before `dispatcher.start`.
 */
export async function startDelivering(parts: PipelineParts, context: Context) {
  const { catalog, journal, authenticator, telemetry, clock, limits } = parts;
  const { configuration, events, lease, ownConnections, confirmed, jobs } = context;
  const { failed } = telemetry;
  const queue = journal.hot;
  await using opened = new AsyncDisposableStack();
  const holds = opened.use(
    await createHolds({ configuration, queue, notes: parts.notes, clock, telemetry, ownConnections }),
  );
  const statistics = opened.use(
    createStatistics({
      events,
      log: journal.log,
      clock,
      holds: holds.byDestination,
      confirmedNow: confirmed.last,
      rollsUp: () => jobs.lease() !== null,
      failed,
    }),
  );
  reportAttempts(events, telemetry);
  const recover = async (lease: Lease): Promise<void> => {
    const { poisoned } = await queue.recover(lease, clock.now());
    if (poisoned.length > 0) telemetry.noticed('deliveries failed as poison', { deliveries: poisoned });
    for (const id of poisoned) {
      const delivery = await journal.log.delivery(id);
      if (delivery !== null) events.emit('ended', delivery, { status: 'failed', reason: 'poison' }, 1);
    }
  };
  if (lease !== null) await recover(lease);

  const pauses = await createPauses({ store: pausesOfSystems(queue, ownConnections), clock, failed });
  const isOver = async (id: string) => isReplayOver(await journal.log.replays.replay(id));
  const replayRates = createReplayRates(lease === null ? { ownsAll: context.ownsAll, isOver, failed } : null);
  const attempts = createAttempts(parts, context, holds);
  const shared = new NodeLimits(limits.requestsMax);
  const createDispatcher = (lease: Lease, mayAct?: () => boolean) =>
    new Dispatcher({
      partition: { queue, lease, ...(mayAct && { mayAct }) },
      clock,
      configuration,
      delays: { holds, pauses, replayRates, authenticator },
      attempts,
      limits: shared,
      stopTimeoutMs: limits.stopTimeoutMs,
      events,
      // One line for each queue would be too many.
      failed: telemetry.failedOften,
    });
  const dispatcher: Dispatching = opened.use(
    lease === null ? new Dispatchers(createDispatcher, shared, configuration, pauses) : createDispatcher(lease),
  );
  countHeld({ holds, log: journal.log, configuration, dispatcher, events, ownConnections, failed });
  holds.watch((destinationIds) => dispatcher.wake(destinationIds));
  holds.watch((destinationIds) => events.emit('holdsMoved', destinationIds));
  const effects = opened.use(
    startChangeEffects({
      configuration,
      catalog,
      journal,
      holds,
      dispatcher,
      authenticator,
      events,
      clock,
      telemetry,
      ownConnections,
      isNode: lease === null,
    }),
  );
  const stack = opened.move();
  return {
    holds,
    pauses,
    replayRates,
    statistics,
    dispatcher,
    recover,
    effects,
    /** Reads what the owners of other connections have stored of these: their holds, and the pauses of their systems. */
    async follow(): Promise<void> {
      await Promise.all([holds.follow(), pauses.follow((id) => ownConnections.leaseOf(id) !== null)]);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The attempts of the dispatcher, of one delivery and of a batch. */
function createAttempts(
  { catalog, sandbox, compute, clock, newId, telemetry, random }: PipelineParts,
  { configuration, attempter, redaction }: Context,
  holds: Holds,
): DispatchAttempts {
  const run = (jobs: RenderJob[]) => sandbox.render(jobs);
  const render = batcher<RenderJob, RenderOutcome>({ run, size: 64, outstanding: 2 });
  const engine = { render, compose: compute.deliveries.compose };
  const plans = createPlans({ configuration, catalog, holds, engine });
  const shared = { configuration, attempter, plans, clock, newId, redaction, telemetry, random };
  const one = createDeliveryAttempt(shared);
  const batches = new BatchAttempter(shared, one);
  return {
    one,
    batch: (batch, giveBack, requests) => batches.attempt(batch, giveBack, requests),
    assembly: new BatchAssembly({ configuration, plans, failed: telemetry.failed }),
  };
}
