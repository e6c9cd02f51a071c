import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '../../src/cli/demo/random.ts';
import type { Client } from '../../src/client/client.ts';
import { AppError } from '../../src/contract/errors.ts';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { startProxy } from '../../src/postgres/testing/proxy.testing.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { startRecorder } from '../../test/faults/recorder.ts';
import { wire } from '../../test/faults/wiring.ts';
import { eventually } from '../../test/support/eventually.ts';
import { adminClient, environment, type Process, spawnProcess } from '../../test/support/process.ts';
import { formerOwner, kindsOfWrites } from './former-owner.ts';
import { startLoad } from './load.ts';
import type { Programs } from './programs.ts';
import { overRate } from './rates.ts';
import { storedDeliveries } from './stored-deliveries.ts';
import { sendTwice } from './twice.ts';
import { faultsOf, outOfOrder } from './verdicts.ts';
import { watchDatabase } from './watch-database.ts';

type Act = 'kill' | 'stop' | 'database' | 'cut' | 'upgrade';

export type ClusterFigures = {
  acts: Record<Act, number>;
  eventsAcknowledged: number;
  eventsSent: number;
  requestsReceived: number;
  /** Deliveries received more than once. */
  repeated: number;
  /** From the death of a node until another one owns all its partitions. */
  takeoverMs: { median: number; p99: number; max: number };
  drainMs: number;
  /** How often each kind of write was tried as a former owner, and refused. */
  formerOwners: { kinds: string[]; tried: number };
  /** The most requests in a period at a rate, with the limit. */
  rate: { most: number; limit: number };
  /** Events that were sent to both nodes at once. */
  sentTwice: number;
  /**
   * While a long transaction reads all tables. `rowsMost`: the deliveries that had a row at once; `bytes`: of their table, and how many
   * `times` as large it is as those rows.
   */
  waiting: { rowsMost: number; bytes: number; times: number };
  /** Broken guarantees as sentences; must be empty. */
  faults: string[];
};

const stopMs = 5_000;
/** Of each connection: what waited during an act is sent at this rate, or at twice that of the events if they are many. */
const usualRate = { limit: 400, perMs: 2_000 };
const destinations = 4;
const databaseDownMsMax = 3_000;
const cutsAtOnce = 6;
const startsMax = 5;
/** Characters of the log of a node that a failure shows. */
const logLast = 4_000;

type Node = { name: string; process: Process; url: string; client: Client };

/**
 * Two nodes on one PostgreSQL under load: nodes are killed and stopped, PostgreSQL is killed and started, connections break in the
 * middle of a transaction, and the nodes are upgraded one after the other. At the end, both get the same events. Then acknowledged
 * events are compared with what arrived, and the order of each visitor's events.
 */
