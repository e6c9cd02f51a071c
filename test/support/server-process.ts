import { type ChildProcess, spawn } from 'node:child_process';
import { createClient } from '../../src/client/client.ts';
import { adminToken, type Driven, testEnv } from './app.ts';

/** The program as an operator runs it. */
export type ServerProcess = Driven & {
  /** Everything it has written so far. */
  output(): string;
  /** Ends it by SIGTERM; answers its exit code. */
  stop(): Promise<number | null>;
};

const main = new URL('../../src/main.ts', import.meta.url).pathname;

/** `millrace start` on this folder in a process of its own, as soon as it listens. */
export async function startServerProcess(dir: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'start'], {
    env: { PATH: process.env['PATH'], ...testEnv(dir, { MILLRACE_LOG_LEVEL: 'debug', ...env }) },
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      const said = /"url":"([^"]+)","msg":"listening"/.exec(output)?.[1];
      if (said !== undefined) resolve(said);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  return {
    url,
    client: createClient({ url, token: adminToken }),
    output: () => output,
    stop: () => ended(child),
  };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code));
    child.kill('SIGTERM');
  });
}
