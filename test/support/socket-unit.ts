import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { programFile } from '../../scripts/bundle.ts';
import { type Process, spawnProcess } from './process.ts';

const manager = fileURLToPath(new URL('./socket-unit.cjs', import.meta.url));
const command = [process.execPath, '--disable-warning=ExperimentalWarning', programFile(), 'start'];

/** The program that a service manager runs now. */
export function programOf({ pid }: Pick<Process, 'pid'>): number {
  return Number(/^\d+/.exec(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))?.[0]);
}

/**
 * A service manager with a socket unit (socket-unit.cjs) on the port of the environment, or a free one for port 0. `socketPort`:
 * the port of its socket, when it is another one than the program's. It ends together with its program.
 */
export function startManager(env: Record<string, string>, socketPort = env['MILLRACE_PORT'] ?? '0'): Process {
  const { MILLRACE_PORT = '0', ...others } = env;
  const own = { PATH: process.env['PATH'] ?? '', ...others, MILLRACE_LOG_LEVEL: 'info', SOCKET_PORT: socketPort };
  const unit = spawnProcess(MILLRACE_PORT === '0' ? own : { ...own, MILLRACE_PORT }, command, { program: manager });
  return {
    ...unit,
    async [Symbol.asyncDispose]() {
      const program = programOf(unit);
      process.kill(unit.pid, 'SIGKILL');
      if (program > 0) process.kill(program, 'SIGKILL');
      await unit.exited;
    },
  };
}
