import { limited } from '../../async/batcher.ts';
import type { Clock } from '../../async/clock.ts';
import { Rounds } from '../../async/rounds.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Replay, ReplayInput, ReplayPlan } from '../../contract/records/replay.ts';
import type { ReplayState } from '../../contract/records/replay-limits.ts';
import { isReplayOver, type Journal, type StoredReplay, unfinishedOf } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Holds } from '../dispatch/holds/holds.ts';
import { type ReplayRates, rateOf } from '../dispatch/replay-rates.ts';
import type { DeliveryEvents } from '../insight/delivery-events.ts';
import type { OwnedPartitions } from '../owned-partitions.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { ReplayPlanner } from './dry-run.ts';
import { createShares, type ReplayShares } from './replay-shares.ts';
import { createNext } from './replay-step.ts';
import { checkReplay } from './selection.ts';
import { shownReplay } from './shown-replay.ts';

/**
 * More replays wait, since each running one keeps deliveries ready. One whose deliveries are all created, and all wait for a
 * person, does not count.
 */
const runningMax = 4;
/** The deliveries of one replay that are created and not sent yet. */
const aheadMax = 500;
const loadedMax = 10_000;
/** The time between two rounds of a replay, unless something happens. */
const againMs = 2_000;

type Options = {
  planner: ReplayPlanner;
  configuration: Configuration;
  journal: Pick<Journal, 'log'>;
  ownPartitions: OwnedPartitions;
  /** How often the states of replays are read, which other nodes change: while a replay is active, and otherwise; null: embedded mode. */
  pollMs: number | null;
  followMs: number | null;
  clock: Clock;
  holds: Pick<Holds, 'byDestination' | 'watch'>;
  dispatcher: Pick<Dispatcher, 'wake' | 'wakeReplay' | 'forgetReplay' | 'inFlight'>;
  replayRates: ReplayRates;
  events: Pick<DeliveryEvents, 'on' | 'emit'>;
  telemetry: Pick<Telemetry, 'failed' | 'replayMoved'>;
};

/**
 * A replay that has not ended. `untilLook`: the number of settled deliveries until a round is worth its cost. `isMoving`: it
 * creates or sends deliveries when it runs.
 */
type Active = {
  readonly id: string;
  readonly partition: number;
  readonly input: ReplayInput;
  readonly rounds: Rounds;
  state: ReplayState;
  untilLook: number;
  isMoving: boolean;
};

/** Loads the replays that have not ended and continues them. */
export async function startReplays(options: Options): Promise<ReplayRunner> {
  const runner = new ReplayRunner(options);
  await runner.load();
  return runner;
}

/**
 * Replays: planned, and run in small steps, each in one transaction with the cursor, and never far ahead of the
 * sending. planned → running → done; running ⇄ paused; any of them → cancelled. Inputs are parsed; AppError
 * `invalid_value` when they name an unknown object. The owner of a replay's partition runs it; the other nodes know its
 * state and rate, since its deliveries are in the partitions of their connections.
 */
class ReplayRunner implements AsyncDisposable {
  readonly #options: Options;
  readonly #active = new Map<string, Active>();
  /** One step at a time: what one replay creates is pending for the next, which leaves it out. */
  readonly #createNext: (one: Active) => Promise<boolean>;
  #stopObserving = () => {};
  readonly #following: Rounds;
  readonly #shares: ReplayShares | null;
  #isStopping = false;

