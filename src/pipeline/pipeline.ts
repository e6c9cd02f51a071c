import { batcher } from '../async/batcher.ts';
import type { Clock } from '../async/clock.ts';
import type { Audit } from '../audit/audit.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Compute } from '../compute/compute.ts';
import type { Authenticator } from '../connections/authenticator.ts';
import { secretsOf } from '../connections/secret-fields.ts';
import type { Scrubber } from '../connections/secret-redaction.ts';
import { AppError } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import type { Secret } from '../contract/secret.ts';
import type { Egress } from '../egress/egress.ts';
import type { DeliveryQueue, Journal, Lease } from '../journal/journal.ts';
import type { Notes } from '../notes/notes.ts';
import type { RenderJob, RenderOutcome, Sandbox } from '../sandbox/sandbox.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { BatchAttempter } from './attempt/attempt-batch.ts';
import { createDeliveryAttempt } from './attempt/attempt-delivery.ts';
import { Attempter } from './attempt/attempter.ts';
import { createPlans } from './attempt/delivery-plan.ts';
import type { RenderEngine } from './attempt/render.ts';
import { BatchAssembly } from './dispatch/batch-assembly.ts';
import { followConfiguration } from './dispatch/change-effects.ts';
import { followClock } from './dispatch/clock-changes.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { createHolds } from './dispatch/holds.ts';
import { createPauses } from './dispatch/pauses.ts';
import { createReplayRates } from './dispatch/replay-rates.ts';
import { createFire } from './firing.ts';
import { createDeliveryEvents, type DeliveryEvents, reportAttempts } from './insight/delivery-events.ts';
import { countHeld } from './insight/held-count.ts';
import { startParameters } from './insight/parameter-catalog.ts';
import { queueStatus } from './insight/queue-status.ts';
import { createStatistics } from './insight/statistics.ts';
import { holdLeases } from './leases.ts';
import { Matcher } from './matcher.ts';
import { createChecks } from './preview/checks.ts';
import { draftRenders } from './preview/draft-renders.ts';
import { createPreviews } from './preview/preview.ts';
import { intakePrivacy, type RedactionPolicies, redactionPolicies } from './privacy.ts';
import { startReplays } from './replay/replay-runner.ts';
import { startEraser } from './retention/erasure.ts';
import { startRetention } from './retention/retention.ts';
import { type OperatorRetention, retentionOf } from './snapshot/effective-settings.ts';
import { holdAll, pauseDestination } from './snapshot/own-changes.ts';
import { type Configuration, loadConfiguration, type Snapshot } from './snapshot/snapshot.ts';

/** The parts that the pipeline needs; compose.ts chooses each. */
export type PipelineParts = {
  catalog: Catalog;
  journal: Journal;
  notes: Notes;
  audit: Pick<Audit, 'prune'>;
  sandbox: Sandbox;
  /** Compiles templates: one thread for deliveries, another one for drafts and previews. */
  compute: { deliveries: Compute; drafts: Compute };
  egress: Egress;
  authenticator: Authenticator;
  telemetry: Telemetry;
  clock: Clock;
  newId: NewId;
  random: () => number;
  /** Removes secrets from texts that people read; it learns the secrets of the documents here. */
  scrubber: Scrubber;
  limits: {
    retention: OperatorRetention;
    stopTimeoutMs: number;
    /** Requests in flight at once. */
    requestsMax: number;
    everyMs: number;
  };
  /** Holds all deliveries before the first is sent. */
  startsHeld?: boolean;
  /** Another process acquired a lease: this process must end. */
  lost(scope: string): void;
};

/** The pipeline as the rest of the program uses it. */
export type Pipeline = Awaited<ReturnType<typeof startPipeline>>;

/**
 * The life of an event:
 *
 *   matcher.ts stored, matched against the rules, its deliveries planned, in one transaction
 *   dispatch/  queued by destination; the dispatcher decides when each delivery is sent
 *   attempt/   mapped, rendered, built, authenticated, signed, sent, judged
 *   dispatch/  the outcome changes limits and holds, and is recorded with the next step
 *
 * The other folders observe (insight/), or work on stored data (replay/, retention/, preview/). The parts stop in the
 * reverse order of their start: intake and matching end before dispatching, and dispatching before the leases are
 * released.
 */
