import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { programFile } from '../../scripts/bundle.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { settingsOfFolder } from './database.ts';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** The product as a separate process that tests can kill, stop and read, like an operator. */
export type Process = AsyncDisposable & {
  readonly pid: number;
  /** The URL it listens on; rejects with its stderr if it ends before that. */
  readonly listening: Promise<string>;
  readonly exited: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  /** Sends a signal that does not end it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Sends a signal to it and waits for it to end. */
  end(signal?: NodeJS.Signals): Promise<Exit>;
};

export const adminToken = 'administrator-of-these-tests';

/** The environment of a product that listens on a free port of 127.0.0.1 and may deliver there. */
export function environment(dataDir: string): Record<string, string> {
  return {
    MILLRACE_DATA_DIR: dataDir,
    MILLRACE_PORT: '0',
    MILLRACE_ADMIN_TOKEN: adminToken,
    MILLRACE_EGRESS_ALLOW: '127.0.0.0/8',
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_DRAIN_MS: '0',
  };
}

/** The one-time setup link for the first administrator that a start printed; null: none. */
export function setUpAddress({ stdout }: Pick<Process, 'stdout'>): URL | null {
  const line = stdout()
    .split('\n')
    .find((one) => one.includes('no administrator yet'));
  return line === undefined ? null : new URL(JSON.parse(line).address);
}

/**
 * Starts `millrace …` (default: `start`) from the bundle if it is up to date (`npm test` builds it), else from the
 * sources; `under` is a command that prepares something and then executes it, `flags` are options of Node, `program` is the
 * file of another program.
 * Disposing kills the process if it is still running.
 */
export function spawnProcess(
  env: Record<string, string>,
  args: readonly string[] = ['start'],
  {
    under = [],
    flags = [],
    program = programFile(),
  }: { under?: readonly string[]; flags?: readonly string[]; program?: string } = {},
): Process {
  const command = [...under, process.execPath, '--disable-warning=ExperimentalWarning', ...flags, program, ...args];
  const database = args[0] === 'start' ? settingsOfFolder(env['MILLRACE_DATA_DIR']) : {};
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...database, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close').then(([code, signal]): Exit => ({ code, signal }));
  let stdout = '';
  let stderr = '';
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  listening.catch(() => {}); // not every test awaits it
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const url = /"url":"([^"]+)".*"msg":"listening"|"msg":"listening".*"url":"([^"]+)"/.exec(stdout);
    if (url !== null) resolve(url[1] ?? url[2] ?? '');
  });
  void exited.then(() => reject(new Error(`It ended before it listened: ${stderr}`)));

  async function end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (isRunning(child)) child.kill(signal);
    return exited;
  }

  return {
    pid: child.pid ?? 0,
    listening,
    exited,
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (signal) => void child.kill(signal),
    end,
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}

/** The lines of the log that tell of an internal error. */
export function errorLines(log: string): string[] {
  return log.split('\n').filter((line) => /"level":"(?:error|fatal)"/.test(line));
}

/** Runs a command of the product until it ends. */
export async function runProcess(
  env: Record<string, string>,
  args: readonly string[],
): Promise<Exit & { stdout: string; stderr: string }> {
  await using started = spawnProcess(env, args);
  const exit = await started.exited;
  return { ...exit, stdout: started.stdout(), stderr: started.stderr() };
}

/** A client with all rights. */
export function adminClient(url: string): Client {
  return createClient({ url, token: adminToken });
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
