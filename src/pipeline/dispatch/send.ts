import { type Clock, errorBackoffMs } from '../../async/clock.ts';
import { type DueDelivery, isFinished, type Settlement } from '../../journal/journal.ts';
import type { BatchStep, GiveBack } from '../attempt/attempt-batch.ts';
import type { Batch } from '../attempt/batch.ts';
import type { Step } from '../attempt/next-step.ts';
import type { Quota } from '../attempt/quota.ts';
import type { Requests } from '../attempt/work.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import { pauseDestination } from '../snapshot/own-changes.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { resultAtConnection, resultAtDestination, type Sign } from './circuit-breaker.ts';
import { concurrencyMax } from './concurrency-limiter.ts';
import { failedProbe } from './failed-probe.ts';
import type { Holds } from './holds.ts';
import type { InFlight } from './in-flight.ts';
import { type MemoryBudget, widen } from './memory-budget.ts';
import type { Pauses } from './pauses.ts';
import { batchRecordsOf, type DestinationQueue, type ProbeSlot, type QueuedDelivery } from './queues.ts';
import { RateSlot } from './rate-slot.ts';
import type { ReplayRates } from './replay-rates.ts';
import type { Recorded, SettlementWriter } from './settlement-writer.ts';

/** The parts of the dispatcher that requests need. */
export type SendParts = {
  holds: Pick<Holds, 'refuse' | 'admit' | 'trip' | 'postpone' | 'mostFail' | 'byTraffic'>;
  pauses: Pick<Pauses, 'begin'>;
  clock: Clock;
  memory: MemoryBudget;
  inFlight: InFlight;
  settlements: SettlementWriter;
  replays: Pick<ReplayRates, 'freeAt' | 'paceOf'>;
  attempt(delivery: DueDelivery, requests: Requests): Promise<Step>;
  attemptBatch(batch: Batch<DueDelivery>, giveBack: GiveBack, requests: Requests): Promise<BatchStep>;
  /** A destination that is gone (410) is paused there. */
  configuration: Configuration;
  /** A request of this queue is in flight now. */
  began(queue: DestinationQueue, now: number): void;
  /** A request of this queue is no longer in flight: its response has arrived, or its attempt ended without one. */
  ended(queue: DestinationQueue): void;
  /** The queue may have something to send. */
  resume(queue: DestinationQueue): void;
  refillAt(queue: DestinationQueue, at: number): void;
  /** Whether a destination responded well a short time ago. */
  isWell(destinationId: string, now: number): boolean;
  /** A probe has ended: the queues that share its hold may send the next one. */
  probeAgain(queue: DestinationQueue, slot: ProbeSlot): void;
  /** An outcome was recorded, and its memory is free. */
  recorded(queue: DestinationQueue): void;
  events: Pick<DeliveryEvents, 'emit'>;
  /** A stop has given up waiting for requests, and storage is closed: their outcomes are dropped. */
  isOver(): boolean;
  failed(error: unknown, doing: string): void;
};

/** Retries that are due within two minutes wait in memory: reading one back costs more than its next attempt. */
const delayInMemoryMsMax = 120_000;

/**
 * Sends one delivery: attempt, then apply and record its outcome. Never rejects. An error in an attempt is an outcome
 * too (attempt/error-policy.ts). After an error anywhere else, the delivery leaves memory nevertheless, and is read again
 * from the journal after 1 s, doubling with each such error of its queue to 30 s; if its outcome is recorded, that decides
 * whether it is sent again.
 */
