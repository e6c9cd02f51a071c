import { errors } from '../../contract/errors.ts';
import { reason } from '../../contract/records/delivery.ts';
import {
  type CountName,
  type Percentiles,
  type Stats,
  type StatsCounts,
  type StatsKind,
  type StatsRange,
  type StatsReason,
  statsCounts,
  statsErrorsMax,
} from '../../contract/records/stats.ts';
import {
  addCounters,
  type Counters,
  type JournalLog,
  type StatisticsResult,
  statisticsSteps,
} from '../../journal/journal.ts';

/** Without `from`, the range ends now. */
export type StatsQuery = {
  kind: StatsKind;
  id: string | null;
  range: StatsRange | 'auto';
  from?: number | undefined;
  until?: number | undefined;
};

const countNames = statsCounts.keyof().options;
const rejections = Object.keys(errors) as StatsReason[]; // the keys of a constant object
const itemsMax = 1_000;
/** Before the status code or the kind of error in the name of a counter. */
export const errorPrefix = 'error.';
const minuteMs = 60_000;
const stepsMax = 120;

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

/** The steps of a requested time: the shortest that are kept so long and are not too many. */
function stepsOf(
  { from, until, range }: StatsQuery & { range: StatsRange },
  now: number,
): { stepMs: number; from: number; to: number; until: number } {
  if (from === undefined) {
    const { stepMs, steps } = ranges[range];
    const to = now - (now % stepMs);
    return { stepMs, from: to - (steps - 1) * stepMs, to, until: now };
  }
  const end = Math.min(until ?? now, now);
  const isFitting = ({ ms, keptMs }: (typeof statisticsSteps)[number]) =>
    from >= now - keptMs && end - from <= ms * stepsMax;
  const longest = statisticsSteps[2];
  const { ms, keptMs } = statisticsSteps.find(isFitting) ?? longest;
  const first = Math.min(Math.max(from, now - keptMs), end);
  return {
    stepMs: ms,
    from: first - (first % ms),
    to: Math.max(end - 1, first) - (Math.max(end - 1, first) % ms),
    until: end,
  };
}

/** The statistics of a range, from what the journal has of it. */
export async function readStats(
  log: Pick<JournalLog, 'statistics' | 'oldestWaiting'>,
  asked: StatsQuery,
  now: number,
): Promise<Stats> {
  const { kind, id } = asked;
  const range = asked.range === 'auto' ? await fittingRange(log, now) : asked.range;
  const { stepMs, from, to, until } = stepsOf({ ...asked, range }, now);
  const query = { kind, id: kind === 'all' ? '' : id, stepMs, from, to, follow: follows[kind] };
  const [found, oldest] = await Promise.all([log.statistics.read(query), kind === 'all' ? log.oldestWaiting() : null]);
  const totals: Record<string, number> = {};
  for (const { counters } of found.steps) addCounters(totals, counters);
  const knownFrom = found.steps.find(({ counters }) => counters['lastAliveAt'] !== undefined)?.at ?? now;
  return {
    kind,
    id,
    range,
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    stepMs,
    totals: countsIn(totals),
    latency: percentilesIn(totals, 'latency'),
    durations: percentilesIn(totals, 'duration'),
    oldestWaitingAt: oldest === null ? null : new Date(oldest).toISOString(),
    series: found.steps.map(({ at, counters }) => ({
      at: new Date(at).toISOString(),
      ...countsIn(counters),
      isUp: at < knownFrom ? null : Object.keys(counters).length > 0 || at + stepMs > now,
    })),
    reasons: reasonsIn(totals),
    errors: errorsIn(totals, found.steps),
    items: kind === 'all' || id !== null ? [] : itemsOf(found.things),
  };
}

