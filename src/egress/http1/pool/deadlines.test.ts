import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createDeadlines } from './deadlines.ts';

test('deadlines expire never early, soon after, once, and not when cancelled', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let now = 1_003;
  const passed: string[] = [];
  let expiredAt = 0;
  const deadlines = createDeadlines(() => now);
  const advance = (ms: number) => {
    for (let i = 0; i < ms; i++) {
      now++;
      mock.timers.tick(1);
    }
  };
  try {
    deadlines.start(100, () => {
      passed.push('a');
      expiredAt = now;
    });
    const b = deadlines.start(100, () => passed.push('b'));
    deadlines.start(15_000, () => passed.push('late'));
    deadlines.start(50, () => {
      passed.push('c');
      deadlines.start(20, () => passed.push('d'));
    });
    b.cancel();
    b.cancel();
    advance(49);
    assert.deepEqual(passed, []);
    advance(50);
    assert.deepEqual(passed, ['c', 'd']);
    advance(21);
    assert.deepEqual(passed, ['c', 'd', 'a']);
    assert.ok(expiredAt >= 1_103 && expiredAt <= 1_113, String(expiredAt));
    advance(14_879);
    assert.deepEqual(passed.slice(3), []);
    advance(25);
    assert.deepEqual(passed.slice(3), ['late']);
  } finally {
    deadlines[Symbol.dispose]();
    mock.timers.reset();
  }
});

test('many deadlines that expire at once let other work run in between, and all of them expire', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let now = 0;
  let passed = 0;
  let turns = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  using deadlines = createDeadlines(() => now);
  const other = () => {
    turns += 1;
    if (passed < 100) setImmediate(other);
    else resolve();
  };
  try {
    for (let i = 0; i < 100; i++)
      deadlines.start(5, () => {
        passed += 1;
        now += 1;
      });
    now = 20;
    mock.timers.tick(20);
    assert.ok(passed < 10, `${passed} in one turn`);
    setImmediate(other);
    await promise;
    assert.ok(turns >= 10, `${turns} turns`);
  } finally {
    mock.timers.reset();
  }
});