export async function sendOne(parts: SendParts, one: QueuedDelivery, probe: ProbeSlot | null): Promise<void> {
  const { memory, inFlight } = parts;
  const { queue } = one;
  let isDone = false;
  let step: Step | null = null;
  try {
    const slot = begin(parts, queue, [one], probe);
    try {
      const marked = inFlight.mark(one);
      if (marked !== null) await marked;
      step = await parts.attempt(one.delivery, slot);
    } catch (error) {
      parts.failed(error, 'attempt a delivery');
    }
    if (parts.isOver()) return;
    // After an error of the attempt itself the request may have been sent.
    const moved = applyOutcome(parts, one, slot, step, step === null ? 1 : step.sent);
    if (moved !== null) await moved;
    if (probe !== null && step !== null)
      step = failedProbe(one.delivery, step, holdOf(parts, queue), parts.clock.now());
    if (step !== null) {
      const settlement = settlementOf(one, step);
      const recording = parts.settlements.record(settlement);
      parts.resume(queue);
      const recorded = await recording;
      afterRecord(parts, one, { step, settlement, recorded, isKept: false });
      isDone = true;
      queue.attemptFailures = 0;
    }
  } catch (error) {
    parts.failed(error, 'send a delivery');
  } finally {
    inFlight.remove(one);
    memory.release(one);
    if (!isDone) readAgainLater(parts, queue);
    if (probe !== null) {
      probe.isProbing = false;
      parts.probeAgain(queue, probe);
    }
    parts.recorded(queue);
  }
}

export function readAgainLater({ clock, refillAt }: SendParts, queue: DestinationQueue): void {
  refillAt(queue, clock.now() + errorBackoffMs(queue.attemptFailures++));
}

/** The deliveries are in flight from now on. Returns the place of their request in the rates. */
export function begin(
  { clock, inFlight, began, replays }: SendParts,
  queue: DestinationQueue,
  some: readonly QueuedDelivery[],
  probe: ProbeSlot | null,
): RateSlot {
  const now = clock.now();
  const request = queue.connection.begun + 1;
  for (const one of some) {
    one.startedAt = now;
    one.request = request;
    one.probe = probe;
    one.spills = queue.spills;
    inFlight.add(one);
  }
  const slot = new RateSlot(queue, clock, replays);
  began(queue, now);
  if (probe !== null) {
    probe.isProbing = true;
    queue.probedAt = request;
  }
  return slot;
}

/**
 * A response has arrived, or the attempt ended without one: counts it, and applies what it says about the peer. After an
 * error here the outcome is recorded nevertheless. Returns null when everything is done (the usual case), else a promise
 * that never rejects. `step` null: it says nothing about the peer. `sent`: how many requests were sent.
 */
export function applyOutcome(
  parts: SendParts,
  one: QueuedDelivery,
  slot: RateSlot,
  step: Step | null,
  sent: number,
): Promise<void> | null {
  const { queue } = one;
  try {
    slot.end(sent);
    parts.ended(queue);
    const now = parts.clock.now();
    return step === null ? null : applyStep(parts, queue, step, one, now);
  } catch (error) {
    parts.failed(error, 'apply an outcome');
    return null;
  }
}

/** A request whose outcome is known: when it began, its place among the others, and whether it was the probe of a hold. */
type Sent = Pick<QueuedDelivery, 'startedAt' | 'request' | 'probe'>;

/** Applies a step to concurrency, quota, pause, circuit breaker and hold. */
function applyStep(
  parts: SendParts,
  queue: DestinationQueue,
  step: Step,
  sent: Sent,
  now: number,
): Promise<void> | null {
  if (step.health === 'good') {
    // The request itself is no longer counted.
    queue.concurrency.responded(sent.startedAt, now, (queue.replay?.live ?? queue).requests + 1, mostOf(queue));
    widen(queue);
  }
  if (step.health === 'overloaded') queue.concurrency.refused(sent.startedAt, now, mostOf(queue), step.sign === null);
  if (step.quota !== null) learnQuota(parts, queue, step.quota, now);
  if (step.wait !== null) pause(parts, queue, step.wait);
  const isPlain = step.auth?.kind !== 'rejected' && step.sign === 'good' && !step.pauses;
  if (isPlain && holdOf(parts, queue) === undefined) {
    countAtConnection(queue, 'good', sent, now);
    countAtDestination(queue, 'good', sent, now);
    return null;
  }
  return moveHolds(parts, queue, step, sent, now);
}

const mostOf = ({ plan }: DestinationQueue): number => plan?.concurrency ?? concurrencyMax;

