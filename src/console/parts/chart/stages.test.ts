import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stagesOf } from './stages.ts';

const none = { queueMs: null, tokenMs: null, dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 };

test('the stages of an attempt follow each other without a gap and add up to its time', () => {
  const timings = { queueMs: 7, tokenMs: 20, dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 30, totalMs: 34 };
  const stages = stagesOf(timings);
  assert.deepEqual(
    stages.map(({ name, startMs, ms }) => [name, startMs, ms]),
    [
      ['queue', -7, 7],
      ['token', 0, 20],
      ['dns', 20, 1],
      ['connect', 21, 2],
      ['tls', 23, 3],
      ['wait', 26, 24],
      ['download', 50, 4],
    ],
  );
});

test('time without an answer was spent waiting; without a token nothing was sent', () => {
  assert.deepEqual(stagesOf({ ...none, connectMs: 2, totalMs: 10 }), [
    { name: 'connect', startMs: 0, ms: 2 },
    { name: 'wait', startMs: 2, ms: 8 },
  ]);
  assert.deepEqual(stagesOf({ ...none, tokenMs: 9, totalMs: 9 }), [{ name: 'token', startMs: 0, ms: 9 }]);
});
