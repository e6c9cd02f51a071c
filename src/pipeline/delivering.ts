import type { DeliveryQueue, Lease } from '../journal/journal.ts';
import { observer } from '../telemetry/observer.ts';
import type { Attempter } from './attempt/exchange.ts';
import type { RenderEngine } from './attempt/render.ts';
import { createWorkers } from './attempt/workers.ts';
import { followConfiguration, pauseDestination } from './dispatch/change-effects.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { createReplayRates } from './dispatch/replay-rate.ts';
import { troubleDesk } from './insight/failure-events.ts';
import { countHeld } from './insight/held-count.ts';
import { newsDesk } from './insight/queue-status.ts';
import { createStatistics, guardedStatistics } from './insight/statistics.ts';
import { createGates } from './limits/holds.ts';
import type { keepings } from './privacy/exchange-redaction.ts';
import { bodyRetention } from './retention/body-retention.ts';
import { startUpkeep } from './retention/retention.ts';
import { retentionOf } from './snapshot/effective-settings.ts';
import type { Configuration } from './snapshot/snapshot.ts';
import type { PipelineParts } from './surface.ts';

/**
 * The second half of the journey: render → build → sign → send → judge → settle, with the gates before it, and whoever
 * counts, tells and tidies what becomes of deliveries. What was on the wire when the last process died comes first.
 */
export async function startDelivering(
  room: PipelineParts & {
    configuration: Configuration;
    queue: DeliveryQueue;
    lease: Lease;
    attempter: Attempter;
    engine: RenderEngine;
    keeping: ReturnType<typeof keepings>;
    failed(error: unknown, doing: string): void;
  },
) {
  const { configuration, queue, journal, telemetry, clock, limits, lease } = room;
  const stack = new AsyncDisposableStack();
  const { poisoned } = await queue.recover(lease, clock.now());
  if (poisoned.length > 0) telemetry.noticed('deliveries failed as poison', { deliveries: poisoned });
  const desk = newsDesk(telemetry);
  const troubles = troubleDesk(telemetry);
  const gates = stack.use(await createGates(room));
  const statistics = guardedStatistics(
    stack.use(createStatistics({ ...room, journal: journal.statistics, closed: gates.closed })),
    telemetry,
  );
  for (const id of poisoned) {
    const delivery = await journal.log.delivery(id);
    if (delivery !== null) statistics.ended(delivery, { status: 'failed', reason: 'poison' });
  }
  const paces = createReplayRates();
  const tellSettled = observer(telemetry, 'tell of an attempt', desk.settled);
  const upkeep = stack.use(
    startUpkeep({
      ...room,
      ...limits,
      retention: () => retentionOf(configuration.snapshot, limits.retention),
      forgetBodies: bodyRetention(room),
      gates,
      sendingTo: (destinationId) => dispatcher.inFlight({ destinationId }),
      expired(of, amount) {
        statistics.ended(of, { status: 'failed', reason: 'expired' }, amount);
        troubles.expired(of, amount);
      },
    }),
  );
  const dispatcher = stack.use(
    new Dispatcher({
      ...room,
      ...limits,
      gates,
      ...createWorkers({ ...room, gates }),
      replays: paces,
      release: (destinationId) => journal.log.release(destinationId, clock.now()),
      pause: (destinationId) => pauseDestination(configuration, destinationId, clock.now()),
      settled(delivery, step, wasHeld) {
        statistics.settled(delivery, step, wasHeld);
        tellSettled(delivery, step);
        troubles.settled(delivery, step);
        if (delivery.replayId !== null) paces.settled(delivery.replayId);
      },
    }),
  );
  countHeld({ ...room, gates, dispatcher, statistics, journal: journal.statistics });
  gates.watch((destinationIds) => dispatcher.wake(destinationIds));
  gates.watch(troubles.gatesMoved);
  stack.use(followConfiguration({ ...room, dispatcher }));
  return {
    gates,
    statistics,
    upkeep,
    dispatcher,
    paces,
    desk,
    troubles,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
