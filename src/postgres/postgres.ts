import { createHash } from 'node:crypto';
import pg from 'pg';
import { repeated } from './repeated.ts';
import { isBroken } from './unavailable.ts';

/** Runs one statement with its values, `$1` and so on; returns its rows. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * An open PostgreSQL database. A statement outside `transaction` is a transaction of its own, in one round trip, and durable when
 * its promise resolves. Columns of type bigint are numbers (those in the tables are exact in a double), json and jsonb are parsed.
 * While the database can't be reached, is starting or is stopping, calls throw AppError `unavailable`; of a write that was under
 * way then it is not known whether it was committed. What PostgreSQL ends for the sake of others (a deadlock, a change of tables) is
 * tried again a few times, and then, like what its limits of time have ended, refused as `unavailable` too.
 */
export interface Postgres extends AsyncDisposable {
  /** A statement whose text never varies: each connection prepares it once, unless the URL says `prepared_statements=off`. */
  readonly query: Query;
  /** A statement for people, on connections of their own, with a limit of time. Its text may vary. */
  readonly read: Query;
  /**
   * Several statements, all or none; not for what every event needs, since each is a round trip that holds locks. `work` can run
   * again after all it did was taken back, unless it may run `once`.
   */
  transaction<T>(work: (query: Query) => Promise<T>, may?: 'once'): Promise<T>;
  /** For heartbeats and takes, on a connection of their own: they wait for no other work of this node. */
  readonly leases: Pick<Postgres, 'query' | 'transaction'>;
}

export type PostgresOptions = {
  url: string;
  /** The name of this node, which its connections have, whatever the URL says. */
  node?: string | undefined;
  /** Connections for writes and for reads, beside that for leases. */
  connectionsMax?: { writes: number; reads: number };
  /** Replaces the time after which a write ends its connection, in ms, for work for which no request waits. */
  writeMs?: number;
  /** Hears of every statement before it is sent, in tests. */
  observe?: (text: string) => void;
};

/** A write that has no response within this time, in ms, ends its connection. */
const statementMs = 30_000;
/** A read for people is ended by the server after this time. */
const readMs = 10_000;
const connectMs = 5_000;
/**
 * The server ends a transaction whose node sends nothing for this part of the time of a write, so that the locks of a node that was
 * stopped hold up the others for 10 s at most.
 */
const idleShare = 1 / 3;
const defaults = { writes: 5, reads: 2 };
/** Behind a pooler such as PgBouncer in transaction mode, a named statement is not of a connection. */
const unnamed = /[?&]prepared_statements=off(?:&|$)/;

/** Opens a database without a look at it: the first statement connects. */
export function openPostgres(options: PostgresOptions): Postgres {
  const { url, node, connectionsMax = defaults, writeMs = statementMs, observe = () => {} } = options;
  const common = {
    ...(node !== undefined && { application_name: applicationName(node) }),
    connectionString: node === undefined ? url : url.replace(/(?<=[?&])application_name=[^&]*&?/, ''),
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    types,
  };
  const writes = new pg.Pool({ ...common, max: connectionsMax.writes, query_timeout: writeMs });
  const reads = new pg.Pool({
    ...common,
    max: connectionsMax.reads,
    statement_timeout: readMs,
    query_timeout: writeMs,
  });
  const own = new pg.Pool({ ...common, max: 1, query_timeout: writeMs });
  // An idle connection that breaks is replaced by the next statement.
  for (const pool of [writes, reads, own]) pool.on('error', () => {});

  const isNamed = !unnamed.test(url);
  const on = (client: pg.PoolClient, isPrepared: boolean): Query =>
    async function query<Row>(text: string, values: readonly unknown[] = []) {
      observe(text);
      const name = isPrepared && isNamed ? { name: nameOf(text) } : {};
      const result = await client.query({ ...name, text, values: [...values] });
      return result.rows as Row[]; // its columns are the statement's
    };
  const begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${Math.round(writeMs * idleShare)}`;
  const single =
    (pool: pg.Pool, isPrepared: boolean): Query =>
    (text, values) =>
      repeated(() => connected(pool, (client) => on(client, isPrepared)(text, values)));

  const several =
    (pool: pg.Pool): Postgres['transaction'] =>
    (work, may) => {
      const run = () =>
        connected(pool, async (client, drop) => {
          try {
            observe('BEGIN');
            await client.query(begin);
            const result = await work(on(client, true));
            observe('COMMIT');
            await client.query('COMMIT');
            return result;
          } catch (error) {
            // A connection that is of no use is ended, and its transaction with it.
            if (!isBroken(error)) await client.query('ROLLBACK').catch(drop);
            throw error;
          }
        });
      return repeated(run, may === 'once' ? 1 : undefined);
    };

  return {
    query: single(writes, true),
    read: single(reads, false),
    transaction: several(writes),
    leases: { query: single(own, true), transaction: several(own) },
    async [Symbol.asyncDispose]() {
      await Promise.all([writes.end(), reads.end(), own.end()]);
    },
  };
}

/** Works with a connection of a pool, which keeps it while it is of use; `drop`: it is not, whatever the result. */
async function connected<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, drop: (error: Error) => void) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isDropped = false;
  const drop = () => {
    isDropped = true;
  };
  // Without a listener the loss of a connection between two statements would end the process.
  client.on('error', drop);
  try {
    return await work(client, drop);
  } catch (error) {
    if (isBroken(error)) drop();
    throw error;
  } finally {
    client.off('error', drop);
    client.release(isDropped);
  }
}

/** What PostgreSQL keeps of a name: 63 characters of ASCII, the first nine of which are `millrace `. */
const plainName = /^[ -~]{1,54}$/;

/** That of the connections of a node, by which another one finds and ends them. */
export const applicationName = (node: string): string =>
  `millrace ${plainName.test(node) ? node : createHash('sha256').update(node).digest('base64url')}`;

const int8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser, // its overloads
};

/** Statements are few: those of the program's text. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    names.set(text, name);
  }
  return name;
}
