import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../async/clock.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Reason } from '../../contract/records/delivery.ts';
import type { Stats, StatsKind } from '../../contract/records/stats.ts';
import type {
  DueDelivery,
  LoggedDelivery,
  StatisticsEntry,
  Statistics as StatisticsPort,
} from '../../journal/journal.ts';
import type { Matched } from '../accept/accept.ts';
import type { Step } from '../attempt/next-step.ts';
import type { HoldState } from '../limits/holds.ts';
import {
  add,
  addHappening,
  countSlots,
  happens,
  isAnswered,
  isDelivered,
  newHappening,
  newTally,
  reasonSlots,
  reset,
  type Tally,
  takeFigures,
} from './counters.ts';
import { readStats, type StatsQuery } from './statistics-query.ts';
import { createPauses } from './write-pacing.ts';

/** Where a delivery's counts go, beside those of everything. */
type Owners = Pick<LoggedDelivery, 'actionId' | 'destinationId' | 'connectionId'>;

/** Counts what happens, in memory; tests are left out by whoever calls. */
export type Statistics = AsyncDisposable & {
  received(collectorId: string, events: number): void;
  /** A request of the intake was refused; null: nobody knows whose it was. */
  rejected(collectorId: string | null, code: ErrorCode): void;
  matched(events: readonly Matched[]): void;
  created(deliveries: readonly DueDelivery[]): void;
  /** A step is recorded; `wasHeld`: it was a probe of a closed gate. */
  settled(delivery: DueDelivery, step: Step, wasHeld: boolean): void;
  /** Deliveries that wait were put on hold. */
  held(of: Owners, reason: Reason, amount: number): void;
  /** Deliveries ended without an attempt. */
  ended(
    of: Partial<Owners>,
    end: { status: 'failed'; reason: Reason } | { status: 'cancelled' },
    amount?: number,
  ): void;
  /** For health checks: why the last write failed; null when it didn't. */
  problem(): string | null;
  /** With all that was counted before. */
  read(query: StatsQuery): Promise<Stats>;
};

const flushMs = 5_000;
/** While the journal takes nothing, the oldest entries beyond these are lost. */
const entriesMost = 20_000;
const minuteMs = 60_000;
/** Making so many entries takes a quarter of a millisecond; then others have their turn. */
const entriesAtOnce = 25;
/** Between two short writes; fewer than that when there are so many that they would take longer than `spreadMs`. */
const pauseMs = 10;
const spreadMs = { add: 1_000, rollUp: 20_000 };

/** What was counted in a minute, by kind and id. */
type Counted = { at: number; tallies: Record<StatsKind, Map<string, Tally>> };

/**
 * Statistics over time. What happens is added up in memory and goes to the journal every five seconds and at a stop, if
 * there was anything; a process that dies takes the last seconds of its statistics along. Neither this thread nor the
 * journal is held up: what was counted is put aside, and becomes entries and short writes bit by bit, with pauses between
 * them unless somebody waits to read.
 */