/** The hold that responses set on the connection of a queue, or on its destination. */
function holdOf({ holds: { byTraffic } }: SendParts, { connection, destinationId }: DestinationQueue) {
  return byTraffic.size === 0 ? undefined : (byTraffic.get(connection.connectionId) ?? byTraffic.get(destinationId));
}

/** A used up quota is a pause until its reset, also after a restart. */
function learnQuota({ pauses }: SendParts, { connection, plan }: DestinationQueue, quota: Quota, now: number) {
  connection.budget.learn(quota, connection.requests, now);
  if (quota.remaining <= 0) pauses.begin(connection.connectionId, now + quota.resetMs, plan?.origin ?? '');
}

function pause({ pauses }: SendParts, queue: DestinationQueue, { scope, until }: NonNullable<Step['wait']>) {
  const { connection, destinationId, plan } = queue;
  (scope === 'connection' ? connection : queue).budget.quiet(until);
  pauses.begin(scope === 'connection' ? connection.connectionId : destinationId, until, plan?.origin ?? '');
}

async function moveHolds(parts: SendParts, queue: DestinationQueue, step: Step, sent: Sent, now: number) {
  await moveHold(parts, queue, step, sent, now).catch((error) => parts.failed(error, 'move a hold'));
  if (!step.pauses) return;
  const { configuration, clock } = parts;
  await pauseDestination(configuration, queue.destinationId, clock.now()).catch((error) =>
    parts.failed(error, 'pause a destination'),
  );
}

async function moveHold(
  parts: SendParts,
  queue: DestinationQueue,
  { auth, sign, settlement }: Step,
  sent: Sent,
  now: number,
): Promise<void> {
  const { holds } = parts;
  const { connection, destinationId } = queue;
  const { connectionId } = connection;
  const ended = { startedAt: sent.startedAt, now };
  const openMs = queue.plan?.breaker.openMs ?? 0;
  if (auth?.kind === 'rejected') return holds.refuse(connectionId, auth.detail, ended, openMs);
  if (auth?.kind === 'accepted') await holds.admit(connectionId, 'auth_rejected', sent.startedAt);
  if (sign === 'good') await holds.admit(destinationId, 'breaker_open', sent.startedAt);
  const isHeld = holds.byTraffic.has(connectionId);
  // Any response shows that the connection works again, unless its destinations are the cause.
  if (isHeld && (sign === 'good' || (sign === 'bad' && mostFail(parts, queue, now) === null)))
    await holds.admit(connectionId, 'breaker_open', sent.startedAt);
  await countSign(parts, queue, sign, sent, now);
  // After a probe that was not sent, another delivery may be the probe at once.
  const isSent = settlement.log.length > 0 && !(settlement.errorKind === 'internal_error' && sign === null);
  if (sent.probe === null || !isSent) return;
  await holds.postpone(connectionId, ended, openMs);
  await holds.postpone(destinationId, ended, openMs);
}

/** Counts a sign in the breakers that are closed; one that opens now sets its hold. */
async function countSign(parts: SendParts, queue: DestinationQueue, sign: Sign | null, sent: Sent, now: number) {
  const { holds } = parts;
  const { connection, destinationId, plan } = queue;
  const { connectionId } = connection;
  const isOpen = (scopeId: string) => holds.byTraffic.get(scopeId)?.reason === 'breaker_open';
  if (sign === null || plan === null || isOpen(connectionId)) return;
  const { openMs } = plan.breaker;
  const ended = { startedAt: sent.startedAt, now };
  const ofConnection = countAtConnection(queue, sign, sent, now);
  if (ofConnection !== null) return holds.trip(connectionId, ofConnection, ended, openMs);
  const own = isOpen(destinationId) ? null : countAtDestination(queue, sign, sent, now);
  if (own === null) return;
  await holds.trip(destinationId, own, ended, openMs);
  const most = mostFail(parts, queue, now);
  if (most !== null && !holds.byTraffic.has(connectionId))
    await holds.trip(connectionId, `${most.failing} of its ${most.of} destinations fail.`, ended, openMs);
}

