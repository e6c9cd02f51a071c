import type { Clock } from '../../async/clock.ts';
import type { LeftOutReason, ReplayInput } from '../../contract/records/replay.ts';
import type { Journal, Lease } from '../../journal/journal.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import { newDelivery } from '../new-delivery.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { type Chosen, chooser } from './selection.ts';
import { readSources } from './source.ts';

const sourcesAtOnce = 100;

/**
 * Creates the deliveries of a replay's next sources, in one transaction with its cursor. Returns whether there is nothing
 * more to create for now.
 */
export async function createNext(
  parts: {
    configuration: Configuration;
    journal: Pick<Journal, 'log'>;
    /** Of a partition that this process owns. */
    lease(): Lease;
    clock: Clock;
    dispatcher: Pick<Dispatcher, 'wake' | 'wakeReplay'>;
    events: Pick<DeliveryEvents, 'emit'>;
  },
  { id, input }: { id: string; input: ReplayInput },
): Promise<boolean> {
  const { lease, dispatcher, events } = parts;
  const { log } = parts.journal;
  const { replays } = log;
  const { snapshot } = parts.configuration;
  const stored = await replays.replay(id);
  if (stored === null || stored.state !== 'running' || stored.isRead) return true;
  const now = parts.clock.now();
  const { upTo, cursor } = stored;
  const sources = await readSources(input, log, { upTo, cursor, limit: sourcesAtOnce, now });
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  const chosen: Chosen[] = [];
  for (const decision of await chooser({ input, snapshot, log, replayId: id, now })(sources.found))
    if (typeof decision === 'string') leftOut[decision] = (leftOut[decision] ?? 0) + 1;
    else chosen.push(decision);
  const deliveries = chosen.map(({ delivery }) => delivery);
  const { isLast, cursor: to } = sources;
  const made = await replays.advance(lease(), { id, from: cursor, to, isLast, deliveries, leftOut, now });
  if (made === null) return true;
  events.emit(
    'planned',
    deliveries.map((one, index) => {
      const planned = { ...one, dueAt: now, test: false };
      return newDelivery(made.ids[index] ?? '', planned, one.eventId, null);
    }),
  );
  for (const index of made.ended) {
    const source = chosen[index]?.source;
    if (source != null) events.emit('ended', source, { status: 'cancelled' }, 1);
  }
  const destinationIds = [...new Set(deliveries.map(({ destinationId }) => destinationId))];
  dispatcher.wakeReplay(id, destinationIds);
  // A held delivery may have blocked later ones of its order key. It has ended, since this replay sends it.
  if (deliveries.some(({ orderKey }) => orderKey !== undefined)) dispatcher.wake(destinationIds);
  return isLast;
}
