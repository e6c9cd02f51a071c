import type { Reason } from '../contract/delivery.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { Stats } from '../contract/stats.ts';
import type { DueDelivery, LoggedDelivery, StatisticsEntry, Statistics as StatisticsPort } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { Step } from './deliverer.ts';
import type { Closed } from './gates.ts';
import type { Matched } from './matcher.ts';
import { readStats, type StatsQuery } from './read-stats.ts';
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
  startAnew,
  type Tally,
  takeFigures,
} from './tally.ts';

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
  read(query: StatsQuery): Promise<Stats>;
};

const flushMs = 5_000;
/** Somebody who looks sees everything but the last second. */
const freshMs = 1_000;
/** While the journal takes nothing, the oldest entries beyond these are lost. */
const entriesMost = 20_000;
const minuteMs = 60_000;

/**
 * Statistics over time. What happens is added up in memory and goes to the journal every five seconds and at a stop, in
 * one small write, if there was anything; a process that dies takes the last seconds of its statistics along.
 */
export function createStatistics(options: {
  journal: StatisticsPort;
  clock: Clock;
  /** Why a destination's deliveries are held now. */
  closed(destinationId: string): Closed | null;
  failed(error: unknown, doing: string): void;
}): Statistics {
  const { journal, clock } = options;
  const everything = newTally();
  const tallies = {
    action: new Map<string, Tally>(),
    destination: new Map<string, Tally>(),
    connection: new Map<string, Tally>(),
    collector: new Map<string, Tally>(),
  };
  const happening = newHappening();
  let waiting: StatisticsEntry[] = [];
  let minute = 0;
  let flushedAt = Number.NEGATIVE_INFINITY;
  let flushing: Promise<void> = Promise.resolve();
  let cancelFlush: (() => void) | null = null;

  function tallyOf(things: Map<string, Tally>, id: string): Tally {
    let tally = things.get(id);
    if (tally === undefined) {
      tally = newTally();
      things.set(id, tally);
    }
    return tally;
  }

  /** Called before anything is counted. */
  function begin(): number {
    const now = clock.now();
    if (now - minute >= minuteMs || now < minute) {
      gather();
      minute = now - (now % minuteMs);
    }
    cancelFlush ??= clock.after(flushMs, () => void flush());
    startAnew(happening);
    return now;
  }

  /** Counts what happened to a delivery for everything that it belongs to. */
  function addFor({ actionId, destinationId, connectionId }: Partial<Owners>, times = 1) {
    addHappening(everything, happening, times);
    if (actionId != null) addHappening(tallyOf(tallies.action, actionId), happening, times);
    if (destinationId !== undefined) addHappening(tallyOf(tallies.destination, destinationId), happening, times);
    if (connectionId !== undefined) addHappening(tallyOf(tallies.connection, connectionId), happening, times);
  }

  /** Turns what was counted in the present minute into entries; things to which nothing happened are forgotten. */
  function gather() {
    const all = takeFigures(everything);
    if (all !== null) waiting.push({ at: minute, kind: 'all', id: '', figures: all });
    for (const [kind, things] of Object.entries(tallies))
      for (const [id, tally] of things) {
        const figures = takeFigures(tally);
        if (figures === null) things.delete(id);
        else waiting.push({ at: minute, kind, id, figures });
      }
  }

  function flush(): Promise<void> {
    cancelFlush?.();
    cancelFlush = null;
    flushedAt = clock.now();
    flushing = flushing.then(write);
    return flushing;
  }

  async function write() {
    gather();
    if (waiting.length === 0) return;
    const entries = waiting;
    waiting = [];
    try {
      await journal.add(entries);
    } catch (error) {
      options.failed(error, 'keep statistics');
      waiting = [...entries, ...waiting].slice(-entriesMost);
      cancelFlush ??= clock.after(flushMs, () => void flush());
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
      add(everything, countSlots.received, events);
      add(tallyOf(tallies.collector, collectorId), countSlots.received, events);
    },
    rejected(collectorId, code) {
      begin();
      happens(happening, countSlots.rejected);
      happens(happening, reasonSlots.rejected[code]);
      addHappening(everything, happening);
      if (collectorId !== null) addHappening(tallyOf(tallies.collector, collectorId), happening);
    },
    matched(events) {
      begin();
      for (const [{ source }, rules] of events) {
        const slot = rules.length === 0 ? countSlots.unmatched : countSlots.matched;
        add(everything, slot, 1);
        add(tallyOf(tallies.collector, source.collectorId), slot, 1);
        for (const { id } of rules) add(tallyOf(tallies.action, id), slot, 1);
      }
    },
    created(deliveries) {
      begin();
      for (const delivery of deliveries) {
        startAnew(happening);
        happens(happening, countSlots.created);
        const closed = options.closed(delivery.destinationId);
        if (closed !== null) ends('held', closed.reason);
        addFor(delivery);
      }
    },
    settled(delivery, { settlement }, wasHeld) {
      const now = begin();
      const { status, reason, log } = settlement;
      const last = log.at(-1);
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
    async read(query) {
      await (clock.now() - flushedAt >= freshMs ? flush() : flushing);
      return readStats(journal, query, clock.now());
    },
    async [Symbol.asyncDispose]() {
      await flush();
    },
  };
}
