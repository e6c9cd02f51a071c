import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const module = new URL('./idle-memory.ts', import.meta.url).href;

/** A process that is a tenth busy for a second and a half, then idle; prints the second of each collection until two after the first. */
const program = `
  const began = performance.now();
  globalThis.gc = () => {
    console.log(Math.floor((performance.now() - began) / 1000));
    setTimeout(process.exit, 2200);
  };
  const busy = setInterval(() => {
    const until = performance.now() + 10;
    while (performance.now() < until);
    if (performance.now() - began > 1500) clearInterval(busy);
  }, 100);
  setTimeout(() => {}, 60_000);
  await import(${JSON.stringify(module)});
`;

test('memory of the start is returned once, in a second without work, and not while a thread is a tenth busy', async () => {
  const run = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  const seconds = run.stdout.trim().split('\n').map(Number);
  assert.equal(seconds.length, 1);
  assert.ok((seconds[0] ?? 0) >= 2, run.stdout);
});
