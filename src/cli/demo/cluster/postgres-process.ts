import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { CommandError, exitCodes } from '../../exit.ts';

type Options = {
  /** A copy of the programs. */
  programs: string;
  data: string;
  /** The folder of the socket that it listens on; it listens on no address. */
  sockets: string;
  settings?: Readonly<Record<string, string>>;
};

export type PostgresProcess = {
  readonly pid: number;
  /** SIGINT: an orderly end. SIGQUIT: an end without a checkpoint, as after a power cut. */
  end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
};

/** PostgreSQL does not run as root: then it runs as this user, who owns nothing else. */
const nobody = 65_534;
export const postgresUser = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** PostgreSQL, and beside it a reader of descriptor 3: when that closes without a line, our process was killed. */
const watched = '{ read _ <&3 || kill -INT $$; } 2>/dev/null & exec "$@" 3<&-';

/** Starts PostgreSQL on its data. It ends with this process, however that ends, and does not keep it from ending. */
export async function startPostgres({ programs, data, sockets, settings = {} }: Options): Promise<PostgresProcess> {
  const given = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const command = [join(programs, 'bin/postgres'), '-D', data, '-k', sockets, '-h', '', ...given];
  const child = spawn('/bin/sh', ['-c', watched, 'sh', ...command], {
    ...postgresUser,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Ctrl-C of a terminal goes to all processes of a group: those that use the database are to end before it.
    detached: true,
  });
  const ended = once(child, 'exit').then(() => false as const);
  const [, , stderr, watch] = child.stdio;
  if (child.pid === undefined || !(stderr instanceof Socket) || !(watch instanceof Socket)) return fails('');
  const { promise: ready, resolve } = Promise.withResolvers<true>();
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_096);
    if (/ready to accept (read-only )?connections/.test(said)) resolve(true);
  });
  if (!(await Promise.race([ready, ended]))) return fails(said);
  for (const one of [child, stderr, watch]) one.unref();
  return {
    pid: child.pid,
    async end(signal) {
      for (const one of [child, stderr, watch]) one.ref();
      child.kill(signal);
      await ended;
      watch.end('\n');
    },
  };
}

/** Makes the data of a new server, whose superuser is `millrace`. `more`: options of initdb. */
export async function makeData(programs: string, data: string, more: readonly string[]): Promise<void> {
  ownFolder(data);
  const options = [
    '-D',
    data,
    '-U',
    'millrace',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-instructions',
    '--locale=C',
    ...more,
  ];
  await promisify(execFile)(join(programs, 'bin/initdb'), options, { ...postgresUser, cwd: data });
}

/** Makes a folder of the user that PostgreSQL runs as. */
export function ownFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  if (postgresUser.uid !== undefined) chownSync(path, postgresUser.uid, postgresUser.gid);
}

/** Copies the programs of a package to where that user can read them, with the links that the package lists. */
export function copyPrograms(from: string, to: string): void {
  const umask = process.umask(0o022);
  cpSync(from, to, { recursive: true });
  process.umask(umask);
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(from, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const path = join(to, relative('native', target));
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
  chmodSync(dirname(to), 0o711);
}

/** The address of a database of the server that listens in this folder. */
export function socketUrl(sockets: string, database: string): string {
  return `postgres://millrace@localhost/${database}?host=${encodeURIComponent(sockets)}`;
}

function fails(said: string): never {
  throw new CommandError(exitCodes.failed, `PostgreSQL does not start: ${said}`);
}