export async function shareDatabase({
  seed,
  acts,
  seconds,
  perSecond = 30,
  twice,
  programs = null,
  pooler,
  say = () => {},
}: {
  seed: number;
  acts: Readonly<Record<Act, number>>;
  /** Over which the acts are spread, if they don't take longer. */
  seconds: number;
  /** Events. Each has four deliveries, two of them to destinations with an order. */
  perSecond?: number;
  /** How many events are sent to both nodes. */
  twice: number;
  /** For the upgrades; null: there are none. */
  programs?: Programs | null;
  /** Starts what the nodes reach the database through, besides the proxy that breaks connections. */
  pooler?(url: string): Promise<AsyncDisposable & { url: string }>;
  say?(line: string): void;
}): Promise<ClusterFigures> {
  const random = seededRandom(seed);
  await using server = await startServer();
  using folder = temporaryFolder();
  await using pool = (await pooler?.(server.url('postgres'))) ?? null;
  await using proxy = await startProxy(pool?.url ?? server.url('postgres'));
  await using recorder = await startRecorder((response, body) => {
    const jitter = random();
    response.statusCode = jitter < 0.01 ? 503 : 200;
    if (jitter > 0.9) void setTimeout(jitter > 0.99 ? 60 : 8, undefined, { ref: false }).then(() => response.end(body));
    else response.end(body);
  });
  const common = {
    ...environment(folder.path),
    MILLRACE_DATABASE_URL: proxy.url,
    MILLRACE_SECRET_KEY: randomBytes(32).toString('base64'),
    MILLRACE_PARTITIONS: '4',
  };

  let program = programs?.older;
  /** Like a supervisor, again when the database was not available. */
  async function start(name: string, left = startsMax): Promise<Node> {
    const of = program === undefined ? {} : { program };
    const process = spawnProcess({ ...common, MILLRACE_NODE_NAME: name }, ['start'], of);
    try {
      const url = await process.listening;
      return { name, process, url, client: adminClient(url) };
    } catch (error) {
      if (left <= 1 || !/The database|PostgreSQL can't be asked/.test(process.stderr())) throw error;
      say(`${name} starts again: ${process.stderr().trim()}`);
      return start(name, left - 1);
    }
  }

  const nodes = new Map<string, Node>();
  await using ending = new AsyncDisposableStack();
  ending.defer(async () => {
    for (const { process } of nodes.values()) {
      process.signal('SIGCONT');
      await process.end('SIGKILL');
    }
  });
  for (const name of ['a', 'b']) nodes.set(name, await start(name));
  const of = (name: string): Node => nodes.get(name) ?? fail(name);
  const retry = { scheduleMs: [0, ...Array.from({ length: 30 }, () => 100)], jitter: 0 };
  const rate = { ...usualRate, limit: Math.max(usualRate.limit, (2 * perSecond * usualRate.perMs) / 1_000) };
  const keys: string[] = [];
  const ordered = new Set<string>();
  // One for each partition, so that both nodes send.
  for (let count = 0; count < destinations; count++) {
    const isOrdered = count % 2 === 0;
    const { key, destinationId } = await wire(of('a').client, recorder.url, {
      connection: { settings: { retry, rate } },
      destination: { settings: isOrdered ? { order: {} } : {} },
    });
    keys.push(key);
    if (isOrdered) ordered.add(destinationId);
  }
  const load = startLoad({ senders: 4, batchMax: 20, random, perSecondMax: perSecond });
  let isOver = false;
  const alive = new Set(nodes.keys());
  const aiming = (async () => {
    for (let turn = 0; !isOver; turn++) {
      const names = [...alive];
      const name = names[turn % Math.max(1, names.length)];
      if (name !== undefined && (!load.isAimed || turn % 10 === 0)) load.aim(`${of(name).url}/v3/${keys[0]}`);
      await setTimeout(50);
    }
  })();

  await using postgres = openPostgres({ url: server.url('postgres'), node: 'soak' });
  await using watching = watchDatabase(server.url('postgres'));
  const written: string[] = [];
  let tried = 0;
  async function writeLate(former: Awaited<ReturnType<typeof formerOwner>>) {
    if (former === null) return;
    using ending = former;
    written.push(...(await ending.write()));
    tried += 1;
  }

  const formerOwnerOf = (name: string) =>
    formerOwner(postgres, name).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      say(`no former owner: ${error.message} (${error.cause})`);
      return null;
    });

  const takeoverMs: number[] = [];
  /** After a fault the other node has all partitions for a while. */
  const toOwn = (name: string) =>
    eventually(
      `${name} to own partitions`,
      async () => {
        const owned = await postgres.query('SELECT 1 FROM partition_lease WHERE owner = $1', [name]).catch(() => []);
        return owned.length > 0;
      },
      { state: logs },
    );
  const logs = () =>
    Array.from(nodes.values(), ({ name, process }) => ({ name, log: process.stdout().slice(-logLast) }));
  const other = (name: string) => of(name === 'a' ? 'b' : 'a');
  const doing: Record<Act, (name: string) => Promise<void>> = {
    async kill(name) {
      await toOwn(name);
      alive.delete(name);
      const former = await formerOwnerOf(name);
      await of(name).process.end('SIGKILL');
      const from = performance.now();
      await eventually('the other node to own all', async () => {
        const sql = 'SELECT 1 FROM partition_lease WHERE owner IS DISTINCT FROM $1';
        return (await postgres.query(sql, [other(name).name])).length === 0;
      });
      takeoverMs.push(performance.now() - from);
      await writeLate(former);
      nodes.set(name, await start(name));
      alive.add(name);
    },
    async stop(name) {
      await toOwn(name);
      alive.delete(name);
      const former = await formerOwnerOf(name);
      of(name).process.signal('SIGSTOP');
      await setTimeout(stopMs);
      await writeLate(former);
      of(name).process.signal('SIGCONT');
      alive.add(name);
    },
    async database() {
      await server.kill();
      await setTimeout(random() * databaseDownMsMax);
      await server.start();
    },
    async cut() {
      let left = cutsAtOnce;
      await new Promise<void>((done) => {
        proxy.cut = () => {
          if (left-- > 0) return random() < 0.5 ? 'before' : 'after';
          proxy.cut = () => null;
          done();
          return null;
        };
      });
      proxy.breakAll();
    },
    async upgrade() {
      await watching.without(async () => {
        program = programs?.newer;
        for (const name of nodes.keys()) {
          alive.delete(name);
          await of(name).process.end('SIGTERM');
          nodes.set(name, await start(name));
          alive.add(name);
        }
      });
    },
  };
  const all = (Object.entries(acts) as [Act, number][]).flatMap(([act, count]) =>
    Array.from({ length: count }, () => act),
  );
  const begun = performance.now();
  const inOrder = all.map((one) => ({ one, at: random() })).sort((x, y) => x.at - y.at);
  for (const [index, { one, at }] of inOrder.entries()) {
    const due = begun + ((index + random()) * seconds * 1_000) / all.length;
    await setTimeout(Math.max(0, due - performance.now()));
    say(`${Math.round((performance.now() - begun) / 1_000)} s: ${one}`);
    await doing[one](at < 0.5 === index % 2 < 1 ? 'a' : 'b');
  }
  await setTimeout(Math.max(0, begun + seconds * 1_000 - performance.now()));
  isOver = true;
  await aiming;
  await load.stop();
  const urls = Array.from(nodes.values(), ({ url }) => `${url}/v3/${keys[0]}`);
  const both = await sendTwice(urls, twice);
  const drainedFrom = performance.now();
  const deliveries = await storedDeliveries(postgres, () => recorder.arrivals.length);
  const drainMs = performance.now() - drainedFrom;
  const sorted = takeoverMs.toSorted((x, y) => x - y);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const waiting = await watching.seen();
  const atRate = overRate(recorder, deliveries, rate);
  return {
    acts: { ...acts },
    eventsAcknowledged: load.sent.reduce((sum, { ids }) => sum + (ids?.length ?? 0), 0),
    eventsSent: load.sent.reduce((sum, { numbers }) => sum + numbers.length, 0),
    requestsReceived: [...recorder.byKey.values()].reduce((sum, { count }) => sum + count, 0),
    repeated: [...recorder.byKey.values()].filter(({ accepted }) => accepted > 1).length,
    takeoverMs: { median: at(0.5), p99: at(0.99), max: at(1) },
    drainMs: Math.round(drainMs),
    formerOwners: { kinds: kindsOfWrites, tried },
    rate: { most: atRate.most, limit: rate.limit },
    sentTwice: both.sent.length,
    waiting,
    faults: [
      ...faultsOf({
        load: { sent: [...load.sent, ...both.sent], odd: load.odd },
        ...{ recorder, deliveries, copies: keys.length },
      }),
      ...both.faults,
      ...outOfOrder(recorder, deliveries, ordered),
      ...atRate.faults,
      ...written.map((kind) => `${kind} of a former owner was written`),
    ],
  };
}

function fail(name: string): never {
  throw new Error(`there is no node ${name}`);
}
