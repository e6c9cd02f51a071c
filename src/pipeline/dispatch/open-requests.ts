import type { Clock } from '../../async/clock.ts';
import type { ConnectionQueue, DestinationQueue, QueuedDelivery } from './destination-queue.ts';
import type { ProbeSlot } from './holds/probe-slot.ts';
import type { InFlight } from './in-flight.ts';
import { evenPaceMs } from './limits.ts';
import { RateSlot } from './rate-slot.ts';
import type { ReplayRates } from './replay-rates.ts';
import { countSent } from './replay-share.ts';

/** Connections or queues that wait for room in a limit, in turn, each with the call that considers it again. */
export type WaitingFor<One> = Map<One, (one: One) => void>;

/** Connections that wait for a request to end and are considered when one does. */
const waitingTries = 4;

/** The requests in flight of all connections, whatever dispatcher they are of. */
export class RequestsAtOnce {
  readonly max: number;
  /** Connections that wait for a request of any connection to end. */
  readonly waiting: WaitingFor<ConnectionQueue> = new Map();
  #count = 0;

  constructor(max: number) {
    this.max = max;
  }

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
  }

  /**
   * A request of a connection has ended, which continues on its own: considers a few of those that wait. One that still finds
   * no room waits again, after the others; one that has nothing to send takes no turn.
   */
  continueWaiting(except: ConnectionQueue): void {
    let tries = waitingTries;
    for (const [next, consider] of this.waiting) {
      this.waiting.delete(next);
      if (next === except) continue;
      const before = this.#count;
      consider(next);
      if (this.#count > before || this.waiting.has(next)) tries -= 1;
      if (tries === 0) return;
    }
  }
}

type OpenRequestsOptions = {
  all: RequestsAtOnce;
  inFlight: InFlight;
  clock: Clock;
  replayRates: Pick<ReplayRates, 'freeAt' | 'paceOf'>;
  /** Asked when a request is written; left out: always. */
  mayWrite?: (() => boolean) | undefined;
};

/** The requests in flight of a dispatcher. */
export class OpenRequests {
  readonly #options: OpenRequestsOptions;

  constructor(options: OpenRequestsOptions) {
    this.#options = options;
  }

  /** Deliveries are in flight from now on, in one request. Returns its slot in the rates. */
  begin(queue: DestinationQueue, some: readonly QueuedDelivery[], probe: ProbeSlot | null): RateSlot {
    const { all, inFlight, clock, replayRates, mayWrite } = this.#options;
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
    const slot = new RateSlot(queue, clock, replayRates, mayWrite);
    if (connection.replays !== null) countSent(connection.replays, replay !== null, now, evenPaceMs(queue, now));
    queue.begin(now);
    all.begin();
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
    this.#options.all.end();
  }
}
