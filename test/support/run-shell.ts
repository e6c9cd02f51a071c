import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const standIn = fileURLToPath(new URL('./curl.ts', import.meta.url));

/** Whether this machine has curl itself. */
export const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Runs a command in a POSIX shell, where `curl` is that of the machine or `curl.ts`. Rejects when the command fails. */
export async function runShell(
  command: string,
  { env = {}, curl }: { env?: Record<string, string>; curl: 'of the machine' | 'stand-in' },
): Promise<void> {
  const own = `curl() { '${process.execPath}' --disable-warning=ExperimentalWarning '${standIn}' "$@"; }\n`;
  const script = curl === 'stand-in' ? `${own}${command}` : command;
  await promisify(execFile)('/bin/sh', ['-c', script], { env: { PATH: process.env['PATH'], ...env } });
}
