import type { CountName, Stats, StatsKind, StatsRange } from '../../contract/records/stats.ts';
import { addFigures, type Statistics, type StatisticsAnswer } from '../../journal/journal.ts';
import { countsIn, lastsIn, percentilesIn, reasonsIn } from './counters.ts';

export type StatsQuery = { kind: StatsKind; id: string | null; range: StatsRange };

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
}

/** The busiest things, as many as there is room for. */
function itemsOf(things: StatisticsAnswer['things']): Stats['items'] {
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
