import type { Clock } from '../../async/clock.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import { letGo, type Order } from '../accept/order-key.ts';
import type { Step } from '../attempt/next-step.ts';
import type { BreakerSettings, Sign } from '../limits/circuit-breaker.ts';
import type { Gates } from '../limits/holds.ts';
import type { DestinationQueue, Lane } from './destination-queue.ts';
import type { createRecorder } from './settlement-writer.ts';

/** An exchange as the deliverer saw it: when it left, whether it went through a closed gate, and the `spills` of its queue. */
export type Departed = { startedAt: number; isProbe: boolean; spills: number };

export type ConclusionOptions = {
  clock: Clock;
  gates: Gates;
  /** null: the destination is gone. */
  connectionOf(destinationId: string): string | null;
  /** null: its deliveries leave in any order. */
  orderOf(destinationId: string): Order | null;
  /** null: the connection is gone. */
  breakerOf(connectionId: string): BreakerSettings | null;
  pause(destinationId: string): Promise<void>;
  /** Makes due what a destination has stored as held. */
  release(destinationId: string): Promise<unknown>;
  /** `wasHeld`: it was sent through a closed gate, to try whether the cause is gone. */
  settled(delivery: DueDelivery, step: Step, wasHeld: boolean): void;
  failed(error: unknown, doing: string): void;
};

/** What the end of an exchange sets in motion: for its peer and all who send to it, and for its delivery. */
export function createConclusion(
  options: ConclusionOptions & {
    recorder: Pick<ReturnType<typeof createRecorder>, 'record'>;
    resume(queue: DestinationQueue): void;
    wakeLater(queue: DestinationQueue, at: number): void;
    rest(queue: DestinationQueue, delivery: DueDelivery, settlement: Settlement, departed: Departed): boolean;
  },
) {
  const { clock, gates, recorder, resume, wakeLater, rest } = options;

  function recordSign({ breaker, connectionId }: Lane, sign: Sign | null, now: number): string | null {
    const settings = options.breakerOf(connectionId);
    return sign === null || settings === null ? null : breaker.record(sign, now, settings);
  }

  async function moveGate(lane: Lane, { auth, sign, settlement }: Step, isProbe: boolean, now: number) {
    const { connectionId } = lane;
    if (auth?.kind === 'rejected') return gates.refuse(connectionId, auth.detail, now);
    if (auth?.kind === 'accepted') await gates.admit(connectionId, 'auth_rejected');
    const settings = options.breakerOf(connectionId);
    const why = recordSign(lane, sign, now);
    if (sign === 'good' && (await gates.admit(connectionId, 'breaker_open'))) lane.breaker.reset();
    if (why !== null && settings !== null) return gates.trip(connectionId, why, now, settings.openMs);
    if (!isProbe) return;
    // A probe that changed nothing: if it was sent the next one waits, else another delivery may probe at once.
    if (settlement.log.length > 0) return gates.postpone(connectionId, now, settings?.openMs);
    probeAnew(lane);
  }

  /** Nobody probes any more: any delivery of the connection may. */
  function probeAnew(lane: Lane) {
    for (const one of [...lane.queues, ...(lane.replays?.queues ?? [])]) {
      one.hasMore = true;
      resume(one);
    }
  }

  async function move(queue: DestinationQueue, step: Step, isProbe: boolean, now: number) {
    await moveGate(queue.lane, step, isProbe, now).catch((error) => options.failed(error, 'move a gate'));
    if (step.pauses) await options.pause(queue.destinationId).catch((error) => options.failed(error, 'pause'));
  }

  return {
    probeAnew,
    /** What the answer tells of the peer: its concurrency, budget and gate. null: nothing has to be waited for, as mostly. */
    learn(queue: DestinationQueue, step: Step, { startedAt, isProbe }: Departed): Promise<void> | null {
      const { lane } = queue;
      const now = clock.now();
      if (step.health === 'good') queue.concurrency.succeeded();
      if (step.health === 'overloaded') queue.concurrency.failed(startedAt, now);
      if (step.quota !== null) lane.budget.learn(step.quota, lane.inFlight, now);
      if (step.wait !== null) (step.wait.scope === 'connection' ? lane : queue).budget.quiet(step.wait.until);
      if (
        step.auth?.kind !== 'rejected' &&
        step.sign === 'good' &&
        !step.pauses &&
        gates.gateOf(lane.connectionId) === null
      ) {
        recordSign(lane, 'good', now);
        return null;
      }
      return move(queue, step, isProbe, now);
    },
    /** Records the delivery's next step. `isKept`: it goes on from memory, so that nobody need read it again. */
    async record(queue: DestinationQueue, delivery: DueDelivery, step: Step, departed: Departed, isKept = false) {
      const { settlement } = step;
      const order = delivery.orderKey === undefined ? null : options.orderOf(queue.destinationId);
      const isMine = await recorder.record(order === null ? settlement : letGo(settlement, order));
      queue.reading?.settled.add(delivery.id);
      // It may be the turn of the next one of its key.
      if (delivery.orderKey !== undefined) queue.hasMore = true;
      if (!isMine) return;
      if (settlement.dueAt !== null && !isKept && !rest(queue, delivery, settlement, departed))
        wakeLater(queue, settlement.dueAt);
      // What was held when its destination was deleted is cancelled; this one is late.
      if (settlement.status === 'held' && options.connectionOf(queue.destinationId) === null)
        await options.release(queue.destinationId).then(
          () => wakeLater(queue, clock.now()),
          (error) => options.failed(error, 'release deliveries'),
        );
      options.settled(delivery, step, departed.isProbe);
    },
  };
}
