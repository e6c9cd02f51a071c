import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildBundle, isBundleFresh } from '../scripts/bundle.ts';
import { type Client, createClient } from '../src/client/client.ts';
import { nowUs } from './clock.ts';
import { childOf } from './process-usage.ts';

/** The program as users start it, in its own process. Disposing it stops it with SIGTERM. */
export type Product = AsyncDisposable & {
  readonly client: Client;
  readonly port: number;
  /** The process of the server, not of its launcher. */
  readonly pid: number;
  readonly launcherPid: number;
  /** Time from the start of the launcher to the log line that it listens. */
  readonly readyMs: number;
  /** Its log lines at level error and above. */
  readonly errors: readonly string[];
};

const token = 'a-token-for-the-bench-alone';

/** Another checkout may log levels as numbers. */
const errorLevels = new Set<string | number | undefined>(['error', 'fatal', 50, 60]);

/** Settings of the program in every scenario; the others are defaults. */
export const productSettings = { MILLRACE_LOG_LEVEL: 'warn', MILLRACE_EGRESS_ALLOW: '127.0.0.0/8' };

/** The folder of this checkout. */
export const ownRoot = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts the program on a data folder; `root`: that of another checkout, which is built. `settings`: of this start alone.
 * Rejects when it ends before it listens.
 */
export async function startProduct(
  dataDir: string,
  root = ownRoot,
  settings: Readonly<Record<string, string>> = {},
): Promise<Product> {
  if (root === ownRoot && !isBundleFresh()) await buildBundle();
  const startedUs = nowUs();
  const launcher = spawn(process.execPath, ['bin/millrace.cjs', 'start'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...foreignEnvironment(),
      ...productSettings,
      MILLRACE_DATA_DIR: dataDir,
      MILLRACE_PORT: '0',
      MILLRACE_ADMIN_TOKEN: token,
      ...settings,
    },
  });
  const errors: string[] = [];
  const exited = once(launcher, 'exit');
  const end = () => launcher.kill('SIGTERM');
  process.once('exit', end); // also when the bench fails or is interrupted
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  createInterface({ input: launcher.stdout }).on('line', (line) => {
    const logged: { msg?: string; url?: string; level?: string | number } = JSON.parse(line);
    if (logged.msg === 'listening') resolve(logged.url ?? '');
    if (errorLevels.has(logged.level)) errors.push(line);
  });
  exited.then(([code, signal]) => reject(new Error(`the program ended (${signal ?? code}) before it listened`)));
  const url = await listening;
  const launcherPid = launcher.pid ?? 0;
  return {
    client: createClient({ url, token }),
    port: Number(new URL(url).port),
    pid: childOf(launcherPid),
    launcherPid,
    readyMs: (nowUs() - startedUs) / 1_000,
    errors,
    async [Symbol.asyncDispose]() {
      end();
      await exited;
      process.off('exit', end);
    },
  };
}

/** A data folder that is removed when disposed. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path,
    async [Symbol.asyncDispose]() {
      process.off('exit', remove);
      await rm(path, { recursive: true, force: true });
    },
  };
}

function foreignEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_')));
}
