import { appendFileSync, chmodSync, chownSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  copyPrograms,
  makeData,
  ownFolder,
  type PostgresProcess,
  postgresUser,
  socketUrl,
  startPostgres,
} from '../../cli/demo/cluster/postgres-process.ts';
import { registryPrograms } from '../../cli/demo/cluster/registry-postgres.ts';
import { openPostgres } from '../postgres.ts';

/** A PostgreSQL server of its own, from the registry's package. It ends with its data when it is disposed. */
export type Server = AsyncDisposable & {
  /** The address of one of its databases. */
  url(database: string): string;
  /** Of its first process; null while it is stopped. */
  readonly pid: number | null;
  /** Stops it as a power cut does, without a checkpoint. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same data. */
  start(): Promise<void>;
  /** Keeps its data as they are now, as a replica does that then hears no more; to call while it is stopped. */
  keep(): void;
  /** The kept data take the place of later ones, as after a failover to that replica; to call while it is stopped. */
  failOver(): void;
  /** Starts a replica that streams from it as `standby`, after a restart of this one. */
  standby(): Promise<Standby>;
};

/** A replica, which ends with its data when it is disposed. */
export type Standby = AsyncDisposable & {
  url(database: string): string;
  /** It becomes the primary. */
  promote(): Promise<void>;
  /** It hears no more of the primary. */
  disconnect(): Promise<void>;
};

/** Settings of a server whose data is not kept; what a crash of its processes needs is written all the same. */
const settings = { fsync: 'off', max_connections: '60', shared_buffers: '32MB', dynamic_shared_memory_type: 'mmap' };

/** Starts a server on a socket in a folder. Takes about half a second of processor time. `more`: other settings. */
export async function startServer(more: Readonly<Record<string, string>> = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  const [data, programs, kept] = ['data', 'programs', 'kept'].map((own) => join(folder, own)) as [
    string,
    string,
    string,
  ];
  copyPrograms(process.env['MILLRACE_TEST_POSTGRES'] ?? registryPrograms(), programs);
  // Of a language whose order of texts is not that of their bytes, as most servers are.
  await makeData(programs, data, ['-N', '--locale-provider=icu', '--icu-locale=en-US']);
  const options = { ...settings, ...more };
  const { sockets, url, start, end, pid } = serverOf(programs, data, join(folder, 's'), options);
  await start();
  return {
    url,
    get pid() {
      return pid();
    },
    // An immediate shutdown: its processes end without a word to the data.
    kill: () => end('SIGQUIT'),
    start,
    keep: () => copyData(data, kept),
    failOver: () => copyData(kept, data),
    async standby() {
      await end('SIGINT');
      const own = join(folder, 'standby');
      copyData(data, own);
      await start();
      writeFileSync(join(own, 'standby.signal'), '');
      appendFileSync(
        join(own, 'postgresql.auto.conf'),
        `primary_conninfo = 'host=${sockets} user=millrace application_name=standby'\n`,
      );
      const standby = serverOf(programs, own, join(folder, 't'), options);
      await standby.start();
      return replicaOf(standby);
    },
    async [Symbol.asyncDispose]() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function replicaOf({ url, end }: ReturnType<typeof serverOf>): Standby {
  async function ask(...sql: string[]): Promise<void> {
    await using admin = openPostgres({ url: url('postgres') });
    for (const one of sql) await admin.read(one);
  }
  return {
    url,
    promote: () => ask('SELECT pg_promote()'),
    async disconnect() {
      await ask("ALTER SYSTEM SET primary_conninfo = ''", 'SELECT pg_reload_conf()');
      await using admin = openPostgres({ url: url('postgres') });
      for await (const _ of ticks()) if ((await admin.read('SELECT 1 FROM pg_stat_wal_receiver')).length === 0) return;
    },
    [Symbol.asyncDispose]: () => end('SIGINT'),
  };
}

/** The processes of a server on its data. */
function serverOf(programs: string, data: string, sockets: string, options: Readonly<Record<string, string>>) {
  ownFolder(sockets);
  let server: PostgresProcess | null = null;
  return {
    sockets,
    url: (database: string) => socketUrl(sockets, database),
    pid: () => server?.pid ?? null,
    async start() {
      server = await startPostgres({ programs, data, sockets, settings: options });
    },
    async end(signal: 'SIGINT' | 'SIGQUIT') {
      const ending = server;
      server = null;
      await ending?.end(signal);
    },
  };
}

function copyData(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  chmodSync(to, 0o700);
  if (postgresUser.uid === undefined) return;
  for (const path of ['', ...readdirSync(to, { recursive: true, encoding: 'utf8' })])
    chownSync(join(to, path), postgresUser.uid, postgresUser.gid);
}

async function* ticks() {
  for (;;) {
    yield null;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
