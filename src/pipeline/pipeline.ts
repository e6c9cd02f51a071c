import { batcher } from '../async/batcher.ts';
import type { RenderJob, RenderOutcome } from '../sandbox/sandbox.ts';
import { observer } from '../telemetry/observer.ts';
import { createMatcher } from './accept/accept.ts';
import { holdLeases } from './accept/leases.ts';
import { startParameters } from './accept/parameter-catalog.ts';
import { createAttempter } from './attempt/exchange.ts';
import { startDelivering } from './delivering.ts';
import { outlookOf } from './insight/queue-status.ts';
import { createChecks } from './preview/checks.ts';
import { createStudio } from './preview/preview.ts';
import { keepings } from './privacy/exchange-redaction.ts';
import { intakePrivacy } from './privacy/intake-masks.ts';
import { startReplays } from './replay/replay-runner.ts';
import { startEraser } from './retention/erasure.ts';
import { liveSecrets } from './snapshot/current-secrets.ts';
import { loadConfiguration } from './snapshot/snapshot.ts';
import type { Pipeline, PipelineParts } from './surface.ts';

export type { Pipeline, PipelineParts } from './surface.ts';

/**
 * The journey: accept → match → plan → render → build → sign → send → judge → settle, each in a file of its own. What is
 * made first is stopped last: intake and matching end before delivering, delivering before the claims are given back.
 */
export async function startPipeline(parts: PipelineParts): Promise<Pipeline> {
  const { journal, telemetry, clock, limits } = parts;
  const { failed } = telemetry;
  const queue = journal.deliveries;
  const { scrub } = parts.scrubber;
  const configuration = await loadConfiguration(parts.catalog, parts.scrubber);
  // What changes later is told to the scrubber with the audit entry of the change.
  parts.scrubber.follow(() => liveSecrets(configuration.snapshot));
  const stack = new AsyncDisposableStack();
  const { leases } = stack.use(await holdLeases({ ...parts, owner: 'embedded', leases: journal.leases }));
  const keeping = keepings(configuration, limits.retention);
  const room = { ...parts, configuration, queue, failed, scrub, keeping };
  const masksOf = intakePrivacy(configuration, clock);
  const parameters = stack.use(await startParameters(room));

  const run = (jobs: RenderJob[]) => parts.sandbox.render(jobs);
  const render = batcher<RenderJob, RenderOutcome>({ run, size: 64, outstanding: 2 });
  const engine = { render, compose: parts.compute.deliveries.compose };
  const drafts = { render, compose: parts.compute.drafts.compose };
  const attempter = createAttempter({ ...parts, scrub });
  const delivering = stack.use(await startDelivering({ ...room, attempter, engine, lease: leases.deliveries }));
  const { gates, statistics, upkeep, dispatcher, paces, desk, troubles } = delivering;
  const learn = observer(telemetry, 'learn the parameters of an event', parameters.observe);
  const matcher = stack.use(
    createMatcher({
      ...room,
      lease: leases.events,
      partition: 0,
      accepted: statistics.received,
      planned(deliveries) {
        statistics.created(deliveries);
        dispatcher.enqueue(deliveries);
      },
      matched(events) {
        statistics.matched(events);
        for (const [event, matched] of events) {
          learn(event);
          if (desk.isHeard) desk.tell({ kind: 'event', event, matched });
        }
      },
    }),
  );
  const replaying = { ...room, attempter, engine, gates, lease: leases.deliveries, dispatcher, paces, statistics };
  const replays = stack.use(await startReplays({ ...replaying, moved: telemetry.replayMoved }));
  await dispatcher.start();
  await matcher.start();
  const eraser = stack.use(
    await startEraser({
      ...room,
      parameters,
      sending: () => dispatcher.inFlight(),
      cancelled(deliveries) {
        for (const one of deliveries) if (!one.test) statistics.ended(one, { status: 'cancelled' });
        for (const { destinationId, replayId } of deliveries) dispatcher.wake([destinationId], replayId);
      },
    }),
  );

  return {
    configuration,
    accept(request) {
      const masked = masksOf(request.collectorId);
      if (masked === null) return upkeep.admit(() => matcher.accept(request));
      return upkeep.admit(async () => matcher.accept({ ...request, events: await masked(request.events) }));
    },
    studio: createStudio({ ...room, attempter, engine: drafts, lease: leases.deliveries }),
    checks: createChecks({ ...room, log: journal.log, attempter, engine: drafts, compute: parts.compute.drafts }),
    outlook: outlookOf({ ...room, ...delivering }),
    troubles: { ...troubles, gateOf: gates.gateOf, isFull: upkeep.isFull },
    depth: () => ({ ...dispatcher.depth(), unmatched: matcher.depth() }),
    parameters: parameters.list,
    replays,
    statistics,
    eraser,
    watch: desk.watch,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
