import { randomBytes } from 'node:crypto';
import { openPostgres, type Postgres } from '../../src/postgres/postgres.ts';
import { type Server, startServer } from '../../src/postgres/testing/server.testing.ts';
import { inTurns } from '../in-turns.ts';
import { costOf, cpuUsOfAll } from '../process-usage.ts';
import { type Rig, sendThrough, startRig } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';
import { eventsOf, slow, through } from './latency.ts';

const floods = {
  batches: { events: 10_000, batch: 50, connections: 8, window: 2_000 },
  single: { events: 4_000, batch: 1, connections: 64, window: 2_000 },
};
const warmUps = 3;
/** More than a run fills. */
const logFiles = 40;

/**
 * One node on PostgreSQL beside embedded mode: both run at once and are loaded in turns, each first in every other round.
 * The processor time on PostgreSQL is that of the node and of all processes of the server, which writes to its disk before
 * it confirms, as SQLite does.
 */
export const cluster: Scenario = {
  name: 'cluster',
  title: 'One node on PostgreSQL, in ratios to embedded mode',
  roundsUsual: 6,
  async run(options) {
    await using server = await startServer({ fsync: 'on', shared_buffers: '256MB', min_wal_size: '1GB' });
    await using postgres = openPostgres({ url: server.url('postgres') });
    await makeLogFiles(postgres);
    const settings = {
      MILLRACE_DATABASE_URL: server.url('postgres'),
      MILLRACE_SECRET_KEY: randomBytes(32).toString('base64'),
    };
    await using embedded = await startRig();
    await using node = await startRig({ settings });
    for (let i = 0; i < warmUps; i++)
      for (const rig of [embedded, node]) for (const flood of Object.values(floods)) await sendThrough(rig, flood);
    const found = await rounds(options, async (round) => {
      const both = async <T>(events: number, work: (rig: Rig) => Promise<T>) => {
        const [onPostgres, onSqlite] = await inTurns(
          round,
          () => costOfNode(node, { server, postgres }, events, () => work(node)),
          () => costOf(embedded.product.pid, events, () => work(embedded)),
        );
        const ratio = (onPostgres.program + onPostgres.server) / onSqlite.cost.total;
        return { ...onPostgres, ratio, onSqlite: onSqlite.result };
      };
      const batches = await both(floods.batches.events, (rig) => sendThrough(rig, floods.batches));
      const single = await both(floods.single.events, (rig) => sendThrough(rig, floods.single));
      const calm = await both(eventsOf(slow), (rig) => through(rig, slow));
      return {
        batchesProgram: batches.program,
        batchesServer: batches.server,
        batchesWal: batches.wal,
        batchesRatio: batches.ratio,
        singleProgram: single.program,
        singleServer: single.server,
        singleWal: single.wal,
        singleRatio: single.ratio,
        calmProgram: calm.program,
        calmServer: calm.server,
        calmWal: calm.wal,
        calmRatio: calm.ratio,
        calmP50: percentile(calm.result, 0.5),
        calmP99: percentile(calm.result, 0.99),
        embeddedP50: percentile(calm.onSqlite, 0.5),
        embeddedP99: percentile(calm.onSqlite, 0.99),
      };
    });
    return [
      { name: 'batches of 50, processor time of the node', unit: 'µs/event', values: found.batchesProgram },
      { name: 'batches of 50, processor time of PostgreSQL', unit: 'µs/event', values: found.batchesServer },
      { name: 'batches of 50, write-ahead log', unit: 'B/event', values: found.batchesWal },
      { name: 'batches of 50, over embedded', unit: 'ratio', values: found.batchesRatio, goal: atMost(1.5) },
      { name: 'one by one, processor time of the node', unit: 'µs/event', values: found.singleProgram },
      { name: 'one by one, processor time of PostgreSQL', unit: 'µs/event', values: found.singleServer },
      { name: 'one by one, write-ahead log', unit: 'B/event', values: found.singleWal },
      { name: 'one by one, over embedded', unit: 'ratio', values: found.singleRatio, goal: atMost(1.5) },
      { name: '500/s, processor time of the node', unit: 'µs/event', values: found.calmProgram },
      { name: '500/s, processor time of PostgreSQL', unit: 'µs/event', values: found.calmServer },
      { name: '500/s, write-ahead log', unit: 'B/event', values: found.calmWal },
      { name: '500/s, over embedded', unit: 'ratio', values: found.calmRatio, goal: atMost(1.7) },
      { name: '500/s, p50', unit: 'ms', values: found.calmP50, goal: atMost(1.5) },
      { name: '500/s, p99', unit: 'ms', values: found.calmP99, goal: atMost(15) },
      { name: '500/s, embedded mode, p50', unit: 'ms', values: found.embeddedP50 },
      { name: '500/s, embedded mode, p99', unit: 'ms', values: found.embeddedP99 },
    ];
  },
};

/**
 * A server that has run for a while uses the files of its log again. A new one creates each of 16 MiB while all commits wait, which
 * takes tens of milliseconds.
 */
async function makeLogFiles({ query }: Postgres): Promise<void> {
  for (let file = 0; file < logFiles; file++) {
    await query('SELECT txid_current()');
    await query('SELECT pg_switch_wal()');
  }
  await query('CHECKPOINT');
}

/** Processor time per event of the node and of PostgreSQL, in microseconds, and bytes of its log. */
async function costOfNode<T>(
  node: Rig,
  { server, postgres }: { server: Server; postgres: Postgres },
  events: number,
  work: () => Promise<T>,
) {
  const { pid } = server;
  if (pid === null) throw new Error('PostgreSQL has ended.');
  const written = async () => {
    const [row] = await postgres.query<{ bytes: number }>(`SELECT (pg_current_wal_lsn() - '0/0')::float8 AS bytes`);
    return row?.bytes ?? 0;
  };
  const before = { server: cpuUsOfAll(pid), wal: await written() };
  const { result, cost } = await costOf(node.product.pid, events, work);
  return {
    result,
    program: cost.total,
    server: (cpuUsOfAll(pid) - before.server) / events,
    wal: ((await written()) - before.wal) / events,
  };
}
