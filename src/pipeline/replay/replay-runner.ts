import { batcher } from '../../async/batcher.ts';
import type { Clock } from '../../async/clock.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { LeftOutReason, Replay, ReplayInput, ReplayPlan } from '../../contract/records/replay.ts';
import type { ReplayState } from '../../contract/records/replay-limits.ts';
import type { Journal, Lease, StoredReplay } from '../../journal/journal.ts';
import { newDelivery } from '../accept/new-delivery.ts';
import { orderKeyOf } from '../accept/order-key.ts';
import { pinnedVersions } from '../attempt/pinned-versions.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { ReplayRates } from '../dispatch/replay-rate.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import type { Holds } from '../limits/holds.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { type Planned, type PlanOptions, planReplay } from './dry-run.ts';
import { checkReplay, chooser } from './selection.ts';
import { shownReplay } from './shown-replay.ts';
import { readSources } from './source.ts';

/**
 * Replays: planned, and run in small steps, each in one transaction with the cursor, and never far ahead of the
 * sending. planned → running → done; running ⇄ paused; any of them → cancelled. Inputs are parsed; AppError
 * `invalid_value` when they name an unknown object.
 */
type Replays = AsyncDisposable & {
  /** A dry run. `samples`: with the first requests. */
  plan(input: ReplayInput, samples: boolean): Promise<ReplayPlan>;
  /** Stores a replay. It runs when fewer than `runningMost` others do. */
  run(input: ReplayInput, by: { id: string; startedBy: string }, entry: NewAuditEntry): Promise<void>;
  /** false: it is not in a state that allows this. */
  pause(id: string, entry: NewAuditEntry): Promise<boolean>;
  resume(id: string, entry: NewAuditEntry): Promise<boolean>;
  cancel(id: string, entry: NewAuditEntry): Promise<boolean>;
  show(stored: StoredReplay): Promise<Replay>;
};

/** More replays wait, since each running one keeps deliveries ready. */
const runningMost = 4;
/** The deliveries of one replay that are created and not sent yet. */
const aheadMost = 500;
const sourcesAtOnce = 100;
const loadedMost = 10_000;
/** Plans at once, since each reads much. */
const plansMost = 2;
const soonMs = 50;
const againMs = 2_000;

/** A replay that has not ended. */
type Active = {
  readonly id: string;
  readonly input: ReplayInput;
  state: ReplayState;
  /** The round in progress; a second call waits for the next round. */
  round: Promise<void> | null;
  /** Something changed during the round. */
  isAgain: boolean;
  /** The number of settled deliveries until the next round is worth its cost. */
  untilLook: number;
  next: { at: number; cancel(): void } | null;
};

