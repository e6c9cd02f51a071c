import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilSignal } from './signals.ts';

test('a signal that arrives twice at once, directly and forwarded, counts once; a later one ends the process', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const { mock: exit } = t.mock.method(process, 'exit', () => undefined);
  using asked = untilSignal();
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGTERM', 'SIGTERM');
  assert.equal(await asked.signal, 'SIGTERM');
  assert.equal(exit.callCount(), 0);
  t.mock.timers.tick(1_000);
  process.emit('SIGINT', 'SIGINT');
  assert.equal(exit.callCount(), 1);
});
