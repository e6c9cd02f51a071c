import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { environment } from '../support/process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('a signal to npm alone stops its server cleanly', async () => {
  using folder = temporaryFolder();
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, ...environment(folder.path), MILLRACE_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.includes(text) && resolve();
      npm.stdout.on('data', look);
      look();
    });
  npm.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await said('"msg":"listening"');
  npm.kill('SIGTERM');
  // The pipe closes when the last process that has it open has ended.
  await once(npm.stdout, 'close');
  assert.match(output, /"msg":"stopped"/);
});
