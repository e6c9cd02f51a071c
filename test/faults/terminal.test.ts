import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { environment, spawnProcess } from '../support/process.ts';

/** `script` of util-linux, which runs the command on a terminal of its own. */
const onTerminal = ['sh', '-c', 'exec script --quiet --return --command "$*" /dev/null', 'sh'];

test('a start on a terminal prints the address, the sign-in link and the data folder, and then readable lines', {
  skip: process.platform !== 'linux',
}, async () => {
  using folder = temporaryFolder();
  const env = { ...environment(folder.path), MILLRACE_LOG_LEVEL: 'info', TERM: 'xterm-256color' };
  await using server = spawnProcess(env, ['start'], { under: onTerminal });
  await eventually('a warning', () => /WARN {2}private addresses are allowed/.test(server.stdout()), {
    state: server.stdout,
  });
  const output = server.stdout();
  const [, url] = /Millrace \S+ listens on (http:\/\/127\.0\.0\.1:\d+)\r?\n/.exec(output) ?? [];
  assert.ok(url, output);
  assert.match(output, new RegExp(`Console +${url}/welcome#setup=\\S+`));
  assert.match(output, new RegExp(`Data +${folder.path}\r?\n`));
  const yellow = '\u001b[33m';
  assert.match(output.slice(output.indexOf(yellow) + yellow.length), /^\d\d:\d\d:\d\d\.\d{3} WARN/);
  assert.doesNotMatch(output, /"msg"/);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
});
