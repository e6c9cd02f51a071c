import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recentValues } from './recent-values.ts';

test('values in use are computed once while others come and go, and at most twice as many as asked for are kept', () => {
  const computed: number[] = [];
  const double = recentValues(10, (key: number) => {
    computed.push(key);
    return key * 2;
  });
  for (let i = 100; i < 1_000; i++) {
    assert.equal(double(1), 2);
    assert.equal(double(i), 2 * i);
  }
  assert.deepEqual(
    computed.filter((key) => key === 1),
    [1],
  );
  for (const key of [999, 995, 991]) double(key);
  assert.equal(computed.length, 901, 'the last ten are kept');
  double(979);
  assert.equal(computed.length, 902, 'the twentieth before is not');
});

test('a value that is null or undefined is computed once, too', () => {
  let computed = 0;
  const nothing = recentValues<string, null | undefined>(2, (key) => {
    computed++;
    return key === 'a' ? null : undefined;
  });
  for (const key of ['a', 'b', 'a', 'b']) nothing(key);
  assert.equal(computed, 2);
});
