import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signInDelays } from './sign-in-delays.ts';

test('a sign-in is not delayed for longer when the clock is set back', () => {
  let now = 1_700_000_000_000;
  const delays = signInDelays(() => now);
  const keys = [{ key: 'account', free: 1 }];
  delays.begin(keys);
  assert.throws(() => delays.begin(keys), { code: 'sign_in_delayed' });
  now -= 86_400_000;
  delays.begin(keys);
  assert.throws(() => delays.begin(keys), { code: 'sign_in_delayed' });
});
