import { type App, type Overrides, startApp } from '../../src/app.ts';
import { compose } from '../../src/compose.ts';
import type { Config } from '../../src/config/settings.ts';
import { parseAllowRules } from '../../src/egress/guard/allow-list.ts';
import type { NodeParts } from '../../src/pipeline/pipeline-parts.ts';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { openSqliteStorage } from '../../src/storage/sqlite-storage.ts';
import { isOfRun } from './database.ts';
import { eventually } from './eventually.ts';

/** By `MILLRACE_TEST_NODES=2`, two nodes of this process share the database of a test; else it is embedded mode. */
const isShared = process.env['MILLRACE_TEST_NODES'] === '2';
const partitions = 4;
const ttlMs = 10_000;

/** `urls`: the addresses of all nodes. */
type Nodes = App & { urls: readonly string[] };

/**
 * Starts the program. Of two nodes the test uses the first one. The partitions of its first connections are those of the
 * second node, which sends to them.
 */
export async function startNodes(config: Config, overrides: Overrides): Promise<Nodes> {
  await using opened = new AsyncDisposableStack();
  const database = isShared ? await sharedDatabase(config, overrides, opened) : null;
  if (database === null) {
    const app = await startApp(config, overrides);
    return { ...app, urls: [app.url] };
  }
  const nodes: App[] = [];
  // Together, as all stop at a signal: each finishes what it has on the wire.
  opened.defer(async () => void (await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))));
  const app = await database.start(config, nodeOf('a'));
  nodes.push(app);
  nodes.push(await database.start({ ...config, port: 0 }, nodeOf('b')));
  await eventually('both nodes to own their share', async () => (await database.owners()).join() === 'a,a,b,b');
  const stack = opened.move();
  return { ...app, urls: nodes.map(({ url }) => url), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

type SharedDatabase = {
  start(config: Config, node: NodeParts): Promise<App>;
  /** Of its partitions, in their order. */
  owners(): Promise<readonly (string | null)[]>;
};

/** What nodes of a test share; null: the test has a database of its own, for one node. */
async function sharedDatabase(
  config: Config,
  overrides: Overrides,
  opened: AsyncDisposableStack,
): Promise<SharedDatabase | null> {
  const url = config.databaseUrl?.reveal();
  if (url !== undefined) {
    if (!isOfRun(url)) return null;
    const postgres = opened.use(openPostgres({ url }));
    return {
      start: (own, node) => startApp(own, { ...overrides, node }),
      owners: async () =>
        (await postgres.read<{ owner: string | null }>('SELECT owner FROM partition_lease ORDER BY partition')).map(
          ({ owner }) => owner,
        ),
    };
  }
  const allow = parseAllowRules(config.egressAllow ?? '');
  if (!allow.ok) throw new Error(allow.problems.join('; '));
  const storage = opened.use(await openSqliteStorage(config, overrides));
  const { leases } = storage.journal.hot;
  return {
    start: (own, node) => compose(own, storage, allow.rules, { ...overrides, node }),
    async owners() {
      const { partitions } = await leases.beat({ node: 'b', ttlMs, isLeaving: false, now: monotonic() });
      return partitions.toSorted((one, other) => one.partition - other.partition).map(({ owner }) => owner);
    },
  };
}

/** From the same start for all processes of the machine. */
const monotonic = () => Number(process.hrtime.bigint()) / 1e6;

function nodeOf(name: string): NodeParts {
  return { name, partitions, monotonic, ttlMs, everyMs: 50, pollMs: 25, followMs: 25, statusMs: 50 };
}
