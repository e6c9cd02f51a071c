import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRights } from '../contract/rights.ts';
import { adminToken } from './admin-token.ts';

test('the administration token has every right and no other text is taken for it', async () => {
  const authenticate = adminToken('a-token-of-24-characters');
  const principal = await authenticate('a-token-of-24-characters');
  assert.deepEqual([...(principal?.rights ?? [])], allRights);
  for (const other of ['', 'a-token-of-24-character', 'a-token-of-24-characters ', 'A-token-of-24-characters'])
    assert.equal(await authenticate(other), null);
});

test('without an administration token nobody is let in, not even with an empty one', async () => {
  assert.equal(await adminToken(null)(''), null);
});
