import type { Clock } from '../../async/clock.ts';
import type { Hold } from '../../journal/journal.ts';
import type { PeerSignal, Step } from '../attempt/next-step.ts';
import type { Quota } from '../attempt/quota.ts';
import { pauseDestination } from '../snapshot/own-changes.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { resultAtConnection, resultAtDestination } from './circuit-breaker.ts';
import { concurrencyMax } from './concurrency-limiter.ts';
import type { DestinationQueue, QueuedDelivery } from './destination-queue.ts';
import type { Holds } from './holds/holds.ts';
import { type Effect, effectsOf, usualEffects } from './outcome.ts';
import type { Pauses } from './pauses/pauses.ts';

type OutcomesOptions = {
  holds: Pick<Holds, 'refuse' | 'admit' | 'trip' | 'postpone' | 'mostFail' | 'byTraffic'>;
  pauses: Pick<Pauses, 'begin'>;
  configuration: Configuration;
  clock: Clock;
  /** Whether a destination responded well a short time ago. */
  isWell(destinationId: string, now: number): boolean;
  failed(error: unknown, doing: string): void;
};

/** A request whose outcome is known: when it began, its number among the others, and whether it was the probe of a hold. */
type Sent = Pick<QueuedDelivery, 'startedAt' | 'request' | 'probe'>;

/** Applies the effects of outcomes: the only place where a response changes concurrency, quota, pause, breakers and holds. */
export class Outcomes {
  readonly #options: OutcomesOptions;

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  /**
   * Applies an outcome. Returns null when everything is done, which is usual: a promise for each delivery would cost
   * about 2 % of it. Else a promise that never rejects: an effect that fails is reported, and the others are applied.
   */
  apply(queue: DestinationQueue, step: Step, sent: Sent): Promise<void> | null {
    const now = this.#options.clock.now();
    const isHeld = this.holdOf(queue) !== undefined;
    const effects = (isHeld ? null : usualEffects(step)) ?? this.#effectsOf(queue, step, sent, now);
    for (let at = 0; at < effects.length; at++) {
      const effect = effects[at];
      const moved = effect === undefined ? null : this.#applyOne(effect, queue, sent, now);
      if (moved !== null) return this.#applyRest(moved, effects.slice(at + 1), queue, sent, now);
    }
    return null;
  }

