import type { App, Overrides } from './compose.ts';
import { checkConsistency } from './config/consistency.ts';
import { ConfigError } from './config/load.ts';
import type { Config } from './config/settings.ts';
import { parseAllowRules } from './egress/guard/allow-list.ts';
import { isHostAllowed } from './egress/guard/guard.ts';
import { checkKeys } from './key-check.ts';
import { openSqlite, operationsOf } from './sqlite/sqlite.ts';

export type { App, Overrides } from './compose.ts';

/**
 * Starts the program on SQLite from a configuration. Throws an Error of one sentence when it can't start; parts that
 * were opened until then are closed. Disposing refuses new requests, finishes those in flight and closes the rest in
 * the reverse order of its opening.
 */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  if (config.databaseUrl !== null)
    throw new ConfigError('MILLRACE_DATABASE_URL: PostgreSQL is not supported yet; unset it.');
  const allow = parseAllowRules(config.egressAllow ?? '');
  if (!allow.ok) throw new ConfigError(`MILLRACE_EGRESS_ALLOW: ${allow.problems.join('; ')}`);
  checkConsistency(config, (url) => isHostAllowed(allow.rules, url));

  let isStarting = true;
  await using opened = new AsyncDisposableStack();
  const { freeBytes, spaceCheckMs } = overrides;
  const { promise: storageFailed, resolve: onFailure } = Promise.withResolvers<Error>();
  const sqlite = opened.use(
    await openSqlite({
      dir: config.dataDir,
      operations: operationsOf('accounts', 'audit', 'catalog', 'issues', 'journal', 'notes', 'outbox', 'requests'),
      isStarting: () => isStarting,
      beforeUpgrade: (file) => checkKeys(file, config),
      queueBytesMax: config.storageQueueBytes,
      onFailure,
      ...(config.diskReserveBytes === null ? {} : { reserveBytes: config.diskReserveBytes }),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      ...(spaceCheckMs === undefined ? {} : { spaceCheckMs }),
    }),
  );
  // The storage thread starts while the rest, which is most of the program, is loaded here.
  const { compose } = await import('./compose.ts');
  const app = opened.use(await compose(config, { sqlite, storageFailed, allow: allow.rules }, overrides));
  isStarting = false;
  const stack = opened.move();
  return { ...app, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
