import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../test/support/storage.ts';
import { signInDelays } from './sign-in-delays.ts';

const keys = [{ key: 'account a@x.example', free: 1 }];

test('a sign-in is not delayed for longer when the clock is set back', async () => {
  await using storage = await openStorage();
  let now = 1_700_000_000_000;
  const delays = signInDelays(storage.accounts.attempts, () => now);
  await delays.begin(keys);
  await assert.rejects(delays.begin(keys), { code: 'sign_in_delayed' });
  now -= 86_400_000;
  await delays.begin(keys);
  await assert.rejects(delays.begin(keys), { code: 'sign_in_delayed' });
});

test('the delays after failed sign-ins are those of all nodes, and storage has no address of them', async () => {
  await using storage = await openStorage();
  const { attempts } = storage.accounts;
  const stored: string[] = [];
  const begin: typeof attempts.begin = (some, now) => {
    stored.push(...some.map(({ key }) => key));
    return attempts.begin(some, now);
  };
  const one = signInDelays({ ...attempts, begin }, () => 0);
  const other = signInDelays(attempts, () => 0);
  await one.begin(keys);
  await assert.rejects(other.begin(keys), { code: 'sign_in_delayed', extra: { retryAfterSeconds: 1 } });
  await other.undo(keys);
  await one.begin(keys);
  assert.doesNotMatch(stored.join(), /example/);
});