export async function startReplays(
  options: Omit<PlanOptions, 'pinned' | 'log' | 'configuration'> & {
    configuration: Configuration;
    catalog: Parameters<typeof pinnedVersions>[1];
    journal: Pick<Journal, 'replays' | 'log'>;
    lease: Lease;
    clock: Clock;
    holds: Pick<Holds, 'allClosed' | 'watch'>;
    dispatcher: Pick<Dispatcher, 'wake' | 'wakeReplay' | 'forgetReplay' | 'inFlight'>;
    replayRates: ReplayRates;
    events: Pick<DeliveryEvents, 'on' | 'emit'>;
    failed(error: unknown, doing: string): void;
    /** The state of a replay changed. */
    moved(replay: { id: string; state: ReplayState }): void;
  },
): Promise<Replays> {
  const { journal, clock, holds, dispatcher, replayRates, lease, events, configuration } = options;
  const { replays, log } = journal;
  const planning = { ...options, log, pinned: pinnedVersions(configuration, options.catalog) };
  const plan = batcher<{ input: ReplayInput; samples: boolean }, Planned>({
    size: 1,
    outstanding: plansMost,
    run: (asks) =>
      Promise.all(asks.map(({ input, samples }) => planReplay(planning, input, { now: clock.now(), samples }))),
  });
  const active = new Map<string, Active>();
  let isStopping = false;

  for (const state of ['running', 'planned', 'paused', 'cancelled'] as const)
    for (const stored of await replays.replays({ limit: loadedMost, state })) if (!isOver(stored)) keep(stored);
  const stopObserving = events.on('settled', ({ replayId }) => {
    const one = replayId === null ? undefined : active.get(replayId);
    if (one === undefined) return;
    one.untilLook -= 1;
    if (one.untilLook <= 0) goSoon(one);
  });
  holds.watch(() => {
    for (const one of active.values()) goSoon(one);
  });
  for (const one of active.values()) if (one.state === 'running' || one.state === 'cancelled') goSoon(one, 0);
  await promote();

  function keep({ id, input, state }: StoredReplay): Active {
    const one: Active = { id, input, state, round: null, isAgain: false, untilLook: 0, next: null };
    active.set(id, one);
    replayRates.set(id, { state, ratePerSecond: input.ratePerSecond });
    return one;
  }

  function forget({ id, next }: Active) {
    next?.cancel();
    active.delete(id);
    replayRates.forget(id);
  }

  function setState(one: Active, state: ReplayState) {
    one.state = state;
    replayRates.set(one.id, { state, ratePerSecond: one.input.ratePerSecond });
    dispatcher.wakeReplay(one.id);
    options.moved({ id: one.id, state });
  }

  /** Starts replays that wait for their turn, the oldest first. */
  async function promote() {
    const inOrder = [...active.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const one of inOrder) {
      const running = inOrder.filter(({ state }) => state === 'running').length;
      if (running >= runningMost) return;
      if (one.state !== 'planned') continue;
      const now = clock.now();
      if (!(await replays.move(one.id, { from: ['planned'], to: 'running', now })) || one.state !== 'planned') continue;
      setState(one, 'running');
      goSoon(one, 0);
    }
  }

  function goSoon(one: Active | undefined, ms = soonMs) {
    const at = clock.now() + ms;
    if (one === undefined || isStopping || (one.next !== null && one.next.at <= at)) return;
    one.next?.cancel();
    const cancel = clock.after(ms, () => {
      one.next = null;
      if (one.round !== null) one.isAgain = true;
      else if (!isStopping) begin(one);
    });
    one.next = { at, cancel };
  }

  function begin(one: Active) {
    one.isAgain = false;
    one.round = round(one)
      .catch((error) => options.failed(error, 'continue a replay'))
      .finally(() => {
        one.round = null;
        const goesOn = one.state === 'running' || one.state === 'cancelled';
        if (active.has(one.id) && goesOn) goSoon(one, one.isAgain ? soonMs : againMs);
      });
  }

  /** Creates deliveries until enough are ready to be sent; ends a replay that has nothing left to do. */
  async function round(one: Active) {
    if (one.state === 'cancelled') await endRest(one);
    let isLast = false;
    while (one.state === 'running' && !isStopping && !isLast) {
      // Deliveries on hold do not count, so that they don't delay other destinations.
      const waiting = await replays.waiting(one.id, [...holds.allClosed().keys()]);
      one.untilLook = waiting / 4;
      if (waiting >= aheadMost) return;
      isLast = await step(one);
    }
    if (one.state === 'running' ? !(await isRead(one)) : one.state !== 'cancelled') return;
    const { pending, retrying, held } = await replays.outcome(one.id);
    one.untilLook = pending + retrying;
    if (pending + retrying > 0) return;
    const to = one.state === 'running' ? 'done' : 'cancelled';
    // A cancelled replay keeps its end time; deliveries that were in flight then are counted now.
    if (!(await replays.move(one.id, { from: [one.state], to, now: clock.now() }))) return;
    forget(one);
    if (held === 0) dispatcher.forgetReplay(one.id);
    if (to === 'done') options.moved({ id: one.id, state: to });
    await promote();
  }

  const isRead = async ({ id }: Active) => (await replays.replay(id))?.isRead === true;

  /** Creates the deliveries of the next sources; returns whether there is nothing more to create for now. */
  async function step({ id, input }: Active): Promise<boolean> {
    const stored = await replays.replay(id);
    if (stored === null || stored.state !== 'running' || stored.isRead) return true;
    const now = clock.now();
    const { upTo, cursor } = stored;
    const sources = await readSources(input, log, { upTo, cursor, limit: sourcesAtOnce, now });
    const choose = chooser({ input, snapshot: configuration.snapshot, log, replayId: id, now });
    const leftOut: Partial<Record<LeftOutReason, number>> = {};
    const chosen = [];
    for (const choice of await choose(sources.found)) {
      for (const reason of choice.leftOut) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
      chosen.push(...choice.chosen);
    }
    const { isLast } = sources;
    const deliveries = chosen.map(({ delivery, event }) => {
      const destination = configuration.snapshot.documents.destination.get(delivery.destinationId);
      const orderKey = event && destination && orderKeyOf(destination, event, id);
      return orderKey == null ? delivery : { ...delivery, orderKey };
    });
    const made = await replays.advance(lease, {
      id,
      from: cursor,
      to: sources.cursor,
      isLast,
      deliveries,
      leftOut,
      now,
    });
    if (made === null) return true;
    events.emit(
      'planned',
      chosen.map(({ delivery, event }, index) => {
        const planned = { ...delivery, dueAt: now, test: false };
        return newDelivery({ id: made[index] ?? '', planned, eventId: delivery.eventId, event });
      }),
    );
    for (const { ends } of chosen) if (ends !== null) events.emit('ended', ends, { status: 'cancelled' }, 1);
    const destinationIds = [...new Set(deliveries.map(({ destinationId }) => destinationId))];
    dispatcher.wakeReplay(id, destinationIds);
    // A held delivery may have blocked later ones of its order key. It has ended, since this replay sends it.
    if (deliveries.some(({ orderKey }) => orderKey !== undefined)) dispatcher.wake(destinationIds);
    return isLast;
  }

  /** Cancels the deliveries that were not sent; those in flight finish normally. */
  async function endRest({ id }: Active) {
    for (const { count, ...of } of await replays.cancelRest(id, clock.now(), dispatcher.inFlight({ replayId: id })))
      events.emit('ended', of, { status: 'cancelled' }, count);
    dispatcher.wakeReplay(id);
  }

  async function move(id: string, from: ReplayState[], to: ReplayState, entry: NewAuditEntry): Promise<boolean> {
    if (!(await replays.move(id, { from, to, now: clock.now() }, entry))) return false;
    const one = active.get(id);
    if (one !== undefined) setState(one, to);
    return true;
  }

  return {
    async plan(input, samples) {
      checkReplay(input, configuration.snapshot);
      const { upTo: _, ...shown } = await plan({ input, samples });
      return shown;
    },
    async run(input, { id, startedBy }, entry) {
      checkReplay(input, configuration.snapshot);
      const { upTo, deliveries, leftOut } = await plan({ input, samples: false });
      const total = deliveries + leftOut.reduce((sum, { count }) => sum + count, 0);
      await replays.create({ id, input, startedBy, createdAt: clock.now(), upTo, total }, entry);
      const stored = await replays.replay(id);
      if (stored !== null) keep(stored);
      await promote();
    },
    pause: (id, entry) => move(id, ['planned', 'running'], 'paused', entry),
    async resume(id, entry) {
      const isMoved = await move(id, ['paused'], 'planned', entry);
      await promote();
      return isMoved;
    },
    async cancel(id, entry) {
      const isMoved = await move(id, ['planned', 'running', 'paused'], 'cancelled', entry);
      const one = active.get(id);
      if (!isMoved || one === undefined) return isMoved;
      await one.round;
      await endRest(one);
      goSoon(one, 0);
      await promote();
      return true;
    },
    async show(stored) {
      const outcome = (active.has(stored.id) ? null : stored.outcome) ?? (await replays.outcome(stored.id));
      const isWaiting = outcome.pending > 0;
      const waiting = isWaiting ? await replays.waiting(stored.id, [...holds.allClosed().keys()]) : 0;
      return shownReplay(stored, outcome, Math.max(0, outcome.pending - waiting));
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      stopObserving();
      for (const one of active.values()) one.next?.cancel();
      await Promise.all([...active.values()].map(({ round }) => round));
    },
  };
}

/** A cancelled replay is over when its last delivery has finished. */
function isOver({ state, outcome }: StoredReplay): boolean {
  return state === 'cancelled' && (outcome === null || outcome.pending + outcome.retrying + outcome.held === 0);
}
