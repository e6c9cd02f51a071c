import { secretsOf } from '../connections/secret-fields.ts';
import type { Secret } from '../contract/secret.ts';
import { ownAlone } from '../ownership/embedded.ts';
import { createAccept } from './accept.ts';
import { Attempter } from './attempt/attempter.ts';
import { redactionPolicies } from './attempt/redaction-policy.ts';
import { deliveryCommands } from './commands/delivery-commands.ts';
import { startDelivering } from './delivering.ts';
import { followClock } from './dispatch/clock-changes.ts';
import { createDeliveryEvents, type DeliveryEvents } from './insight/delivery-events.ts';
import { startParameters } from './insight/parameter-catalog.ts';
import { queueStatus } from './insight/queue-status.ts';
import { Jobs } from './jobs.ts';
import { matchAlone } from './match-alone.ts';
import { createNode } from './node.ts';
import { allConnections, ConnectionsOfNode } from './owned-connections.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { createChecks } from './preview/checks.ts';
import { draftRenders } from './preview/draft-renders.ts';
import { createPreviews } from './preview/preview.ts';
import { intakePrivacy } from './privacy.ts';
import { replayPlanner } from './replay/dry-run.ts';
import { startReplays } from './replay/replay-runner.ts';
import { confirmedClock } from './retention/confirmed-clock.ts';
import { startEraser } from './retention/erasure.ts';
import { forgottenByNodes } from './retention/forgotten.ts';
import { startHoldExpiry } from './retention/hold-expiry.ts';
import { bodyRetention, documentRetention, startRetention } from './retention/retention.ts';
import { retentionOf } from './snapshot/effective-settings.ts';
import { holdAll } from './snapshot/own-changes.ts';
import { loadConfiguration, type Snapshot } from './snapshot/snapshot.ts';

/** The pipeline as the rest of the program uses it. */
export type Pipeline = Awaited<ReturnType<typeof startPipeline>>;

/**
 * Composes the pipeline. To follow an event, begin at accept.ts; the other folders observe (insight/), or work on stored
 * data (replay/, retention/, preview/). The parts are made in the order in which they need each other, and stop in reverse:
 * intake and matching end before dispatching, and dispatching before the leases are released.
 */
