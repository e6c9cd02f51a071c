import { randomBytes } from 'node:crypto';
import { dayMs } from '../../src/journal/postgres/housekeeping/day-tables.ts';
import { retain } from '../../src/journal/postgres/housekeeping/retention.ts';
import { openPostgres, type Postgres } from '../../src/postgres/postgres.ts';
import { type Server, startServer } from '../../src/postgres/testing/server.testing.ts';
import { eventName } from '../events.ts';
import { inTurns } from '../in-turns.ts';
import { fill } from '../month/fill.ts';
import { reads } from '../month/reads.ts';
import { costOf, cpuUsOfAll } from '../process-usage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { createCollector, createRoute, type Rig, sendThrough, startEnds } from '../rig.ts';
import { atMost, type Measure, type RunOptions, rounds, type Scenario } from '../scenario.ts';
import { median, percentile } from '../statistics.ts';
import { eventsOf, slow, through } from './latency.ts';

const days = 30;
const usualEvents = 3_000_000;
const destinations = 40;
const floods = {
  batches: { events: 10_000, batch: 50, connections: 8, window: 2_000 },
  single: { events: 4_000, batch: 1, connections: 64, window: 2_000 },
};
const readsOfRound = 5;

/** A database, and the settings of a node on it. */
type Database = { server: Server; settings: Record<string, string> };

/** A node on a database with 30 days of data beside one on a database with a single day: both run at once and are loaded in turns. */
export const month: Scenario = {
  name: 'month',
  title: `A node on PostgreSQL with ${days} days of data, in ratios to one with a single day (size: events)`,
  async run(options) {
    const { size, say } = options;
    const events = size ?? usualEvents;
    await using stack = new AsyncDisposableStack();
    const start = async () =>
      stack.use(await startServer({ fsync: 'on', shared_buffers: '256MB', max_wal_size: '4GB' }));
    const [full, small] = [databaseOn(await start()), databaseOn(await start())];
    // A day is as full as one of the month: its pages and counts have as much to show.
    const ofFew = { days: 1, events: Math.ceil(events / days) };
    const startFew = await timed(say, `${ofFew.events} events of one day`, () => prepare(small, stack, ofFew));
    const startMany = await timed(say, `${events} events of ${days} days`, () =>
      prepare(full, stack, { days, events }),
    );
    await using postgres = openPostgres({ url: full.server.url('postgres') });
    say(await sizesOf(postgres));
    const measured = await both(options, { database: small, start: startFew }, { database: full, start: startMany });
    const removal = await timeOfRemoval(postgres);
    return [...measured, { name: 'removal of a day by retention', unit: 'ms', values: [removal] }];
  },
};

function databaseOn(server: Server): Database {
  return {
    server,
    settings: {
      MILLRACE_DATABASE_URL: server.url('postgres'),
      MILLRACE_SECRET_KEY: randomBytes(32).toString('base64'),
      MILLRACE_RETENTION_DAYS: String(days + 2),
    },
  };
}

