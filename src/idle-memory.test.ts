import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { watchIdleMemory } from './idle-memory.ts';

const MiB = 2 ** 20;

/** A thread whose seconds are told: what it works and how large its heap is. Lists the seconds of its collections. */
function thread() {
  const timers = new Set<{ everyMs: number; look: () => void; startMs: number }>();
  const collections: number[] = [];
  let nowMs = 0;
  let busy = 0;
  let heapBytes = 60 * MiB;
  watchIdleMemory({
    utilization: () => busy,
    heapBytes: () => heapBytes,
    collect() {
      collections.push(nowMs / 1_000);
      heapBytes = 40 * MiB;
    },
    every(everyMs, look) {
      const timer = { everyMs, look, startMs: nowMs };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  return {
    collections,
    run(seconds: number, share: number, heap: number | null = null) {
      busy = share;
      if (heap !== null) heapBytes = heap;
      for (const end = nowMs + seconds * 1_000; nowMs < end; ) {
        nowMs += 1_000;
        for (const { everyMs, look, startMs } of [...timers]) if ((nowMs - startMs) % everyMs === 0) look();
      }
    },
  };
}

test('memory of the start is returned in the first second without work, and not while a thread is a tenth busy', () => {
  const { run, collections } = thread();
  run(3, 0.1);
  assert.deepEqual(collections, []);
  run(60, 0.01);
  assert.deepEqual(collections, [4]);
});

test('memory of a load is returned when the thread is idle again, and not while it works', () => {
  const { run, collections } = thread();
  run(1, 0.01);
  run(300, 0.5, 200 * MiB);
  assert.deepEqual(collections, [1]);
  run(60, 0.01);
  assert.equal(collections.length, 2);
  run(600, 0.01, 50 * MiB);
  assert.equal(collections.length, 2, 'it grew by less than 24 MiB');
  run(600, 0.01, 70 * MiB);
  assert.equal(collections.length, 3);
});

test('a thread that works all the time from its start on gets its memory back later', () => {
  const { run, collections } = thread();
  run(120, 0.5, 90 * MiB);
  run(20, 0.01, 150 * MiB);
  assert.equal(collections.length, 1);
});

test('a process that is idle collects garbage once after its start, and ends when its work does', async () => {
  const program = `
    let collections = 0;
    globalThis.gc = () => { console.log(++collections); clearInterval(work); };
    const work = setInterval(() => {}, 60_000);
    await import(${JSON.stringify(new URL('./idle-memory.ts', import.meta.url).href)});
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  assert.equal(stdout.trim(), '1');
});