export function createStatistics(options: {
  journal: StatisticsPort;
  clock: Clock;
  /** Why a destination's deliveries are held now. */
  closed(destinationId: string): HoldState | null;
  failed(error: unknown, doing: string): void;
}): Statistics {
  const { journal, clock } = options;
  const pauses = createPauses(clock);
  let present = nothingCounted(0);
  let counted: Counted[] = [];
  /** Empty ones to take again: making thousands anew each time would be work for the garbage collector. */
  let spare: Tally[] = [];
  const happening = newHappening();
  let waiting: StatisticsEntry[] = [];
  let rolledUpTo = 0;
  let problem: string | null = null;
  let flushing: Promise<void> = Promise.resolve();
  /** The flush that is still to begin. */
  let next: Promise<void> | null = null;
  let rollingUp: Promise<void> = Promise.resolve();
  let cancelFlush: (() => void) | null = null;

  function tallyOf(kind: StatsKind, id: string): Tally {
    const things = present.tallies[kind];
    let tally = things.get(id);
    if (tally === undefined) {
      tally = spare.pop() ?? newTally();
      things.set(id, tally);
    }
    return tally;
  }

  /** Called before anything is counted. */
  function begin(): number {
    const now = clock.now();
    if (now - present.at >= minuteMs || now < present.at) putAside(now);
    cancelFlush ??= clock.after(flushMs, () => void flush());
    reset(happening);
    return now;
  }

  /** Counts what happened to a delivery for everything that it belongs to. */
  function addFor({ actionId, destinationId, connectionId }: Partial<Owners>, times = 1) {
    addHappening(tallyOf('all', ''), happening, times);
    if (actionId != null) addHappening(tallyOf('action', actionId), happening, times);
    if (destinationId !== undefined) addHappening(tallyOf('destination', destinationId), happening, times);
    if (connectionId !== undefined) addHappening(tallyOf('connection', connectionId), happening, times);
  }

  function putAside(now: number) {
    counted.push(present);
    present = nothingCounted(now - (now % minuteMs));
  }

  /** Turns what was put aside into entries. */
  async function gather() {
    const aside = counted;
    counted = [];
    spare = [];
    let made = 0;
    for (const { at, tallies } of aside)
      for (const [kind, things] of Object.entries(tallies))
        for (const [id, tally] of things) {
          waiting.push({ at, kind, id, figures: takeFigures(tally) });
          spare.push(tally);
          if (++made % entriesAtOnce === 0) await setImmediate();
        }
  }

  /** Keeps what was counted until now. One that has not begun takes along what is asked for meanwhile. */
  function flush(): Promise<void> {
    next ??= flushing = flushing.then(write);
    return next;
  }

  async function write() {
    next = null;
    cancelFlush?.();
    cancelFlush = null;
    putAside(clock.now());
    let shares: StatisticsEntry[][] | null = null;
    let added = 0;
    try {
      await gather();
      if (waiting.length === 0) return;
      shares = await journal.shares(waiting);
      const begun = clock.now();
      for (const share of shares) {
        if (added > 0)
          await pauses.take(Math.min(pauseMs, begun + spreadMs.add * (added / shares.length) - clock.now()));
        await journal.add(share);
        added += 1;
      }
      waiting = [];
      problem = null;
      rollingUp = rollingUp.then(rollUp);
    } catch (error) {
      options.failed(error, 'keep statistics');
      problem = 'Statistics can not be written; they are kept in memory, within bounds. The log has the cause.';
      waiting = (shares?.slice(added).flat() ?? waiting).slice(-entriesMost);
      cancelFlush ??= clock.after(flushMs, () => void flush());
    }
  }

  /** Nobody waits for it: what is read is the same before and after. */
  async function rollUp() {
    const { at } = present;
    if (at === rolledUpTo) return;
    const end = clock.now() + spreadMs.rollUp;
    try {
      while (await journal.rollUp(at)) await pauses.take(Math.min(pauseMs, end - clock.now()));
      rolledUpTo = at;
    } catch (error) {
      options.failed(error, 'roll up statistics');
    }
  }

  /** The outcome and its reason. */
  function ends(outcome: 'failed' | 'skipped' | 'held', reason: Reason | null) {
    happens(happening, countSlots[outcome]);
    if (reason !== null) happens(happening, reasonSlots[outcome][reason]);
  }

  return {
    received(collectorId, events) {
      if (events === 0) return;
      begin();
      add(tallyOf('all', ''), countSlots.received, events);
      add(tallyOf('collector', collectorId), countSlots.received, events);
    },
    rejected(collectorId, code) {
      begin();
      happens(happening, countSlots.rejected);
      happens(happening, reasonSlots.rejected[code]);
      addHappening(tallyOf('all', ''), happening);
      if (collectorId !== null) addHappening(tallyOf('collector', collectorId), happening);
    },
    matched(events) {
      begin();
      for (const [{ source }, rules] of events) {
        const slot = rules.length === 0 ? countSlots.unmatched : countSlots.matched;
        add(tallyOf('all', ''), slot, 1);
        add(tallyOf('collector', source.collectorId), slot, 1);
        for (const { id } of rules) add(tallyOf('action', id), slot, 1);
      }
    },
    created(deliveries) {
      begin();
      for (const delivery of deliveries) {
        reset(happening);
        happens(happening, countSlots.created);
        const closed = options.closed(delivery.destinationId);
        if (closed !== null) ends('held', closed.reason);
        addFor(delivery);
      }
    },
    settled(delivery, { settlement, follows }, wasHeld) {
      const now = begin();
      const { status, reason, log } = settlement;
      const last = follows ? undefined : log.at(-1);
      const isWaiting = status === 'pending' || status === 'retrying';
      const closed = isWaiting && !wasHeld ? options.closed(delivery.destinationId) : null;
      if (last !== undefined) isAnswered(happening, now, last.durationMs, last.response?.status ?? null);
      if (status === 'delivered') isDelivered(happening, now, now - delivery.createdAt);
      else if (status === 'cancelled') happens(happening, countSlots.cancelled);
      else if (closed !== null) ends('held', closed.reason);
      else if (status === 'retrying') happens(happening, countSlots.retried);
      else if (status !== 'pending') ends(status, reason);
      addFor(delivery);
    },
    held(of, reason, amount) {
      begin();
      ends('held', reason);
      addFor(of, amount);
    },
    ended(of, end, amount = 1) {
      if (amount === 0) return;
      begin();
      if (end.status === 'cancelled') happens(happening, countSlots.cancelled);
      else ends('failed', end.reason);
      addFor(of, amount);
    },
    problem: () => problem,
    async read(query) {
      await pauses.without(flush());
      return readStats(journal, query, clock.now());
    },
    async [Symbol.asyncDispose]() {
      await pauses.without(flush().then(() => rollingUp));
    },
  };
}

function nothingCounted(at: number): Counted {
  return {
    at,
    tallies: { all: new Map(), action: new Map(), destination: new Map(), connection: new Map(), collector: new Map() },
  };
}