const mostFail = ({ holds, isWell }: SendParts, { connection }: DestinationQueue, now: number) =>
  holds.mostFail(connection.connectionId, (destinationId) => isWell(destinationId, now));

/** Counts a sign in the breaker of the connection; returns the reason why it opens now, or null. */
function countAtConnection({ connection, plan }: DestinationQueue, sign: Sign, sent: Sent, now: number): string | null {
  if (plan === null) return null;
  return connection.breaker.record(resultAtConnection(sign), sent.request, connection.begun, now, plan.breaker);
}

/** The same for the breaker of the destination. */
function countAtDestination(
  { connection, breaker, plan }: DestinationQueue,
  sign: Sign,
  sent: Sent,
  now: number,
): string | null {
  if (plan === null) return null;
  return breaker.record(resultAtDestination(sign), sent.request, connection.begun, now, plan.breaker);
}

/**
 * The settlement of a step. After `releaseAfter` counted failures an unfinished delivery leaves its order, and later ones no
 * longer wait.
 */
export function settlementOf({ queue, delivery }: QueuedDelivery, { settlement }: Step): Settlement {
  const releaseAfter = delivery.orderKey === undefined ? null : (queue.plan?.order?.releaseAfter ?? null);
  const isEnough = releaseAfter !== null && settlement.attempts >= releaseAfter && !isFinished(settlement.status);
  return isEnough ? { ...settlement, leavesOrder: true } : settlement;
}

type Settled = { step: Step; settlement: Settlement; recorded: Recorded; isKept: boolean };

/** After an outcome was recorded. */
export function afterRecord(
  parts: SendParts,
  one: QueuedDelivery,
  { step, settlement, recorded, isKept }: Settled,
): void {
  const { queue, delivery } = one;
  queue.reading?.settled.add(delivery.id);
  // The next delivery of its ordering key may be due now.
  if (delivery.orderKey !== undefined) queue.hasMore = true;
  if (recorded === false) return;
  const overtaken = recorded.find(({ deliveryId }) => deliveryId === delivery.id) ?? null;
  if (settlement.dueAt !== null && !isKept) {
    // If the queue has dropped its deliveries since, this one may have been cancelled.
    const mayStay = settlement.status === 'retrying' && one.probe === null && queue.spills === one.spills;
    const delayMs = settlement.dueAt - parts.clock.now();
    const isDelayed = mayStay && delayInMemory(parts, queue, asSettled(delivery, settlement), delayMs);
    if (!isDelayed) parts.refillAt(queue, settlement.dueAt);
  }
  if (settlement.status === 'held' && queue.plan === null) parts.events.emit('orphaned', queue.destinationId);
  parts.events.emit('settled', delivery, step, { wasHeld: one.probe !== null, overtaken });
}

/**
 * Keeps a delivery in memory until it is due, if there is room; returns whether it does. Not with an ordering key or in
 * batches: the journal decides which delivery is next, and which ones form a batch.
 */
export function delayInMemory(
  { clock, memory, resume }: Pick<SendParts, 'clock' | 'memory' | 'resume'>,
  queue: DestinationQueue,
  delivery: DueDelivery,
  delayMs: number,
): boolean {
  const isAlone = delivery.orderKey === undefined && batchRecordsOf(queue) === 1;
  if (!isAlone || delayMs > delayInMemoryMsMax || !memory.hasRoom(queue)) return false;
  memory.addDelayed(queue, delivery, (wake) =>
    clock.after(delayMs, () => {
      wake();
      resume(queue);
    }),
  );
  return true;
}

/** A delivery as the journal would return it after this settlement. */
export function asSettled(delivery: DueDelivery, settlement: Settlement): DueDelivery {
  const { attempts, scheduleStep, waitedMs, dueAt, pinned, rendered, log } = settlement;
  return {
    ...delivery,
    ...pinned,
    attempts,
    scheduleStep,
    waitedMs,
    dueAt,
    number: delivery.number + log.length,
    deaths: 0,
    rendered: rendered ?? delivery.rendered,
  };
}
