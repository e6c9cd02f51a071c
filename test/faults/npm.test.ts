import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { environment } from '../support/process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Starts a server by a command, sends `signal` to the process of the command alone, and returns the server's output. */
async function outputUntil(signal: NodeJS.Signals, command: string, args: string[]): Promise<string> {
  using folder = temporaryFolder();
  const started = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...environment(folder.path), MILLRACE_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.includes(text) && resolve();
      started.stdout.on('data', look);
      look();
    });
  started.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await said('"msg":"listening"');
  started.kill(signal);
  // The pipe closes when the last process that has it open has ended.
  await once(started.stdout, 'close');
  return output;
}

test('a signal to npm alone stops its server cleanly', async () => {
  assert.match(await outputUntil('SIGTERM', 'npm', ['start']), /"msg":"stopped"/);
});

test('kill -9 of the command alone ends its server at once, so that the next start has its data folder', async () => {
  const output = await outputUntil('SIGKILL', process.execPath, ['bin/millrace.cjs', 'start']);
  assert.doesNotMatch(output, /"msg":"stop/);
});
