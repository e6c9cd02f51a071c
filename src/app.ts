import { hostname } from 'node:os';
import { pid } from 'node:process';
import type { App, Overrides } from './compose.ts';
import { checkConsistency } from './config/consistency.ts';
import { ConfigError } from './config/load.ts';
import type { Config } from './config/settings.ts';
import { parseAllowRules } from './egress/guard/allow-list.ts';
import { isHostAllowed } from './egress/guard/guard.ts';
import type { NodeParts } from './pipeline/pipeline-parts.ts';
import { openStorage } from './storage/open-storage.ts';
import type { Storage } from './storage/storage.ts';

export type { App, Overrides } from './compose.ts';

/**
 * Starts the program from a configuration. Throws an Error of one sentence when it can't start; parts that
 * were opened until then are closed. Disposing refuses new requests, finishes those in flight and closes the rest in
 * the reverse order of its opening.
 */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const allow = parseAllowRules(config.egressAllow ?? '');
  if (!allow.ok) throw new ConfigError(`MILLRACE_EGRESS_ALLOW: ${allow.problems.join('; ')}`);
  checkConsistency(config, (url) => isHostAllowed(allow.rules, url));

  let isStarting = true;
  await using opened = new AsyncDisposableStack();
  const { freeBytes, spaceCheckMs } = overrides;
  const nodeName = overrides.node?.name ?? nameOf(config);
  const storage = opened.use(
    await openStorage(config, { nodeName, freeBytes, spaceCheckMs, isStarting: () => isStarting }),
  );
  // The storage threads start while the rest, which is most of the program, is loaded here.
  const { compose } = await import('./compose.ts');
  const node = overrides.node ?? (await nodeOf(config, storage));
  const app = opened.use(
    await compose(config, storage, allow.rules, { ...overrides, ...(node === undefined ? {} : { node }) }),
  );
  isStarting = false;
  const stack = opened.move();
  return { ...app, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** How often a node does what others may wait for, in ms. */
const rhythm = { ttlMs: 1_500, everyMs: 250, pollMs: 100, followMs: 500, statusMs: 1_000 };

/** The same for a node that is alone. */
const rhythmAlone = { ttlMs: 15_000, everyMs: 5_000, pollMs: 1_000, followMs: 5_000, statusMs: 5_000 };

/**
 * With PostgreSQL each process is a node. Embedded mode has none, unless its data came from there: then it is a node that owns all
 * partitions, under the same name at each start.
 */
async function nodeOf(config: Config, { journal }: Storage): Promise<NodeParts | undefined> {
  const { databaseUrl, partitions } = config;
  const monotonic = () => performance.now();
  if (databaseUrl === null) {
    const count = await journal.hot.leases.partitionCount(1);
    return count === 1 ? undefined : { name: 'embedded', partitions: count, monotonic, ...rhythmAlone };
  }
  return { name: nameOf(config), partitions, monotonic, ...rhythm };
}

/** Of this process among those that share a database. */
const nameOf = ({ nodeName, port }: Config) => nodeName ?? `${hostname()}:${port === 0 ? pid : port}`;
