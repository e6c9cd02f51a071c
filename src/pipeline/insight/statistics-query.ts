import { errors } from '../../contract/errors.ts';
import { reason } from '../../contract/records/delivery.ts';
import {
  type CountName,
  type Stats,
  type StatsCounts,
  type StatsKind,
  type StatsRange,
  type StatsReason,
  statsCounts,
} from '../../contract/records/stats.ts';
import { addCounters, type Counters, type Statistics, type StatisticsAnswer } from '../../journal/journal.ts';
import { percentilesIn } from './histogram.ts';

export type StatsQuery = { kind: StatsKind; id: string | null; range: StatsRange };

const countNames = statsCounts.keyof().options;
const rejections = Object.keys(errors) as StatsReason[]; // the keys of a constant object
const itemsMost = 1_000;
const minuteMs = 60_000;

const ranges: Record<StatsRange, { stepMs: number; steps: number }> = {
  '15m': { stepMs: minuteMs, steps: 15 },
  '1h': { stepMs: minuteMs, steps: 60 },
  '24h': { stepMs: 15 * minuteMs, steps: 96 },
  '7d': { stepMs: 120 * minuteMs, steps: 84 },
};

/** The count in the series of each object. */
const follows: Record<StatsKind, CountName> = {
  all: 'created',
  action: 'matched',
  destination: 'delivered',
  connection: 'delivered',
  collector: 'received',
};

/** The statistics of a range that ends now, from what the journal has of it. */
export async function readStats(
  journal: Pick<Statistics, 'read' | 'oldestWaiting'>,
  { kind, id, range }: StatsQuery,
  now: number,
): Promise<Stats> {
  const { stepMs, steps } = ranges[range];
  const to = now - (now % stepMs);
  const from = to - (steps - 1) * stepMs;
  const query = { kind, id: kind === 'all' ? '' : id, stepMs, from, to, follow: follows[kind] };
  const [found, oldest] = await Promise.all([journal.read(query), kind === 'all' ? journal.oldestWaiting() : null]);
  const totals: Record<string, number> = {};
  for (const { counters } of found.steps) addCounters(totals, counters);
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
    series: found.steps.map(({ at, counters }) => ({ at: new Date(at).toISOString(), ...countsIn(counters) })),
    reasons: reasonsIn(totals),
    items: kind === 'all' || id !== null ? [] : itemsOf(found.things),
  };
}

/** The busiest things, as many as there is room for. */
function itemsOf(things: StatisticsAnswer['things']): Stats['items'] {
  const items = things.map(({ id, counters, series }) => ({
    id,
    ...countsIn(counters),
    p95Ms: percentilesIn(counters, 'latency')?.p95Ms ?? null,
    ...lastsIn(counters),
    series,
  }));
  const busyness = (item: Stats['items'][number]) => item.received + item.matched + item.created + item.delivered;
  return items.sort((a, b) => busyness(b) - busyness(a)).slice(0, itemsMost);
}

function countsIn(counters: Counters): StatsCounts {
  return Object.fromEntries(countNames.map((name) => [name, counters[name] ?? 0])) as StatsCounts; // every name is there
}

/** The reasons of failures, most frequent first. */
function reasonsIn(counters: Counters): Stats['reasons'] {
  const found = (['failed', 'skipped', 'held', 'rejected'] as const).flatMap((outcome) =>
    (outcome === 'rejected' ? rejections : reason.options).flatMap((why) => {
      const count = counters[`${outcome}.${why}`];
      return count === undefined ? [] : [{ outcome, reason: why, count }];
    }),
  );
  return found.sort((a, b) => b.count - a.count);
}

function lastsIn({ lastDeliveredAt, lastAnswer }: Counters) {
  return {
    lastDeliveredAt: timeOf(lastDeliveredAt),
    lastAttemptAt: timeOf(lastAnswer === undefined ? undefined : Math.floor(lastAnswer / 1_000)),
    lastStatus: (lastAnswer ?? 0) % 1_000 || null,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
