import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const policy = new URL('./uncaught.ts', import.meta.url);

/** Runs a process that handles uncaught failures as the server does, with this failure. */
function meets(failure: string) {
  const program = `
    import { Socket } from 'node:net';
    import { handleUncaught } from '${policy}';
    const uncaught = handleUncaught({
      source: process,
      telemetry: { failed() {}, failedOften: (error, doing) => console.log('could not ' + doing + ': ' + error.message) },
      die(error, doing) { console.log('could not ' + doing + ': ' + error.message); process.exit(1); },
    });
    setTimeout(() => console.log('serving; problem: ' + uncaught.problem()), 50);
    ${failure}`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n') };
}

test('an unhandled rejection is logged, and named by the readiness check, and the process continues', () => {
  const { status, lines } = meets(`Promise.reject(new Error('lost'));`);
  assert.deepEqual([status, lines[0]], [0, 'could not finish a background task: lost']);
  assert.match(lines[1] ?? '', /^serving; problem: .*failed 1 times/);
});

test('an uncaught exception ends the process with one line and code 1', () => {
  const { status, lines } = meets(`setImmediate(() => { throw new Error('half done'); });`);
  assert.deepEqual([status, lines], [1, ['could not continue after an uncaught exception: half done']]);
});

test('the error of a connection without an error listener affects only that connection', () => {
  const error = `Object.assign(new Error('reset'), { code: 'ECONNRESET' })`;
  const { status, lines } = meets(`new Socket().destroy(${error});`);
  assert.deepEqual([status, lines], [0, ['could not continue a connection: reset', 'serving; problem: null']]);
});
