import assert from 'node:assert/strict';
import { execFile as execFileWithCallback } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sandboxConformance } from '../sandbox.conformance.ts';
import type { RenderJob } from '../sandbox.ts';
import { quickjsSandbox } from './quickjs-sandbox.ts';

const execFile = promisify(execFileWithCallback);

sandboxConformance('quickjs', (limits) => quickjsSandbox({ graceMs: 100, ...limits }));

const HANG = `globalThis.__render = () => String(Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1))`;
const ECHO = `globalThis.__render = (s) => [s, typeof left, globalThis.left = Math.random(), Date.now()].join()`;

test('a thread that hangs is replaced, and only the job that hung twice fails', async () => {
  await using sandbox = await quickjsSandbox({ timeoutMs: 40, graceMs: 100, workers: 2 });
  const jobs = Array.from({ length: 500 }, (_, i) => jobOf(i === 100 || i === 300 ? HANG : ECHO, String(i)));
  const outcomes = await sandbox.render(jobs);
  for (const [i, outcome] of outcomes.entries()) {
    const said = JSON.stringify(outcome);
    assert.match(said, i === 100 || i === 300 ? /"exceeded","limit":"time"/ : new RegExp(`"${i},undefined,0\\.`));
  }
  assert.deepEqual({ ...sandbox.stats }, { ...NO_STATS, renders: 500, exceededTime: 2, restarts: 4 });
});

test('a failed self-test means a new engine for each render, with the same outcomes', async () => {
  const jobs = ['a', 'b', 'a'].map((seed) => ({ ...jobOf(ECHO, 'x'), seed }));
  const faults = [jobOf('syntax error'), jobOf('globalThis.__render = () => { for (;;); }'), jobOf(ECHO)];
  await using slow = await quickjsSandbox({ timeoutMs: 40, snapshots: false });
  const [a, b, again, ...rest] = await slow.render([...jobs, ...faults]);
  assert.match(a?.kind === 'returned' ? a.output : '', /^x,undefined,0\.\d+,5$/);
  assert.deepEqual(again, a);
  assert.notDeepEqual(b, a);
  assert.deepEqual(
    rest.map(({ kind }) => kind),
    ['threw', 'exceeded', 'returned'],
  );
});

test('a prepared program that was evicted is prepared again', async () => {
  // A long timeout, since seven megabytes take a busy machine a while.
  await using few = await quickjsSandbox({ programsMax: 2, timeoutMs: 5_000 });
  await using large = await quickjsSandbox({ timeoutMs: 5_000 });
  for (const [sandbox, pad] of [[few, 1] as const, [large, 7e6] as const]) {
    const top = (i: number) => `const pad = 'x'.repeat(${pad}); let n = ${i};`;
    const sources = Array.from({ length: 6 }, (_, i) => `${top(i)} globalThis.__render = () => String(n++)`);
    const jobs = [...sources, ...sources, ...sources.toReversed()].map((source) => jobOf(source));
    const outputs = (await sandbox.render(jobs)).map((it) => (it.kind === 'returned' ? it.output : it.message));
    assert.equal(outputs.join(''), '012345012345543210');
  }
});

test("an engine that can't start is an error at once", async () => {
  await assert.rejects(quickjsSandbox({ memoryBytes: 2 ** 40 }), /could not start/);
});

test('a sandbox whose threads could not start for lack of file descriptors renders again when there are some', {
  skip: process.platform === 'win32' && 'file descriptors are limited by a shell',
}, async () => {
  const file = fileURLToPath(new URL('./descriptors.testing.ts', import.meta.url));
  const { stdout } = await execFile('sh', ['-c', 'ulimit -n 100; exec "$0" "$1"', process.execPath, file]);
  const { without, causes, refused, outcome, after } = JSON.parse(stdout);
  assert.match(without, /script engine/);
  assert.match(causes.join(), /EMFILE|too many open files/);
  assert.equal(causes.length, 1);
  assert.equal(refused, 'unavailable');
  assert.deepEqual(outcome, { kind: 'returned', output: 'x!' });
  assert.equal(after, null);
});

const NO_STATS = {
  renders: 0,
  threw: 0,
  exceededTime: 0,
  exceededMemory: 0,
  exceededOutput: 0,
  restarts: 0,
  queued: 0,
};

function jobOf(source: string, input = ''): RenderJob {
  return { program: { key: source, source }, input, seed: 'seed', nowMs: 5 };
}