export async function startPipeline(parts: PipelineParts) {
  const { journal, telemetry, clock, limits } = parts;
  const { failed } = telemetry;
  const configuration = await loadConfiguration(parts.catalog, parts.scrubber, failed);
  if (parts.startsHeld === true) await holdAll(configuration, clock.now());
  // The scrubber learns later secrets with the audit entries of their changes.
  parts.scrubber.follow(() => currentSecrets(configuration.snapshot));
  const stack = new AsyncDisposableStack();
  const events = createDeliveryEvents(telemetry);
  const { leases } = stack.use(
    await holdLeases({
      ...parts,
      owner: 'embedded',
      leases: journal.hot.leases,
      renewed: () => events.emit('alive'),
    }),
  );
  const run = (jobs: RenderJob[]) => parts.sandbox.render(jobs);
  const render = batcher<RenderJob, RenderOutcome>({ run, size: 64, outstanding: 2 });
  const { scrub } = parts.scrubber;
  const shared: Shared = {
    ...parts,
    configuration,
    events,
    engine: { render, compose: parts.compute.deliveries.compose },
    scrub,
    failed,
    queue: journal.hot,
    lease: leases.deliveries,
    redaction: redactionPolicies(configuration, limits.retention),
    attempter: new Attempter({ ...parts, scrub }),
  };
  const drafts = {
    ...shared,
    engine: { render: draftRenders(parts.sandbox), compose: parts.compute.drafts.compose },
  };
  const parameters = stack.use(await startParameters(shared));
  const { effects, ...delivering } = stack.use(await startDelivering(shared));
  const { holds, pauses, dispatcher, replayRates, statistics, retention } = delivering;
  const matcher = stack.use(
    new Matcher({
      ...shared,
      lease: leases.events,
      partition: 0,
      fire: createFire(shared),
      dispatcher,
    }),
  );
  events.on('evaluated', (evaluated) => {
    for (const [event] of evaluated) parameters.observe(event);
  });
  const replays = stack.use(
    await startReplays({ ...shared, holds, dispatcher, replayRates, moved: telemetry.replayMoved }),
  );
  stack.use(await followClock({ ...shared, moved: () => dispatcher.start() }));
  await dispatcher.start();
  await effects.start();
  await matcher.start();
  const preview = createPreviews(drafts);
  const eraser = stack.use(
    await startEraser({
      ...shared,
      erasures: journal.housekeeping.erasures,
      parameters,
      sending: () => [...dispatcher.inFlight(), ...preview.testing()],
      cancelled(deliveries) {
        for (const one of deliveries) if (!one.test) events.emit('ended', one, { status: 'cancelled' }, 1);
        for (const { destinationId, replayId } of deliveries) dispatcher.wake([destinationId], replayId);
      },
    }),
  );
  eraser.watch(parameters.forgetNames);
  const masksOf = intakePrivacy(configuration, clock);

  return {
    configuration,
    events: events as DeliveryEvents,
    /** Stores the events of one request durably and passes them on; returns their ids in input order. */
    accept(request: { collectorId: string; receivedAt: number; events: IncomingEvent[] }): Promise<string[]> {
      if (retention.isFull) return Promise.reject(new AppError('storage_full'));
      const mask = masksOf(request.collectorId);
      if (mask === null) return matcher.accept(request);
      return mask(request.events).then((events) => matcher.accept({ ...request, events }));
    },
    /** Previews, tests and renders, on the path of deliveries. */
    preview,
    /** Tests of changes, on the newest events. */
    checks: createChecks({ ...drafts, log: journal.log, compute: parts.compute.drafts }),
    queueStatus: queueStatus({ ...shared, holds, pauses, dispatcher, replayRates }),
    replays,
    eraser,
    statistics,
    /** Whether intake is refused because the size limit is reached and nothing is left to remove. */
    isFull: () => retention.isFull,
    /**
     * The time by which old data is removed: the clock, or earlier while a jump ahead is not confirmed; null until it
     * is known.
     */
    confirmedNow: retention.confirmedNow,
    /** How many deliveries and events are in memory. */
    depth: () => ({ ...dispatcher.depth(), unmatched: matcher.depth }),
    /** Parameters learned from traffic, merged with the documents that people wrote, by name. */
    parameters: parameters.list,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Shared by all parts. */
type Shared = PipelineParts & {
  configuration: Configuration;
  events: DeliveryEvents;
  queue: DeliveryQueue;
  /** The lease of all deliveries. */
  lease: Lease;
  attempter: Attempter;
  engine: RenderEngine;
  redaction: RedactionPolicies;
  scrub(text: string): string;
  failed(error: unknown, doing: string): void;
};

/**
 * The second half: limits and holds, the dispatcher, retention, and the parts that observe. Deliveries that were in flight
 * when the last process crashed come first.
 */
async function startDelivering(shared: Shared) {
  const { configuration, events, queue, journal, telemetry, clock, limits, lease } = shared;
  const stack = new AsyncDisposableStack();
  const { poisoned } = await queue.recover(lease, clock.now());
  if (poisoned.length > 0) telemetry.noticed('deliveries failed as poison', { deliveries: poisoned });
  const holds = stack.use(await createHolds(shared));
  const statistics = stack.use(
    createStatistics({
      ...shared,
      log: journal.log,
      closed: holds.closed,
      confirmedNow: () => retention.confirmedNow(),
    }),
  );
  reportAttempts(events, telemetry);
  for (const id of poisoned) {
    const delivery = await journal.log.delivery(id);
    if (delivery !== null) events.emit('ended', delivery, { status: 'failed', reason: 'poison' }, 1);
  }
  const retention = stack.use(
    startRetention({
      ...shared,
      ...limits,
      retention: () => retentionOf(configuration.snapshot, limits.retention),
      holds,
      sendingTo: (destinationId) => dispatcher.inFlight({ destinationId }),
      expired: (of, count) => events.emit('ended', of, { status: 'failed', reason: 'expired' }, count),
    }),
  );
  const replayRates = createReplayRates();
  const pauses = await createPauses({ ...shared, kind: 'pauses' });
  const plans = createPlans({ ...shared, holds });
  const attempt = createDeliveryAttempt({ ...shared, plans });
  const batches = new BatchAttempter({ ...shared, plans, attempt });
  const dispatcher = stack.use(
    new Dispatcher({
      ...shared,
      ...limits,
      // One line for each queue would be too many.
      failed: telemetry.failedOften,
      holds,
      pauses,
      attempt,
      attemptBatch: (batch, giveBack, requests) => batches.attempt(batch, giveBack, requests),
      batches: new BatchAssembly({ ...shared, plans }),
      replays: replayRates,
      releaseDeleted: (destinationId) => effects.releaseDeleted(destinationId),
      pause: (destinationId) => pauseDestination(configuration, destinationId, clock.now()),
      settled: (delivery, step, about) => events.emit('settled', delivery, step, about),
    }),
  );
  countHeld({ ...shared, holds, dispatcher, log: journal.log });
  holds.watch((destinationIds) => dispatcher.wake(destinationIds));
  holds.watch((destinationIds) => events.emit('holdsMoved', destinationIds));
  const effects = stack.use(followConfiguration({ ...shared, holds, dispatcher }));
  return {
    holds,
    pauses,
    dispatcher,
    effects,
    replayRates,
    statistics,
    retention,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Every secret of the current documents. */
function* currentSecrets({ documents }: Snapshot): Generator<Secret> {
  for (const { body } of documents.connection.values()) yield* secretsOf(body);
  for (const { body } of documents.destination.values()) yield* secretsOf(body);
  for (const { body } of documents.alert.values()) yield* secretsOf(body);
}
