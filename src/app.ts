import type { App, Overrides } from './compose.ts';
import { checkConsistency } from './config/consistency.ts';
import { ConfigError } from './config/load.ts';
import type { Config } from './config/settings.ts';
import { parseAllowRules } from './egress/guard/allow-list.ts';
import { isHostAllowed } from './egress/guard/guard.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { Storage, StorageOptions } from './storage.ts';

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
  const storage = opened.use(await openStorage(config, { freeBytes, spaceCheckMs, isStarting: () => isStarting }));
  // The storage threads start while the rest, which is most of the program, is loaded here.
  const { compose } = await import('./compose.ts');
  const app = opened.use(await compose(config, storage, allow.rules, overrides));
  isStarting = false;
  const stack = opened.move();
  return { ...app, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Opens the storage of the engine that the configuration chooses. */
function openStorage(config: Config, options: StorageOptions): Promise<Storage> {
  if (config.databaseUrl !== null)
    throw new ConfigError('MILLRACE_DATABASE_URL: PostgreSQL is not supported yet; unset it.');
  return openSqliteStorage(config, options);
}
