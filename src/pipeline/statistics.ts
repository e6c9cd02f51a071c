import type { Reason } from '../contract/delivery.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { CountName, Stats, StatsKind, StatsRange } from '../contract/stats.ts';
import {
  addFigures,
  type DueDelivery,
  type Figures,
  type LoggedDelivery,
  type StatisticsEntry,
  type Statistics as StatisticsPort,
} from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { Rule } from './configuration.ts';
import type { Step } from './deliverer.ts';
import type { Closed } from './gates.ts';
import {
  count,
  countOutcome,
  countRejected,
  countsIn,
  lastsIn,
  newTally,
  noteDelivered,
  noteExchange,
  percentilesIn,
  reasonsIn,
  type Tally,
  takeFigures,
} from './tally.ts';

/** Where a delivery's counts go, beside those of everything. */
type Owners = Pick<LoggedDelivery, 'actionId' | 'destinationId' | 'connectionId'>;

export type StatsQuery = { kind: StatsKind; id: string | null; range: StatsRange };

/** Counts what happens, in memory; tests are left out by whoever calls. */
export type Statistics = AsyncDisposable & {
  received(collectorId: string, events: number): void;
  /** A request of the intake was refused; null: nobody knows whose it was. */
  rejected(collectorId: string | null, code: ErrorCode): void;
  matched(collectorId: string, rules: readonly Rule[]): void;
  created(deliveries: readonly DueDelivery[]): void;
  /** A step is recorded; `wasHeld`: it was a probe of a closed gate. */
  settled(delivery: DueDelivery, step: Step, wasHeld: boolean): void;
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
const itemsMost = 1_000;
const minuteMs = 60_000;

const ranges: Record<StatsRange, { stepMs: number; steps: number }> = {
  '15m': { stepMs: minuteMs, steps: 15 },
  '1h': { stepMs: minuteMs, steps: 60 },
  '24h': { stepMs: 15 * minuteMs, steps: 96 },
  '7d': { stepMs: 120 * minuteMs, steps: 84 },
};

/** The figure that a thing's own series shows. */
const follows: Record<StatsKind, CountName> = {
  all: 'created',
  action: 'matched',
  destination: 'delivered',
  connection: 'delivered',
  collector: 'received',
};

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
  const tallies: Record<StatsKind, Map<string, Tally>> = {
    all: new Map(),
    action: new Map(),
    destination: new Map(),
    connection: new Map(),
    collector: new Map(),
  };
  const touched: Tally[] = [];
  let waiting: StatisticsEntry[] = [];
  let minute = 0;
  let flushedAt = Number.NEGATIVE_INFINITY;
  let flushing: Promise<void> = Promise.resolve();
  let cancelFlush: (() => void) | null = null;

  function tallyOf(kind: StatsKind, id: string): Tally {
    let tally = tallies[kind].get(id);
    if (tally === undefined) {
      tally = newTally();
      tallies[kind].set(id, tally);
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
    return now;
  }

  /** The tallies that a delivery's counts go to; the list is used anew each time. */
  function talliesOf({ actionId, destinationId, connectionId }: Partial<Owners>): readonly Tally[] {
    touched.length = 0;
    touched.push(tallyOf('all', ''));
    if (actionId != null) touched.push(tallyOf('action', actionId));
    if (destinationId !== undefined) touched.push(tallyOf('destination', destinationId));
    if (connectionId !== undefined) touched.push(tallyOf('connection', connectionId));
    return touched;
  }

  /** Turns what was counted in the present minute into entries; things to which nothing happened are forgotten. */
  function gather() {
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

  return {
    received(collectorId, events) {
      if (events === 0) return;
      begin();
      count(tallyOf('all', ''), 'received', events);
      count(tallyOf('collector', collectorId), 'received', events);
    },
    rejected(collectorId, code) {
      begin();
      countRejected(tallyOf('all', ''), code);
      if (collectorId !== null) countRejected(tallyOf('collector', collectorId), code);
    },
    matched(collectorId, rules) {
      begin();
      const name = rules.length === 0 ? 'unmatched' : 'matched';
      count(tallyOf('all', ''), name);
      count(tallyOf('collector', collectorId), name);
      for (const { id } of rules) count(tallyOf('action', id), 'matched');
    },
    created(deliveries) {
      begin();
      for (const delivery of deliveries) {
        const closed = options.closed(delivery.destinationId);
        for (const tally of talliesOf(delivery)) {
          count(tally, 'created');
          if (closed !== null) countOutcome(tally, 'held', closed.reason);
        }
      }
    },
    settled(delivery, { settlement }, wasHeld) {
      const now = begin();
      const { status, reason, log } = settlement;
      const isWaiting = status === 'pending' || status === 'retrying';
      const closed = isWaiting && !wasHeld ? options.closed(delivery.destinationId) : null;
      const last = log.at(-1);
      for (const tally of talliesOf(delivery)) {
        if (last !== undefined) noteExchange(tally, now, last.durationMs, last.response?.status ?? null);
        if (status === 'delivered') noteDelivered(tally, now, now - delivery.createdAt);
        else if (status === 'cancelled') count(tally, 'cancelled');
        else if (closed !== null) countOutcome(tally, 'held', closed.reason);
        else if (status === 'retrying') count(tally, 'retried');
        else if (status !== 'pending') countOutcome(tally, status, reason);
      }
    },
    ended(of, end, amount = 1) {
      if (amount === 0) return;
      begin();
      for (const tally of talliesOf(of)) {
        if (end.status === 'cancelled') count(tally, 'cancelled', amount);
        else for (let i = 0; i < amount; i++) countOutcome(tally, 'failed', end.reason);
      }
    },
    async read({ kind, id, range }) {
      await (clock.now() - flushedAt >= freshMs ? flush() : flushing);
      const now = clock.now();
      const { stepMs, steps } = ranges[range];
      const to = now - (now % stepMs);
      const from = to - (steps - 1) * stepMs;
      const query = { kind, id: kind === 'all' ? '' : id, stepMs, from, to, follow: follows[kind] };
      const [found, oldest] = await Promise.all([journal.read(query), kind === 'all' ? journal.oldestWaiting() : null]);
      const totals: Record<string, number> = {};
      for (const { figures } of found.steps) addFigures(totals, figures);
      return {
        kind,
        id,
        range,
        from: new Date(from).toISOString(),
        until: new Date(now).toISOString(),
        stepMs,
        totals: countsIn(totals),
        latency: percentilesIn(totals, 'latency'),
        durations: percentilesIn(totals, 'duration'),
        oldestWaitingAt: oldest === null ? null : new Date(oldest).toISOString(),
        series: found.steps.map(({ at, figures }) => ({ at: new Date(at).toISOString(), ...countsIn(figures) })),
        reasons: reasonsIn(totals),
        items: kind === 'all' || id !== null ? [] : itemsOf(found.things),
      };
    },
    async [Symbol.asyncDispose]() {
      await flush();
    },
  };
}

/** The busiest things, as many as there is room for. */
function itemsOf(things: readonly { id: string; figures: Figures; series: number[] }[]): Stats['items'] {
  const items = things.map(({ id, figures, series }) => ({
    id,
    ...countsIn(figures),
    p95Ms: percentilesIn(figures, 'latency')?.p95Ms ?? null,
    ...lastsIn(figures),
    series,
  }));
  const busyness = (item: Stats['items'][number]) => item.received + item.matched + item.created + item.delivered;
  return items.sort((a, b) => busyness(b) - busyness(a)).slice(0, itemsMost);
}