export async function startPipeline(parts: PipelineParts) {
  const { catalog, journal, notes, audit, sandbox, compute, egress, authenticator } = parts;
  const { telemetry, clock, newId, random, scrubber, limits } = parts;
  const { failed } = telemetry;
  const { log, housekeeping } = journal;
  const { scrub } = scrubber;
  const isAlone = parts.node === undefined;
  const { leases } = journal.hot;
  const partitionCount = await leases.partitionCount(parts.node?.partitions ?? 1);
  if (isAlone && partitionCount > 1)
    throw new Error(`Nodes share this database: it has ${partitionCount} partitions. A process alone has one.`);
  const configuration = await loadConfiguration(catalog, scrubber, failed, partitionCount);
  if (parts.startsHeld === true) await holdAll(configuration, clock.now());
  // The scrubber learns later secrets with the audit entries of their changes.
  scrubber.follow(() => currentSecrets(configuration.snapshot));
  await using opened = new AsyncDisposableStack();
  const events = createDeliveryEvents(telemetry);
  const renewed = () => events.emit('alive');
  const own = isAlone ? opened.use(await ownAlone({ leases, clock, telemetry, lost: parts.lost, renewed })) : null;
  const parameters = opened.use(
    await startParameters({ configuration, notes, clock, events, isShared: !isAlone, failed }),
  );
  const redaction = redactionPolicies(configuration, limits.retention);
  const confirmed = confirmedClock(notes, limits.everyMs);
  const { tracing = null } = parts;
  const attempter = new Attempter({ egress, authenticator, clock, newId, telemetry, tracing, scrub });
  if (tracing !== null)
    events.on('settled', (delivery, { settlement }) => tracing.settled(delivery, settlement.status));

  const ofNode = new ConnectionsOfNode(configuration);
  const connections = own === null ? ofNode : allConnections(own.lease);
  const lease = own?.lease ?? null;
  const ownsAll = () => own !== null || ofNode.leases().length === partitionCount;
  const jobs = new Jobs(partitionCount);
  const doesJobs = () => jobs.lease() !== null;
  if (own !== null) await jobs.acquired(own.lease);
  const context = {
    configuration,
    events,
    lease,
    ownConnections: connections,
    ownsAll,
    attempter,
    redaction,
    confirmed,
    jobs,
  };
  const delivering = opened.use(await startDelivering(parts, context));
  const { holds, pauses, replayRates, statistics, dispatcher, effects } = delivering;
  const matching = opened.use(
    own === null
      ? createNode(parts, { configuration, events, ownConnections: ofNode, jobs, partitionCount }, delivering)
      : matchAlone(parts, context, dispatcher, own.lease),
  );
  const { matcher, ownPartitions, shown } = matching;
  const retention = opened.use(
    startRetention({
      housekeeping,
      audit,
      bodies: bodyRetention({ configuration, housekeeping, notes, redaction }),
      documents: documentRetention({ catalog, authenticator }),
      limits: () => retentionOf(configuration.snapshot, limits.retention),
      confirmed,
      doesJobs,
      clock,
      failed,
    }),
  );
  const { everyMs } = limits;
  opened.use(
    startHoldExpiry({
      configuration,
      holds,
      log,
      clock,
      everyMs,
      dispatcher,
      events,
      ownConnections: connections,
      failed,
    }),
  );
  const engine = { render: draftRenders(sandbox), compose: compute.drafts.compose };
  const planner = replayPlanner({ configuration, catalog, log, attempter, engine, scrub, clock });
  const replays = opened.use(
    await startReplays({
      planner,
      configuration,
      journal,
      ownPartitions,
      pollMs: parts.node?.pollMs ?? null,
      followMs: parts.node?.followMs ?? null,
      clock,
      holds,
      dispatcher,
      replayRates,
      events,
      telemetry,
    }),
  );
  const queue = journal.hot;
  opened.use(
    await followClock({ clock, queue, leases: () => ownPartitions.leases(), moved: () => dispatcher.start(), failed }),
  );
  if (own !== null) await dispatcher.start();
  await effects.start();
  await matching.start();
  const preview = createPreviews({
    configuration,
    journal,
    ownPartitions,
    clock,
    attempter,
    engine,
    redaction,
    random,
    telemetry,
    scrubber,
  });
  const eraser = opened.use(
    startEraser({
      erasures: housekeeping.erasures,
      configuration,
      notes,
      clock,
      newId,
      parameters,
      jobs,
      shared: parts.node && {
        pollMs: parts.node.followMs,
        forgotten: forgottenByNodes({ notes, node: parts.node.name, roster: matching.roster }),
      },
      sending: () => [...shown.dispatcher.inFlightByQueue().flatMap(({ ids }) => ids), ...preview.testing()],
      cancelled(deliveries) {
        for (const one of deliveries) if (!one.test) events.emit('ended', one, { status: 'cancelled' }, 1);
        for (const { destinationId, replayId } of deliveries) dispatcher.wake([destinationId], replayId);
      },
      failed,
    }),
  );
  eraser.watch(parameters.forgetNames);
  eraser.watch(holds.erase);

  const status = queueStatus({
    configuration,
    holds,
    pauses,
    journal,
    replayRates,
    clock,
    ...shown,
  });
  const acts = deliveryCommands({
    configuration,
    log,
    queueStatus: status,
    events,
    preview,
    ownConnections: connections,
    now: clock.now,
  });
  const askOwner = matching.commandsOf(acts);
  const stack = opened.move();
  return {
    configuration,
    events: events as DeliveryEvents,
    accept: createAccept({ retention, masks: intakePrivacy(configuration, clock), matcher }),
    /** Previews, tests and renders, on the path of deliveries. */
    preview,
    /** Tests of changes, on the newest events. */
    checks: createChecks({ configuration, log, clock, attempter, engine, compute: compute.drafts }),
    queueStatus: status,
    /** Does something for a person where the deliveries of a connection are sent. */
    askOwner,
    /** How many nodes share the database, with this one. */
    nodes: matching.nodes,
    /** Who shares the database, as of the last heartbeat; null: this process is alone. */
    roster: matching.roster,
    partitionCount,
    replays,
    eraser,
    statistics,
    /** Whether this node sends to a connection. */
    ownsConnection: (id: string) => connections.leaseOf(id) !== null,
    /** Work that one node does for all nodes, and whether this node does it. */
    addJob: jobs.add.bind(jobs),
    doesJobs,
    /** Whether no other node can have taken a partition of this one. */
    mayAct: matching.mayAct,
    /** Why this node can't read what others have changed of the configuration, with the message of the error if asked; or null. */
    configurationProblem: matching.problem,
    /** Whether this node takes in events now: it owns a partition that no other node can have taken. */
    takesIn: () => ownPartitions.leases().length > 0 && matching.mayAct(),
    /** Whether intake is refused because the size limit is reached and nothing is left to remove. */
    isFull: () => retention.isFull,
    /**
     * The time by which old data is removed: the clock, or earlier while a jump ahead is not confirmed; null until it
     * is known.
     */
    confirmedNow: confirmed.last,
    /** How many deliveries and events are in memory. */
    depth: () => ({ ...dispatcher.depth(), unmatched: matcher.depth }),
    /** Parameters learned from traffic, merged with the documents that people wrote, by name. */
    parameters: parameters.list,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Every secret of the current documents. */
function* currentSecrets({ documents }: Snapshot): Generator<Secret> {
  for (const { body } of documents.connection.values()) yield* secretsOf(body);
  for (const { body } of documents.destination.values()) yield* secretsOf(body);
  for (const { body } of documents.alert.values()) yield* secretsOf(body);
  for (const { body } of documents.collector.values()) yield* secretsOf(body);
}
