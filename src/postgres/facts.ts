import { latestVersion } from './migrate.ts';
import type { Postgres } from './postgres.ts';

/** What a database and its server say of themselves. Times are ms since the epoch. */
export type Facts = {
  /** As by `server_version_num`: 180004 is 18.4. */
  version: number;
  encoding: string;
  isReplica: boolean;
  isSuperuser: boolean;
  mayCreate: boolean;
  mayCreateTemporary: boolean;
  synchronousCommit: string;
  fsync: string;
  fullPageWrites: string;
  connectionsMax: number;
  connections: number;
  /** '' without a synchronous standby. */
  synchronousStandbys: string;
  replicas: number;
  now: number;
  bytes: number;
  /** null: the database has no tables of Millrace. */
  schema: number | null;
};

/** Asks a database about itself, and changes nothing. Every role may ask. */
export async function factsOf({ read }: Pick<Postgres, 'read'>): Promise<Facts> {
  const [facts] = await read<Omit<Facts, 'schema'> & { hasSchema: boolean }>(
    `SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS "isReplica", (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate",
       has_database_privilege(current_database(), 'TEMPORARY') AS "mayCreateTemporary",
       current_setting('synchronous_commit') AS "synchronousCommit", current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS "fullPageWrites", current_setting('max_connections')::integer AS "connectionsMax",
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
       current_setting('synchronous_standby_names') AS "synchronousStandbys",
       (SELECT count(*) FROM pg_stat_replication) AS replicas,
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now, pg_database_size(current_database()) AS bytes,
       to_regclass('schema_version') IS NOT NULL AS "hasSchema"`,
  );
  if (facts === undefined) throw new Error('PostgreSQL says nothing of itself.');
  const { hasSchema, ...rest } = facts;
  const [row] = hasSchema ? await read<{ version: number }>('SELECT version FROM schema_version LIMIT 1') : [];
  return { ...rest, schema: row?.version ?? null };
}

/** Throws an Error of one sentence unless the tables are as this program writes them: nodes of another version may use them. */
export async function assertLatestSchema(postgres: Parameters<typeof factsOf>[0]): Promise<void> {
  if ((await factsOf(postgres)).schema !== latestVersion())
    throw new Error('The PostgreSQL database was left by another version: start a node once and stop it.');
}
