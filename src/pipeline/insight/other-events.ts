import type { Clock } from '../../async/clock.ts';
import { repeated } from '../../async/repeated.ts';
import { placeOf } from '../../contract/ids.ts';
import type { Event } from '../../contract/records/event.ts';
import type { JournalLog, Lease } from '../../journal/journal.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { DeliveryEvents } from './delivery-events.ts';

const everyMs = 1_000;
/** Read at once, newest first: a stream shows 50 events a second. */
const readMax = 200;

/**
 * Emits `evaluatedElsewhere` for events that other nodes took in, as long as there is a listener: of those since the last second
 * the newest ones.
 */
export function followOtherEvents(options: {
  log: Pick<JournalLog, 'events'>;
  configuration: Pick<Configuration, 'snapshot'>;
  leases(): readonly Lease[];
  events: DeliveryEvents;
  clock: Clock;
  failed(error: unknown): void;
}): AsyncDisposable {
  const { log, configuration, leases, events, clock, failed } = options;
  /** The ids that were read the last time; null: there was no listener. */
  let known: Set<string> | null = null;

  async function follow(): Promise<void> {
    if (events.listenerCount('evaluatedElsewhere') === 0) {
      known = null;
      return;
    }
    const read = await log.events({ limit: readMax });
    const isKnown = ({ id, receivedAt }: Event) =>
      known === null ? clock.now() - Date.parse(receivedAt) > everyMs : known.has(id);
    const own = new Set(leases().map(({ partition }) => partition));
    const others = read.filter((event) => !isKnown(event) && !own.has(placeOf('event', event.id)?.partition ?? -1));
    known = new Set(read.map(({ id }) => id));
    const { rules } = configuration.snapshot;
    // A rule that throws is an issue where the event was taken in.
    const evaluated = others.reverse().map((event) => [event, rules.match(event, () => {})] as const);
    if (evaluated.length > 0) events.emit('evaluatedElsewhere', evaluated);
  }

  return repeated(clock, everyMs, follow, failed);
}
