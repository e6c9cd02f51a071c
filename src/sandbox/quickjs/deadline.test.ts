import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuDeadline } from './deadline.ts';

test('waiting for a core does not count, working does', () => {
  let nowMs = 1_000;
  let cpuMs = 500;
  const wait = (ms: number) => {
    nowMs += ms;
  };
  const work = (ms: number) => {
    nowMs += ms;
    cpuMs += ms;
  };
  const deadline = cpuDeadline(20, { nowMs: () => nowMs, cpuMs: () => cpuMs });
  deadline.start();
  assert.equal(deadline.isOver(), false);
  wait(30);
  work(19);
  assert.equal(deadline.isOver(), false);
  work(1);
  assert.equal(deadline.isOver(), true);
  assert.equal(deadline.wasHit, true);
  deadline.start();
  assert.equal(deadline.wasHit, false);
  assert.equal(deadline.isOver(), false);
});

test('by the clocks of the machine a loop ends', () => {
  const deadline = cpuDeadline(5);
  deadline.start();
  while (!deadline.isOver());
  assert.equal(deadline.wasHit, true);
});
