import type { Config } from '../config/settings.ts';
import type { Finding } from '../contract/finding.ts';
import { type Facts, factsOf } from '../postgres/facts.ts';
import { latestVersion } from '../postgres/migrate.ts';
import { moveMark } from '../postgres/move-mark.ts';
import { openPostgres, type Query } from '../postgres/postgres.ts';
import { configuredKeys } from '../secrets/keys.ts';
import { sealer } from '../secrets/sealer.ts';
import { requireKeys } from './postgres-key.ts';
import { movedSentence } from './storage.ts';

/** Connections of one node; see `defaults` of postgres.ts. */
const perNode = 8;
const oldest = 150_000;
/** A clock that differs more from the database's makes times in logs and lists confusing; the order stays. */
const clockMs = 1_000;

/** The doctor's findings in a PostgreSQL database. Changes nothing. `secretKey`: the configured one. */
export async function inspectPostgres(
  url: string,
  secretKey: Config['secretKey'],
  now: () => number = Date.now,
): Promise<Finding[]> {
  await using postgres = openPostgres({ url, connectionsMax: { writes: 1, reads: 1 } });
  try {
    const before = now();
    const facts = await factsOf(postgres);
    const findings = postgresFindings(facts, (before + now()) / 2);
    if (secretKey !== null) findings.push({ name: 'key', ...(await key(postgres.query, facts, secretKey.reveal())) });
    // A role that is not allowed to read the table has another problem, which is named.
    const mark = facts.schema === null ? null : await moveMark(postgres.query).catch(() => null);
    if (mark === null) return findings;
    const moved = movedSentence('the data of this database', mark);
    return findings.map((one) => (one.name === 'database' ? { ...one, state: 'problem', detail: moved } : one));
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const detail = cause instanceof Error ? cause.message : String(cause);
    return [{ name: 'database', state: 'problem', detail: `PostgreSQL can't be asked: ${detail}` }];
  }
}

/** What the facts of a database mean for a server that would start with it at `now`. Pure. */
export function postgresFindings(facts: Facts, now: number): Finding[] {
  return [
    { name: 'database', ...database(facts) },
    { name: 'rights', ...rights(facts) },
    { name: 'temporary tables', ...temporaryTables(facts) },
    { name: 'durability', ...durability(facts) },
    { name: 'failover', ...failover(facts) },
    { name: 'connections', ...connections(facts) },
    { name: 'database clock', ...clock(facts.now - now) },
  ];
}

type Found = Omit<Finding, 'name'>;

function database({ version, encoding, isReplica, bytes, schema }: Facts): Found {
  const name = `PostgreSQL ${Math.floor(version / 10_000)}.${version % 10_000}`;
  if (version < oldest) return { state: 'problem', detail: `${name} is too old: 15 or newer is needed` };
  if (encoding !== 'UTF8') return { state: 'problem', detail: `${name}, encoding ${encoding}: UTF8 is needed` };
  if (isReplica) return { state: 'problem', detail: `${name} is a replica, which takes no writes: name the primary` };
  if (schema === null) return { state: 'ok', detail: `${name}, no tables yet: they will be created` };
  const detail = `${name}, schema ${schema}, ${Math.ceil(bytes / 2 ** 20)} MiB`;
  if (schema > latestVersion()) return { state: 'problem', detail: `${detail}: written by a newer Millrace` };
  if (schema < latestVersion()) return { state: 'warning', detail: `${detail}: will be migrated` };
  return { state: 'ok', detail };
}

function rights({ mayCreate, isSuperuser }: Facts): Found {
  if (!mayCreate)
    return {
      state: 'problem',
      detail: 'the role is not allowed to create tables in its schema: GRANT CREATE ON SCHEMA',
    };
  if (isSuperuser)
    return { state: 'warning', detail: 'the role is a superuser; one that owns its database is sufficient' };
  return { state: 'ok', detail: 'the role can create tables in its schema' };
}

function temporaryTables({ mayCreateTemporary }: Facts): Found {
  if (mayCreateTemporary) return { state: 'ok', detail: 'the role can create those with which days are removed' };
  return {
    state: 'problem',
    detail:
      'the role is not allowed to create temporary tables, so that retention removes no day: GRANT TEMPORARY ON DATABASE',
  };
}

function durability({ synchronousCommit, fsync, fullPageWrites }: Facts): Found {
  const off = Object.entries({ fsync, full_page_writes: fullPageWrites }).flatMap(([name, value]) =>
    value === 'off' ? name : [],
  );
  if (synchronousCommit === 'off')
    return {
      state: 'problem',
      detail: 'synchronous_commit is off: a crash of PostgreSQL would lose events that were acknowledged',
    };
  if (off.length > 0)
    return { state: 'problem', detail: `${off.join(' and ')} off: a power cut would damage the database` };
  return { state: 'ok', detail: `synchronous_commit is ${synchronousCommit}` };
}

function failover({ synchronousStandbys, replicas, synchronousCommit }: Facts): Found {
  const count = replicas === 1 ? '1 replica' : `${replicas} replicas`;
  if (synchronousStandbys !== '' && synchronousCommit !== 'local')
    return { state: 'ok', detail: `${count}; a failover loses nothing (synchronous: ${synchronousStandbys})` };
  if (replicas === 0)
    return { state: 'warning', detail: 'no replica: a lost disk loses everything since the last backup' };
  return {
    state: 'warning',
    detail: `${count}, none synchronous: a failover can lose the last transactions`,
  };
}

function connections({ connectionsMax, connections: used }: Facts): Found {
  const free = connectionsMax - used;
  const detail = `${free} of ${connectionsMax} connections are free; a node needs ${perNode}`;
  return { state: free >= 2 * perNode ? 'ok' : free >= perNode ? 'warning' : 'problem', detail };
}

async function key(query: Query, { schema }: Facts, given: string): Promise<Found> {
  try {
    const keyring = configuredKeys(given);
    if (schema !== null) await requireKeys(query, sealer(keyring));
    const count = keyring.keys.length;
    return { state: 'ok', detail: count === 1 ? 'configured' : `${count} configured, the first seals` };
  } catch (error) {
    return { state: 'problem', detail: error instanceof Error ? error.message : String(error) };
  }
}

function clock(aheadMs: number): Found {
  const detail = `${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine`;
  return { state: Math.abs(aheadMs) > clockMs ? 'warning' : 'ok', detail };
}