  #effectsOf(queue: DestinationQueue, step: Step, sent: Sent, now: number): readonly Effect[] {
    return effectsOf(step, {
      isHeld: this.holdOf(queue) !== undefined,
      isProbe: sent.probe !== null,
      mostFail: () => this.#mostFail(queue, now) !== null,
    });
  }

  /** The hold that responses set on the connection of a queue, or on its destination. */
  holdOf({ connection, destinationId }: DestinationQueue): Hold | undefined {
    const { byTraffic } = this.#options.holds;
    return byTraffic.size === 0 ? undefined : (byTraffic.get(connection.connectionId) ?? byTraffic.get(destinationId));
  }

  async #applyRest(
    first: Promise<unknown>,
    rest: readonly Effect[],
    queue: DestinationQueue,
    sent: Sent,
    now: number,
  ): Promise<void> {
    const { failed } = this.#options;
    await first.catch((error) => failed(error, 'apply an outcome'));
    for (const effect of rest)
      try {
        await this.#applyOne(effect, queue, sent, now);
      } catch (error) {
        failed(error, 'apply an outcome');
      }
  }

  #applyOne(effect: Effect, queue: DestinationQueue, sent: Sent, now: number): Promise<unknown> | null {
    const { holds, configuration } = this.#options;
    const { connection, destinationId } = queue;
    switch (effect.kind) {
      case 'raise_concurrency':
        // The request itself is no longer counted.
        queue.concurrency.responded(sent.startedAt, now, (queue.replay?.live ?? queue).requests + 1, limitOf(queue));
        queue.widen();
        return null;
      case 'lower_concurrency':
        queue.concurrency.refused(sent.startedAt, now, limitOf(queue), effect.isAsked);
        return null;
      case 'learn_quota':
        this.#learnQuota(queue, effect.quota, now);
        return null;
      case 'begin_pause':
        this.#beginPause(queue, effect.scope, effect.until);
        return null;
      case 'count_signal':
        return this.#countSignal(queue, effect.signal, sent, now);
      case 'hold_connection':
        return holds.refuse(connection.connectionId, effect.detail, timesOf(sent, now), openMsOf(queue));
      case 'end_hold':
        return holds.admit(
          effect.scope === 'connection' ? connection.connectionId : destinationId,
          effect.reason,
          sent.startedAt,
        );
      case 'postpone_probe':
        return this.#postponeProbe(queue, timesOf(sent, now));
      case 'pause_destination':
        return pauseDestination(configuration, destinationId, this.#options.clock.now());
    }
  }

  async #postponeProbe(queue: DestinationQueue, times: RequestTimes): Promise<void> {
    const { holds } = this.#options;
    await holds.postpone(queue.connection.connectionId, times, openMsOf(queue));
    await holds.postpone(queue.destinationId, times, openMsOf(queue));
  }

  #learnQuota(queue: DestinationQueue, quota: Quota, now: number) {
    const { connection } = queue;
    connection.budget.learn(quota, connection.requests, now);
    if (quota.remaining <= 0) this.#options.pauses.begin(connection.connectionId, now + quota.resetMs, originOf(queue));
  }

  #beginPause(queue: DestinationQueue, scope: 'connection' | 'destination', until: number) {
    const { connection, destinationId } = queue;
    (scope === 'connection' ? connection : queue).budget.quiet(until);
    const scopeId = scope === 'connection' ? connection.connectionId : destinationId;
    this.#options.pauses.begin(scopeId, until, originOf(queue));
  }

  #countSignal(queue: DestinationQueue, signal: PeerSignal, sent: Sent, now: number): Promise<void> | null {
    const { connection, breaker, destinationId, plan } = queue;
    const { connectionId } = connection;
    if (plan === null || this.#isOpen(connectionId)) return null;
    const { request } = sent;
    const { begun } = connection;
    const ofConnection = connection.breaker.record(resultAtConnection(signal), request, begun, now, plan.breaker);
    if (ofConnection !== null)
      return this.#options.holds.trip(connectionId, ofConnection, timesOf(sent, now), openMsOf(queue));
    if (this.#isOpen(destinationId)) return null;
    const own = breaker.record(resultAtDestination(signal), request, begun, now, plan.breaker);
    return own === null ? null : this.#trip(queue, own, timesOf(sent, now));
  }

  /** Holds a destination, and its connection when most of its destinations fail. */
  async #trip(queue: DestinationQueue, detail: string, times: RequestTimes): Promise<void> {
    const { holds } = this.#options;
    const openMs = openMsOf(queue);
    const { connectionId } = queue.connection;
    await holds.trip(queue.destinationId, detail, times, openMs);
    const most = this.#mostFail(queue, times.now);
    if (most !== null && !holds.byTraffic.has(connectionId))
      await holds.trip(connectionId, `${most.failing} of its ${most.of} destinations fail.`, times, openMs);
  }

  #isOpen(scopeId: string): boolean {
    return this.#options.holds.byTraffic.get(scopeId)?.reason === 'breaker_open';
  }

  #mostFail({ connection }: DestinationQueue, now: number) {
    const { holds, isWell } = this.#options;
    return holds.mostFail(connection.connectionId, (destinationId) => isWell(destinationId, now));
  }
}

type RequestTimes = { startedAt: number; now: number };

const timesOf = ({ startedAt }: Sent, now: number): RequestTimes => ({ startedAt, now });

const openMsOf = ({ plan }: DestinationQueue): number => plan?.breaker.openMs ?? 0;

const limitOf = ({ plan }: DestinationQueue): number => plan?.concurrency ?? concurrencyMax;

const originOf = ({ plan }: DestinationQueue): string => plan?.origin ?? '';
