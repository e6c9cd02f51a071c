import { parseArgs } from 'node:util';
import { startTestServer } from '../test/support/test-server.ts';
import { shareBudget } from './soak/budget.ts';
import { shareDatabase } from './soak/cluster.ts';
import { fillTheDisk } from './soak/disk.ts';
import { fanOut } from './soak/fanout.ts';
import { turnHolds } from './soak/gate.ts';
import { keepApart } from './soak/isolation.ts';
import { killUnderLoad } from './soak/kill.ts';
import { floodSignIn } from './soak/login.ts';
import { holdAgainstLoris } from './soak/loris.ts';
import { simulateNodes } from './soak/nodes.ts';
import { cutThePower } from './soak/powercut.ts';
import { buildPrograms } from './soak/programs.ts';
import { soakTogether } from './soak/together.ts';

// Runs long tests in real time: npm run soak <name> [-- --seed=1]. Prints figures as JSON; exit code 1 when a guarantee
// is broken. `isolation` takes --rounds=9 and --seconds=20; `gate` and `order` take --size=200000, --visitors=5000 and
// --open=30000 (ms of the circuit breaker's longest wait); `powercut` takes --cuts=200; `together` takes --seconds=60, --runs=1
// (consecutive seeds), --program=/path/bin/millrace.cjs and --except=guarantee,guarantee; `nodes` takes --runs=1, too; both take
// --database=postgres; `fanout` takes --destinations=3600 and --heap=512 (MiB); `cluster` takes --seconds=1200, --kills=40,
// --stops=20, --databases=10, --cuts=10, --upgrades=1, --twice=10000, --events=60 (per second) and --older=commit, the program
// before the upgrade, and prints one line.

/** The 99th percentile. */
const takeoverMsMax = 2_000;
/** The table of waiting deliveries may be this many times as large as those that wait. */
const waitingTimesMax = 10;
/** Those that can run on PostgreSQL besides SQLite. */
const onPostgres = ['together', 'nodes'];
const names = [
  'seed',
  'rounds',
  'seconds',
  'size',
  'visitors',
  'open',
  'cuts',
  'runs',
  'program',
  'except',
  'database',
];
const counts = ['destinations', 'heap', 'kills', 'stops', 'databases', 'upgrades', 'twice', 'events', 'older'];
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: Object.fromEntries([...names, ...counts].map((name) => [name, { type: 'string' as const }])),
});
const text = (name: string) => values[name];
const option = (name: string, usual: number) => Number(text(name) ?? usual);
const seed = option('seed', Date.now());
const held = () => ({
  held: option('size', 200_000),
  visitors: option('visitors', 5_000),
  openMs: option('open', 30_000),
});

const soaks: Record<string, () => Promise<{ faults: string[] }>> = {
  kill: () => killUnderLoad({ kills: 100, seed, upMsMax: 1_200 }),
  powercut: () => cutThePower({ cuts: option('cuts', 200), seed }),
  disk: () => fillTheDisk(),
  fanout: () =>
    fanOut({
      destinations: option('destinations', 3_600),
      systems: 8,
      eventBytes: 900_000,
      responseMs: 4_000,
      heapMiB: option('heap', 512),
    }),
  loris: () => holdAgainstLoris({ clients: 2_000, secondsEach: 30 }),
  isolation: () => keepApart({ rounds: option('rounds', 9), secondsEach: option('seconds', 20) }),
  budget: () => shareBudget(),
  gate: () => turnHolds({ ...held(), isOrdered: false }),
  order: () => turnHolds({ ...held(), isOrdered: true }),
  together: () =>
    soakTogether({
      seed,
      runs: option('runs', 1),
      seconds: option('seconds', 60),
      launcher: text('program'),
      except: text('except')?.split(','),
    }),
  nodes: () => simulateNodes({ seed, runs: option('runs', 1) }),
  async cluster() {
    using programs = await buildPrograms(text('older'));
    const figures = await shareDatabase({
      ...{ seed, programs, seconds: option('seconds', 1_200), twice: option('twice', 10_000) },
      perSecond: option('events', 60),
      say: console.error,
      acts: {
        kill: option('kills', 40),
        stop: option('stops', 20),
        database: option('databases', 10),
        cut: option('cuts', 10),
        upgrade: option('upgrades', 1),
      },
    });
    const { p99 } = figures.takeoverMs;
    const { times } = figures.waiting;
    const missed = [
      ...(p99 > takeoverMsMax ? [`a takeover took ${p99} ms`] : []),
      ...(times > waitingTimesMax ? [`the table of waiting deliveries was ${times} times as large`] : []),
    ];
    return { ...figures, faults: [...figures.faults, ...missed] };
  },
  login: () => floodSignIn({ attemptsPerSecond: 300, secondsEach: 20 }),
};

const name = process.argv[2] ?? '';
const soak = soaks[name];
if (soak === undefined) {
  console.error(`Choose one: ${Object.keys(soaks).join(', ')}.`);
  process.exit(2);
}
const database = text('database');
if (database !== undefined && (database !== 'postgres' || !onPostgres.includes(name))) {
  console.error(`--database=postgres is an option of ${onPostgres.join(' and ')}.`);
  process.exit(2);
}
await using _server = database === undefined ? null : await startTestServer();
const startedAt = performance.now();
const figures = await soak();
console.log(
  JSON.stringify(
    { soak: name, seed, seconds: Math.round((performance.now() - startedAt) / 1_000), ...figures },
    null,
    name === 'cluster' ? 0 : 2,
  ),
);
if (figures.faults.length > 0) process.exitCode = 1;
