import { type Clock, errorBackoffMs, pause } from '../../async/clock.ts';
import type { DeliveryQueue, Lease } from '../../journal/journal.ts';
import { isSuspect, type QueuedDelivery } from './destination-queue.ts';

/** What a queue has in flight. */
export type QueueInFlight = { destinationId: string; replayId: string | null; ids: string[] };

type InFlightOptions = {
  journal: Pick<DeliveryQueue, 'mark'>;
  lease: Lease;
  clock: Clock;
  trials: Trials;
  failed(error: unknown, doing: string): void;
};

/**
 * From this many deliveries in flight on, each destination has at most one request. Without batches, fewer are in flight:
 * one for each request, and at most 2,000 whose outcomes are being recorded.
 */
const crowdedFrom = 10_000;
/** The marker is written again after this time; one of 1,000 deliveries after 100 ms, which takes a hundredth of the thread. */
const markerDelayMs = 20;
const markedPerMs = 10;

/** The trials of suspects, one at a time in a process: a crash would not tell which of two caused it. */
export class Trials {
  isTaken = false;
  /** Called when the trial is over: the next suspect may be sent. */
  readonly ended = new Set<() => void>();

  end(): void {
    this.isTaken = false;
    for (const call of [...this.ended]) call();
  }
}

/**
 * The deliveries that are in flight: their request is being made, or its outcome is not recorded yet. The in-flight
 * marker on disk names them, so that crashes can be counted per delivery.
 *
 * A poison message makes the process crash at each attempt. One crash proves nothing: a delivery that was in flight
 * then is sent again like any other. A delivery in flight at two crashes in a row, without an outcome in between, is a
 * suspect. Suspects are on trial one at a time, while other deliveries continue. The marker names the one on trial
 * before its request begins; if the process crashes during the trial, the next start quarantines it (failed, `poison`),
 * or after its second such trial when there are other suspects.
 */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #all: QueuedDelivery[] = [];
  /** The ids of all; null: not listed since the last change. */
  #listed: Set<string> | null = null;
  #trial: QueuedDelivery | null = null;
  /** A marker is scheduled or being written. */
  #isMarking = false;
  /** A delivery may have begun that the last marker does not name. */
  #isMarkerOld = false;
  #markerFailures = 0;
  #isStopping = false;
  #drained: (() => void) | null = null;

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.length;
  }

  get isCrowded(): boolean {
    return this.#all.length >= crowdedFrom;
  }

  /** The ids of all deliveries, or of those that match `isWanted`. */
  ids(isWanted?: (one: QueuedDelivery) => boolean): string[] {
    const some = isWanted === undefined ? this.#all : this.#all.filter(isWanted);
    return some.map(({ delivery }) => delivery.id);
  }

  byQueue(): QueueInFlight[] {
    const byQueue = Map.groupBy(this.#all, ({ queue }) => queue);
    return Array.from(byQueue, ([{ destinationId, replay }, some]) => ({
      destinationId,
      replayId: replay?.id ?? null,
      ids: some.map(({ delivery }) => delivery.id),
    }));
  }

  has(deliveryId: string): boolean {
    // A page of deliveries asks for each of its rows.
    this.#listed ??= new Set(this.ids());
    return this.#listed.has(deliveryId);
  }

  *of(queue: QueuedDelivery['queue']): Generator<QueuedDelivery> {
    for (const one of this.#all) if (one.queue === queue) yield one;
  }

  add(one: QueuedDelivery): void {
    if (isSuspect(one.delivery)) {
      this.#trial = one;
      this.#options.trials.isTaken = true;
    }
    one.slot = this.#all.length;
    this.#all.push(one);
    this.#listed = null;
  }

  /** Its outcome is recorded, or it waits again. */
  remove(one: QueuedDelivery): void {
    if (one.slot < 0) return;
    this.#listed = null;
    const last = this.#all.pop();
    if (last !== undefined && last !== one) {
      this.#all[one.slot] = last;
      last.slot = one.slot;
    }
    one.slot = -1;
    if (this.#trial === one) {
      this.#trial = null;
      this.#options.trials.end();
    }
    if (this.#all.length === 0) this.#drained?.();
  }

  /**
   * The marker soon names the delivery. For a suspect on trial, it does when the promise resolves, however long that
   * takes.
   */
  mark(one: QueuedDelivery): Promise<void> | null {
    if (this.#trial === one) return this.#writeMarker();
    this.#isMarkerOld = true;
    if (!this.#isMarking) this.#markAfter(this.#markerDelayMs);
    return null;
  }

  get #markerDelayMs(): number {
    return Math.max(markerDelayMs, this.#all.length / markedPerMs);
  }

  #markAfter(ms: number): void {
    this.#isMarking = true;
    this.#options.clock.after(ms, () => void this.#markAll());
  }

  async #markAll(): Promise<void> {
    if (this.#isStopping) return;
    this.#isMarkerOld = false;
    let waitMs: number = this.#markerDelayMs;
    try {
      await this.#write();
      this.#markerFailures = 0;
    } catch (error) {
      this.#options.failed(error, 'write the in-flight marker');
      this.#isMarkerOld = true;
      waitMs = errorBackoffMs(this.#markerFailures++);
    }
    this.#isMarking = false;
    if (this.#isMarkerOld) this.#markAfter(waitMs);
  }

  #write(): Promise<boolean> {
    const { journal, lease } = this.#options;
    return journal.mark(lease, this.ids(), this.#trial?.delivery.id ?? null);
  }

  async #writeMarker(): Promise<void> {
    const { clock, failed } = this.#options;
    for (let failures = 0; ; failures++)
      try {
        await this.#write();
        return;
      } catch (error) {
        failed(error, 'write the in-flight marker');
        await pause(clock, errorBackoffMs(failures));
      }
  }

  /** Waits until nothing is in flight, for at most `timeoutMs`; then writes an empty marker. */
  async drain(timeoutMs: number): Promise<void> {
    const { journal, lease, clock, failed } = this.#options;
    this.#isStopping = true;
    if (this.#all.length > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#drained = resolve;
      const cancel = clock.after(timeoutMs, resolve);
      await promise;
      cancel();
    }
    await journal.mark(lease, [], null).catch((error) => failed(error, 'write the in-flight marker'));
  }
}