async function timed<T>(say: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  say(`${what}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  return result;
}

/** A node stores what is repeated, and ends; the result starts another one on the history. */
async function prepare(
  { server, settings }: Database,
  stack: AsyncDisposableStack,
  of: { days: number; events: number },
) {
  const ends = stack.use(await startEnds());
  const folder = stack.use(await temporaryFolder()).path;
  const first = stack.use(await startProduct(folder, undefined, settings));
  const path = await createCollector(first);
  const route = async (name: string, value: string) =>
    createRoute(first, { name, port: ends.sinkPort, rules: { parameter: 'wt.ev', operator: 'equals', value } });
  const destinationId = await route('Sink', eventName);
  for (let index = 1; index < destinations; index++) await route(`Other ${index}`, `other ${index}`);
  const own = { ...ends, folder, path, destinationId };
  await sendThrough({ ...own, product: first }, { ...floods.batches, fresh: 'words' });
  await first[Symbol.asyncDispose]();
  await fill({ url: server.url('postgres'), ...of });
  return async (): Promise<Rig> => {
    const product = await startProduct(folder, undefined, settings);
    return { ...own, product, [Symbol.asyncDispose]: () => product[Symbol.asyncDispose]() };
  };
}

async function sizesOf({ query }: Postgres): Promise<string> {
  const rows = await query<{ name: string; size: string }>(
    `SELECT regexp_replace(relname, '_d[0-9]+$', '') AS name, pg_size_pretty(sum(pg_total_relation_size(oid))) AS size
     FROM pg_class WHERE relkind = 'r' AND relname ~ '_d[0-9]{8}$' GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(({ name, size }) => `${name} ${size}`).join(', ');
}

type Side = { database: Database; start: () => Promise<Rig> };

async function both(options: RunOptions, small: Side, full: Side): Promise<Measure[]> {
  await using few = await small.start();
  await using many = await full.start();
  const started = many.product.readyMs / few.product.readyMs;
  for (const rig of [few, many]) for (const flood of Object.values(floods)) await sendThrough(rig, flood);
  const [readFew, readMany] = [await reads(few.product.client), await reads(many.product.client)];
  const found = await rounds(options, async (round) => {
    const cost = async ({ server }: Database, rig: Rig, events: number, work: (rig: Rig) => Promise<unknown>) => {
      const { pid } = server;
      if (pid === null) throw new Error('PostgreSQL has ended.');
      const before = cpuUsOfAll(pid);
      const { result, cost: spent } = await costOf(rig.product.pid, events, () => work(rig));
      return { result, us: spent.total + (cpuUsOfAll(pid) - before) / events };
    };
    const inBoth = (events: number, work: (rig: Rig) => Promise<unknown>) =>
      inTurns(
        round,
        () => cost(full.database, many, events, work),
        () => cost(small.database, few, events, work),
      );
    const figures: Record<string, number> = {};
    for (const [name, flood] of Object.entries(floods)) {
      const [month, other] = await inBoth(flood.events, (rig) => sendThrough(rig, flood));
      figures[`${name}, processor time`] = month.us / other.us;
    }
    const latencies: Float64Array[] = [];
    const drip = async (rig: Rig) => latencies.push(await through(rig, slow));
    const [month, other] = await inBoth(eventsOf(slow), drip);
    const [ofMonth, ofOther] = round % 2 === 1 ? latencies.toReversed() : latencies;
    figures['500/s, processor time'] = month.us / other.us;
    if (ofMonth !== undefined && ofOther !== undefined)
      for (const share of [0.5, 0.99])
        figures[`500/s, p${share * 100}`] = percentile(ofMonth, share) / percentile(ofOther, share);
    for (const name of Object.keys(readMany)) {
      const [ms, otherMs] = await inTurns(
        round,
        () => timeOf(readMany[name]),
        () => timeOf(readFew[name]),
      );
      figures[name] = ms / otherMs;
      figures[`${name}, ms`] = ms;
    }
    return figures;
  });
  return [
    { name: 'start of a node', unit: 'ratio', values: [started] },
    ...Object.entries(found).map(
      ([name, values]): Measure =>
        name.endsWith(', ms') ? { name, unit: 'ms', values } : { name, unit: 'ratio', values, goal: atMost(2) },
    ),
  ];
}

/** The median time of a read in ms. */
async function timeOf(read: (() => Promise<unknown>) | undefined): Promise<number> {
  const times: number[] = [];
  for (let step = 0; step < readsOfRound; step++) {
    const begun = performance.now();
    await read?.();
    times.push(performance.now() - begun);
  }
  return median(times);
}

/** The time in which retention removes the oldest day, in ms. */
async function timeOfRemoval(postgres: Postgres): Promise<number> {
  const now = Date.now();
  const begun = performance.now();
  const { removed } = await retain(postgres, { before: now - (days - 1) * dayMs, now, bytesMax: null });
  if (removed === 0) throw new Error('No day was removed.');
  return performance.now() - begun;
}
