import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../test/support/storage.ts';
import { identityOfNode } from './node.testing.ts';

test('a setup link ends for good when there is an administrator, at each node, also when none is left later', async () => {
  const { accounts } = await openStorage();
  const now = () => Date.parse('2026-01-02T08:00:00Z');
  const node = () => identityOfNode(accounts, now);
  const [a, b] = [await node(), await node()];
  const links = [a.setup.token ?? '', b.setup.token ?? ''];
  const author = { principal: 'anonymous', principalId: null, address: '192.0.2.1', requestId: 'req_1' };
  const visit = { author, address: '192.0.2.1', userAgent: '', former: null };
  const setUp = ({ setup }: typeof a, setupToken: string) =>
    setup.setUp({ setupToken, email: 'anne@example.com', password: 'correct horse battery' }, visit);
  await assert.rejects(setUp(b, links[0] ?? ''), {
    code: 'unauthorized',
    message: /each of several nodes has its own/,
  });
  const { user } = await setUp(a, links[0] ?? '');
  await b.directory.follow();
  // As single sign-on does for a person without a group.
  await a.directory.change(() => ({
    changes: [{ op: 'put', kind: 'user', value: { ...user, roleIds: [] } }],
    entries: [],
  }));
  await b.directory.follow();
  for (const [at, one] of [a, b].entries()) {
    assert.deepEqual([one.setup.isOpen(), one.setup.token], [true, null]);
    await assert.rejects(setUp(one, links[at] ?? ''), { code: 'unauthorized' });
  }
});
