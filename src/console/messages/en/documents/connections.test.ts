import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connections } from './connections.ts';

test('the line about requests names how many there are, their time, and what is the limit', () => {
  const { sentence } = connections.load;
  assert.equal(sentence(412, 300.4, 'receiver'), '412 at once, 300 ms each; the receiver is the limit');
  assert.equal(sentence(1_000, 1_040, null), '1,000 at once, 1.04 s each');
  assert.equal(sentence(8, null, 'rate'), '8 at once; the rate is the limit');
});
