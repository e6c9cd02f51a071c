import { type App, type Overrides, startApp } from '../../src/app.ts';
import { compose } from '../../src/compose.ts';
import type { Config } from '../../src/config/settings.ts';
import { parseAllowRules } from '../../src/egress/guard/allow-list.ts';
import type { Leases } from '../../src/journal/journal.ts';
import type { NodeParts } from '../../src/pipeline/pipeline-parts.ts';
import { openSqliteStorage } from '../../src/storage/sqlite-storage.ts';
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
  if (!isShared || config.databaseUrl !== null) {
    const app = await startApp(config, overrides);
    return { ...app, urls: [app.url] };
  }
  const allow = parseAllowRules(config.egressAllow ?? '');
  if (!allow.ok) throw new Error(allow.problems.join('; '));
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await openSqliteStorage(config, overrides));
  const nodes: App[] = [];
  // Together, as all stop at a signal: each finishes what it has on the wire.
  opened.defer(async () => void (await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))));
  const app = await compose(config, storage, allow.rules, { ...overrides, node: nodeOf('a') });
  nodes.push(app);
  const other = { ...config, port: 0 };
  nodes.push(await compose(other, storage, allow.rules, { ...overrides, node: nodeOf('b') }));
  await eventually('both nodes to own their share', () => areShared(storage.journal.hot.leases));
  const stack = opened.move();
  return { ...app, urls: nodes.map(({ url }) => url), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function areShared(leases: Leases): Promise<boolean> {
  const roster = await leases.beat({ node: 'b', ttlMs, isLeaving: false, now: monotonic() });
  const owners = roster.partitions.toSorted((one, other) => one.partition - other.partition).map(({ owner }) => owner);
  return owners.join() === 'a,a,b,b';
}

/** From the same start for all processes of the machine. */
const monotonic = () => Number(process.hrtime.bigint()) / 1e6;

function nodeOf(name: string): NodeParts {
  return { name, partitions, monotonic, ttlMs, everyMs: 50, pollMs: 25, followMs: 25, statusMs: 50 };
}
