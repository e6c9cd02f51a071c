import { ConfigError } from '../config/load.ts';
import type { Config } from '../config/settings.ts';
import { sumOfLost } from '../journal/journal.ts';
import { factsOf } from '../postgres/facts.ts';
import { hasHoldMark, setHoldMark } from '../postgres/hold-mark.ts';
import { lostWrites } from '../postgres/lost-writes.ts';
import { migrate } from '../postgres/migrate.ts';
import { moveMark } from '../postgres/move-mark.ts';
import { openPostgres } from '../postgres/postgres.ts';
import { watchedPostgres } from '../postgres/watched.ts';
import { postgresFindings } from './inspect-postgres.ts';
import { postgresPorts } from './postgres-ports.ts';
import { movedSentence, type Storage, type StorageFacts, type StorageOptions } from './storage.ts';

/**
 * Opens the PostgreSQL database of MILLRACE_DATABASE_URL, and migrates it. Throws an Error of one sentence when it can't be
 * reached, is too old, is a replica, or would lose what it committed. Later it may be gone and come back: no call of the storage
 * ends with it.
 */
export async function openPostgresStorage(
  config: Pick<Config, 'databaseUrl' | 'secretKey' | 'storageQueueBytes'>,
  { nodeName }: Pick<StorageOptions, 'nodeName'>,
): Promise<Storage> {
  const { databaseUrl, secretKey, storageQueueBytes } = config;
  if (databaseUrl === null) throw new ConfigError('MILLRACE_DATABASE_URL is not set.');
  if (secretKey === null)
    throw new ConfigError(
      'MILLRACE_DATABASE_URL needs MILLRACE_SECRET_KEY: the key of stored secrets, the same at every node (openssl rand -base64 32).',
    );
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(watchedPostgres(openPostgres({ url: databaseUrl.reveal(), node: nodeName })));
  const facts = await factsOf(postgres).catch((error: unknown) => {
    throw new Error(`PostgreSQL can't be asked: ${reasonOf(error)}`, { cause: error });
  });
  const problems = postgresFindings(facts, Date.now()).filter(({ state }) => state === 'problem');
  const fatal = problems.find(({ name }) => name === 'database' || name === 'rights');
  if (fatal !== undefined) throw new Error(`PostgreSQL: ${fatal.detail}.`);
  if (facts.synchronousCommit === 'off')
    throw new Error(
      'PostgreSQL: synchronous_commit is off for this role, so that a crash would lose acknowledged events; ALTER ROLE … SET synchronous_commit = on.',
    );
  // Before the tables are migrated: data that was moved stay as they are.
  const mark = facts.schema === null ? null : await moveMark(postgres.query);
  if (mark !== null) throw new Error(movedSentence('The data of this PostgreSQL database', mark));
  await migrate(postgres);
  const startsHeld = await hasHoldMark(postgres.query);
  const ports = opened.use(postgresPorts(postgres, { clock: 'database', queueBytesMax: storageQueueBytes }));
  const stack = opened.move();
  return {
    ...ports,
    // The program goes on without its database, and refuses what needs it.
    failed: new Promise<never>(() => {}),
    notices: problems.map(({ detail }) => ({ text: `PostgreSQL: ${detail}` })),
    startsHeld,
    held() {
      // If the mark stays, the next start holds them again.
      setHoldMark(postgres.query, false).catch(() => {});
    },
    problems(withCauses): Record<string, string> {
      const parts = {
        storage_database: ['The database does not respond', postgres.problem()],
        storage_writes: ['The disk of the database is full', postgres.full()],
      } as const;
      return Object.fromEntries(
        Object.entries(parts).flatMap(([part, [sentence, cause]]) =>
          cause === null ? [] : [[part, withCauses ? `${sentence}: ${cause}.` : `${sentence}.`]],
        ),
      );
    },
    async about() {
      const { version, bytes, synchronousStandbys, synchronousCommit, replicas } = await factsOf(postgres);
      const isSafe = synchronousStandbys !== '' && synchronousCommit !== 'local';
      const failover = isSafe ? 'nothing' : replicas > 0 ? 'last_transactions' : 'no_replica';
      const name = `${Math.floor(version / 10_000)}.${version % 10_000}`;
      return { engine: 'postgresql', version: name, bytes, failover, lost: shown(await lostWrites(postgres.query)) };
    },
    stats: {
      get commits() {
        return postgres.stats.commits;
      },
      get operations() {
        return postgres.stats.operations;
      },
      get waitingBytes() {
        return ports.journal.waitingBytes;
      },
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function shown(lost: Awaited<ReturnType<typeof lostWrites>>): StorageFacts['lost'] {
  if (lost.length === 0) return null;
  const noticedAt = new Date(Math.max(...lost.map(({ at }) => at))).toISOString();
  return { noticedAt, ...sumOfLost(lost) };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
