import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeTable } from '../../contract/routes.ts';
import { actLimit } from './act-limit.ts';

const user = { id: 'tok_1', name: 'importer', rights: new Set(), tokenId: 'tok_1', isAdministrator: false };

test('a large import counts as many changes, since each document has its own audit entry', () => {
  for (const [id, accepted] of [
    ['importConfiguration', 2],
    ['createBehavior', 100],
  ] as const) {
    const spend = actLimit(() => 0);
    const run = () => spend({ ...routeTable[id], id } as never, user as never, 64 * 2 ** 20); // all that is read of them
    for (let i = 0; i < accepted; i++) run();
    assert.throws(run, { code: 'rate_limited' }, id);
  }
});