/** The first minutes of a server are not a single bar at the edge of a day. */
async function fittingRange(log: Pick<JournalLog, 'statistics'>, now: number): Promise<StatsRange> {
  const { stepMs, from, to } = stepsOf({ kind: 'all', id: null, range: '24h' }, now);
  const { steps } = await log.statistics.read({ kind: 'all', id: '', stepMs, from, to, follow: follows.all });
  const happened = ['received', 'created', 'rejected'] as const;
  const first = steps.findIndex(({ counters }) => happened.some((name) => (counters[name] ?? 0) > 0));
  const quarters = steps.length - Math.max(first, 0);
  return quarters <= 1 ? '15m' : quarters <= 4 ? '1h' : '24h';
}

/** The busiest things, as many as there is room for. */
function itemsOf(things: StatisticsResult['things']): Stats['items'] {
  const items = things.map(({ id, counters, series }) => ({
    id,
    ...countsIn(counters),
    p95Ms: percentilesIn(counters, 'latency')?.p95Ms ?? null,
    ...lastsIn(counters),
    series,
  }));
  const busyness = (item: Stats['items'][number]) => item.received + item.matched + item.created + item.delivered;
  return items.sort((a, b) => busyness(b) - busyness(a)).slice(0, itemsMax);
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

/** Failed attempts by status code or kind of error, most frequent first, and those that are as frequent by name. */
function errorsIn(totals: Counters, steps: StatisticsResult['steps']): Stats['errors'] {
  return Object.entries(totals)
    .filter(([name]) => name.startsWith(errorPrefix))
    .sort(([name, count], [other, otherCount]) => otherCount - count || (name < other ? -1 : 1))
    .slice(0, statsErrorsMax)
    .map(([name, count]) => ({
      error: name.slice(errorPrefix.length),
      count,
      series: steps.map(({ counters }) => counters[name] ?? 0),
    }));
}

function lastsIn({ lastReceivedAt, lastDeliveredAt, lastAnswer }: Counters) {
  return {
    lastReceivedAt: timeOf(lastReceivedAt),
    lastDeliveredAt: timeOf(lastDeliveredAt),
    lastAttemptAt: timeOf(lastAnswer === undefined ? undefined : Math.floor(lastAnswer / 1_000)),
    lastStatus: (lastAnswer ?? 0) % 1_000 || null,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** Four buckets per doubling from 1 ms to 60 h: a value read from them is off by 19 % at most. */
const bucketsMax = 112;
const buckets = Array.from({ length: bucketsMax }, (_, bucket) => bucket);

/** The counters of the histograms, by bucket. */
const names = {
  latency: buckets.map((bucket) => `latency${bucket}`),
  duration: buckets.map((bucket) => `duration${bucket}`),
};
type Histogram = keyof typeof names;

/** The buckets of durations below a second: most are, and a lookup is faster than a logarithm. */
const shortBuckets = Array.from({ length: 1_000 }, (_, ms) => longBucket(ms));

/** The counter of a duration. */
export function bucketName(histogram: Histogram, ms: number): string {
  const bucket = (ms < 1_000 ? shortBuckets[Math.round(ms)] : undefined) ?? longBucket(ms);
  return names[histogram][bucket] ?? '';
}

/** Percentiles of a histogram; null when it is empty. Values are assumed to be spread evenly within a bucket. */
function percentilesIn(counters: Counters, histogram: Histogram): Percentiles | null {
  const counts = names[histogram].map((name) => counters[name] ?? 0);
  const total = counts.reduce((sum, one) => sum + one, 0);
  if (total === 0) return null;
  const at = (share: number) => {
    let left = share * total;
    for (const [bucket, count] of counts.entries()) {
      if (count > 0 && left <= count)
        return Math.round(startOf(bucket) + (startOf(bucket + 1) - startOf(bucket)) * (left / count));
      left -= count;
    }
    return Math.round(startOf(bucketsMax));
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function longBucket(ms: number): number {
  return ms < 1 ? 0 : Math.min(bucketsMax - 1, 1 + Math.floor(4 * Math.log2(ms)));
}

/** The first duration of a bucket, in ms. */
function startOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 1) / 4);
}
