import type { Clock } from '../../async/clock.ts';
import type { ConnectionQueue, DestinationQueue, ProbeSlot, QueuedDelivery } from './destination-queue.ts';
import type { InFlight } from './in-flight.ts';
import { evenPaceMs } from './limits.ts';
import { RateSlot } from './rate-slot.ts';
import type { ReplayRates } from './replay-rates.ts';
import { countSent } from './replay-share.ts';

type OpenRequestsOptions = {
  /** Requests in flight at once, of all connections. */
  max: number;
  inFlight: InFlight;
  clock: Clock;
  replayRates: Pick<ReplayRates, 'freeAt' | 'paceOf'>;
};

/** The requests in flight of all connections. */
export class OpenRequests {
  readonly max: number;
  /** Connections that wait for a request of any connection to end. */
  readonly waiting = new Set<ConnectionQueue>();
  #count = 0;
  readonly #options: OpenRequestsOptions;

  constructor(options: OpenRequestsOptions) {
    this.max = options.max;
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Deliveries are in flight from now on, in one request. Returns its slot in the rates. */
  begin(queue: DestinationQueue, some: readonly QueuedDelivery[], probe: ProbeSlot | null): RateSlot {
    const { inFlight, clock, replayRates } = this.#options;
    const { connection, replay } = queue;
    const now = clock.now();
    const request = connection.begun + 1;
    for (const one of some) {
      one.startedAt = now;
      one.request = request;
      one.probe = probe;
      one.spills = queue.spills;
      inFlight.add(one);
    }
    const slot = new RateSlot(queue, clock, replayRates);
    if (connection.replays !== null) countSent(connection.replays, replay !== null, now, evenPaceMs(queue, now));
    queue.begin(now);
    this.#count += 1;
    if (probe !== null) {
      probe.begin();
      queue.beginProbe();
    }
    return slot;
  }

  /** The response has arrived, or the attempt ended without one. `sent`: how many requests the peer may have received. */
  end(queue: DestinationQueue, slot: RateSlot, sent: number): void {
    slot.end(sent);
    queue.end();
    this.#count -= 1;
  }
}
