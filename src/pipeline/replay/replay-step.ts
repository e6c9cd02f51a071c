import type { Clock } from '../../async/clock.ts';
import { placeOf } from '../../contract/ids.ts';
import type { LeftOutReason, ReplayInput } from '../../contract/records/replay.ts';
import type { EndedSource, Journal } from '../../journal/journal.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import { newDelivery } from '../new-delivery.ts';
import type { OwnedPartitions } from '../owned-partitions.ts';
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
    ownPartitions: Pick<OwnedPartitions, 'leaseOf' | 'passed'>;
    /** Whether this process owns all partitions, now and later. */
    isAlone: boolean;
    clock: Clock;
    dispatcher: Pick<Dispatcher, 'wake' | 'wakeReplay'>;
    events: Pick<DeliveryEvents, 'emit'>;
  },
  { id, input }: { id: string; input: ReplayInput },
): Promise<boolean> {
  const { ownPartitions, dispatcher, events } = parts;
  const { log } = parts.journal;
  const { replays } = log;
  const { snapshot } = parts.configuration;
  const stored = await replays.replay(id);
  if (stored === null || stored.state !== 'running' || stored.isRead) return true;
  const lease = ownPartitions.leaseOf(stored.partition);
  if (lease === null) return true;
  // What is passed is not stored yet for the decision whether data is sent already.
  if (!parts.isAlone && (await replays.isPassing())) return true;
  const now = parts.clock.now();
  const { upTo, cursor } = stored;
  const sources = await readSources(input, log, { upTo, cursor, limit: sourcesAtOnce, now });
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  const chosen: Chosen[] = [];
  for (const decision of await chooser({ input, snapshot, log, replayId: id, now })(sources.found))
    if (typeof decision === 'string') leftOut[decision] = (leftOut[decision] ?? 0) + 1;
    else chosen.push(decision);
  const deliveries = chosen.map(({ delivery }) => {
    const partition = snapshot.partitions.get(delivery.connectionId) ?? 0;
    return partition === lease.partition ? delivery : { ...delivery, partition };
  });
  const { isLast, cursor: to } = sources;
  const made = await replays.advance(lease, { id, from: cursor, to, isLast, deliveries, leftOut, now });
  if (made === null) return true;
  const passed = deliveries.flatMap(({ partition }) => (partition === undefined ? [] : { partition }));
  const ending = chosen.flatMap(({ source }) => (source === null ? [] : (placeOf('delivery', source.id) ?? [])));
  ownPartitions.passed([...passed, ...ending]);
  const own = deliveries.filter(({ partition }) => partition === undefined);
  events.emit(
    'planned',
    own.map((one, index) => {
      const planned = { ...one, dueAt: now, test: false };
      return newDelivery(made.ids[index] ?? '', planned, one.eventId, null);
    }),
  );
  for (const of of made.ended) events.emit('ended', of, { status: 'cancelled' }, 1);
  const destinationIds = new Set(own.map(({ destinationId }) => destinationId));
  dispatcher.wakeReplay(id, [...destinationIds]);
  dispatcher.wake(orderedDestinations(made.ended));
  return isLast;
}

/** The destinations of those that may have blocked later deliveries of their order key. */
export function orderedDestinations(ended: readonly EndedSource[]): string[] {
  return [...new Set(ended.flatMap(({ isOrdered, destinationId }) => (isOrdered ? destinationId : [])))];
}