  constructor(options: Options) {
    this.#options = options;
    const parts = { ...options, isAlone: options.pollMs === null };
    this.#shares = options.pollMs === null ? null : createShares(options.pollMs);
    this.#createNext = limited(1, (one) => createNext(parts, one));
    this.#following = new Rounds(options.clock, async () => {
      await this.#follow().catch((error) => options.telemetry.failed(error, 'read the states of replays'));
      return this.#active.size > 0 ? options.pollMs : options.followMs;
    });
  }

  async load(): Promise<void> {
    const { journal, events, holds } = this.#options;
    for (const stored of await journal.log.replays.open({ limit: loadedMax })) this.#keep(stored);
    this.#stopObserving = events.on('settled', ({ replayId }) => {
      const one = replayId === null ? undefined : this.#active.get(replayId);
      if (one === undefined) return;
      one.untilLook -= 1;
      if (one.untilLook <= 0) one.rounds.request();
    });
    holds.watch(() => {
      for (const { rounds } of this.#active.values()) rounds.request();
    });
    for (const one of this.#active.values()) if (isAtWork(one)) one.rounds.request(0);
    await this.#promote();
    if (this.#options.pollMs === null) return;
    this.#following.request(this.#options.pollMs);
    // The owner of another partition has taken deliveries over.
    events.on('planned', (deliveries) => {
      if (deliveries.some(({ replayId }) => replayId !== null))
        for (const { rounds } of this.#active.values()) rounds.request();
    });
  }

  /** A dry run. `samples`: with the first requests. */
  async plan(input: ReplayInput, samples: boolean): Promise<ReplayPlan> {
    checkReplay(input, this.#options.configuration.snapshot);
    const { upTo: _, ...shown } = await this.#options.planner({ input, samples });
    return shown;
  }

  /** Stores a replay. It runs when fewer than `runningMax` others do. */
  async run(input: ReplayInput, { id, startedBy }: { id: string; startedBy: string }, entry: NewAuditEntry) {
    const { configuration, clock, journal, ownPartitions } = this.#options;
    checkReplay(input, configuration.snapshot);
    const { partition } = ownPartitions.lease();
    const { upTo, deliveries, leftOut } = await this.#options.planner({ input, samples: false });
    const total = deliveries + leftOut.reduce((sum, { count }) => sum + count, 0);
    const planLeftOut = Object.fromEntries(leftOut.map(({ reason, count }) => [reason, count]));
    const replay = { id, input, startedBy, createdAt: clock.now(), upTo, partition, total, planLeftOut };
    await journal.log.replays.create(replay, entry);
    const stored = await journal.log.replays.replay(id);
    if (stored !== null) this.#keep(stored);
    await this.#promote();
  }

  /** This and the next two return false when the replay is not in a state that allows the change. */
  pause(id: string, entry: NewAuditEntry): Promise<boolean> {
    return this.#move(id, ['planned', 'running'], 'paused', entry);
  }

  async resume(id: string, entry: NewAuditEntry): Promise<boolean> {
    const isMoved = await this.#move(id, ['paused'], 'planned', entry);
    await this.#promote();
    return isMoved;
  }

  async cancel(id: string, entry: NewAuditEntry): Promise<boolean> {
    const isMoved = await this.#move(id, ['planned', 'running', 'paused'], 'cancelled', entry);
    const one = this.#active.get(id);
    if (!isMoved || one === undefined) return isMoved;
    await one.rounds.idle();
    await this.#endRest(one);
    one.rounds.request(0);
    await this.#promote();
    return true;
  }

  async show(stored: StoredReplay): Promise<Replay> {
    const { outcome } = stored;
    const { clock, journal } = this.#options;
    const { replays } = journal.log;
    // Later, held deliveries move by a change or a person.
    const isFinal = !this.#active.has(stored.id) && outcome !== null && unfinishedOf(outcome) === 0;
    return shownReplay(
      stored,
      isFinal ? outcome : await replays.outcome(stored.id, { destinationIds: this.#onHold(), now: clock.now() }),
    );
  }

  /** Reads what other nodes changed, and what this one has to continue since it acquired its partition. */
  async #follow(): Promise<void> {
    const { replays } = this.#options.journal.log;
    const open = await replays.open({ limit: loadedMax });
    for (const stored of open) {
      const one = this.#active.get(stored.id);
      if (one === undefined) this.#keep(stored);
      else if (one.state !== stored.state) this.#setState(one, stored.state);
    }
    const ids = new Set(open.map(({ id }) => id));
    for (const one of [...this.#active.values()]) {
      if (ids.has(one.id)) continue;
      const stored = await replays.replay(one.id);
      if (isReplayOver(stored)) this.#forget(one, false);
    }
    for (const one of this.#active.values()) if (isAtWork(one)) one.rounds.request(0);
    await this.#promote();
    await this.#share();
  }

  /** Reads which part of their rates the running replays have at this node. */
  async #share(): Promise<void> {
    const { journal, clock, ownPartitions, replayRates, dispatcher } = this.#options;
    for (const { id, state, input } of this.#active.values()) {
      if (state !== 'running' || input.ratePerSecond === null || this.#shares === null) continue;
      const at = clock.now();
      const query = { onHold: this.#onHold(), dueBefore: at + this.#shares.validMs };
      const partitions = await journal.log.replays.partitions(id, query);
      const isOwn = (partition: number) => ownPartitions.leaseOf(partition) !== null;
      const windowMs = rateOf(input.ratePerSecond).perMs;
      const part = this.#shares.read(id, { at, partitions, isOwn, windowMs });
      if (replayRates.share(id, part, at + this.#shares.validMs)) dispatcher.wakeReplay(id);
    }
  }

  #isOwn({ partition }: Active): boolean {
    return this.#options.ownPartitions.leaseOf(partition) !== null;
  }

  #forget({ id, rounds }: Active, hasHeld: boolean): void {
    const { replayRates, dispatcher } = this.#options;
    rounds.end();
    this.#active.delete(id);
    replayRates.forget(id);
    this.#shares?.forget(id);
    if (!hasHeld) dispatcher.forgetReplay(id);
  }

  #keep({ id, input, state, partition }: StoredReplay): void {
    const rounds = new Rounds(this.#options.clock, async () => {
      await this.#round(one).catch((error) => this.#options.telemetry.failed(error, 'continue a replay'));
      return isAtWork(one) ? againMs : null;
    });
    const one: Active = { id, partition, input, rounds, state, untilLook: 0, isMoving: true };
    this.#active.set(id, one);
    this.#options.replayRates.set(id, { state, ratePerSecond: input.ratePerSecond });
  }

  #setState(one: Active, state: ReplayState): void {
    const { id, input } = one;
    one.state = state;
    this.#options.replayRates.set(id, { state, ratePerSecond: input.ratePerSecond });
    this.#options.dispatcher.wakeReplay(id);
    this.#options.telemetry.replayMoved({ id, state });
  }

  async #move(id: string, from: ReplayState[], to: ReplayState, entry: NewAuditEntry): Promise<boolean> {
    const { journal, clock } = this.#options;
    if (!(await journal.log.replays.move(id, { from, to, now: clock.now() }, entry))) return false;
    const one = this.#active.get(id);
    if (one !== undefined) this.#setState(one, to);
    return true;
  }

  /** Starts replays that wait for their turn, the oldest first. */
  async #promote(): Promise<void> {
    const { journal, clock } = this.#options;
    const inOrder = [...this.#active.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const one of inOrder) {
      if (inOrder.filter(({ state, isMoving }) => state === 'running' && isMoving).length >= runningMax) return;
      if (one.state !== 'planned' || !this.#isOwn(one)) continue;
      const move = { from: ['planned'], to: 'running', now: clock.now() } as const;
      if (!(await journal.log.replays.move(one.id, move)) || one.state !== 'planned') continue;
      this.#setState(one, 'running');
      one.rounds.request(0);
    }
  }

  /** Creates deliveries until enough are ready to be sent; ends a replay that has nothing left to do. */
  async #round(one: Active): Promise<void> {
    const { replays } = this.#options.journal.log;
    if (one.state === 'cancelled') await this.#endRest(one);
    if (!this.#isOwn(one)) return;
    let isLast = false;
    while (one.state === 'running' && !this.#isStopping && !isLast) {
      const waiting = await this.#waiting(one.id);
      one.untilLook = waiting / 4;
      if (waiting >= aheadMax) return;
      isLast = await this.#createNext(one);
    }
    const isRead = one.state === 'running' && (await replays.replay(one.id))?.isRead === true;
    if (!isRead && one.state !== 'cancelled') return;
    const { pending, retrying, held } = await replays.outcome(one.id);
    one.untilLook = pending + retrying;
    if (pending + retrying === 0) return this.#end(one, held > 0);
    const { isMoving } = one;
    one.isMoving = await replays.isMoving(one.id, this.#onHold());
    if (isMoving && !one.isMoving) await this.#promote();
  }

  async #end(one: Active, hasHeld: boolean): Promise<void> {
    const { journal, clock } = this.#options;
    const { id, state } = one;
    // It may have been paused while its deliveries were counted.
    if (!isAtWork(one)) return;
    const to = state === 'running' ? 'done' : 'cancelled';
    // A cancelled replay keeps its end time; deliveries that were in flight then are counted now.
    if (!(await journal.log.replays.move(id, { from: [state], to, now: clock.now() }))) return;
    this.#forget(one, hasHeld);
    if (to === 'done') this.#options.telemetry.replayMoved({ id, state: to });
    await this.#promote();
  }

  /** The deliveries that can be sent. Those on hold do not count, so that they don't delay other destinations. */
  #waiting(id: string): Promise<number> {
    return this.#options.journal.log.replays.waiting(id, this.#onHold());
  }

  #onHold(): string[] {
    return [...this.#options.holds.byDestination.keys()];
  }

  /** Cancels the deliveries of own partitions that were not sent; those in flight finish normally. */
  async #endRest({ id }: Active): Promise<void> {
    const { journal, ownPartitions, clock, dispatcher, events } = this.#options;
    const inFlight = dispatcher.inFlight({ replayId: id });
    for (const lease of ownPartitions.leases())
      for (const { count, ...of } of await journal.log.replays.cancelRest(lease, id, clock.now(), inFlight))
        events.emit('ended', of, { status: 'cancelled' }, count);
    dispatcher.wakeReplay(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#stopObserving();
    this.#following.end();
    await this.#following.idle();
    const rounds = [...this.#active.values()].map((one) => one.rounds);
    for (const one of rounds) one.end();
    await Promise.all(rounds.map((one) => one.idle()));
  }
}

/** Whether rounds continue a replay in this state. */
function isAtWork({ state }: { state: ReplayState }): boolean {
  return state === 'running' || state === 'cancelled';
}
