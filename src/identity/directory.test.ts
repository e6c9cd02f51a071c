import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openStorage } from '../../test/support/storage.ts';
import { idSource } from '../contract/ids.ts';
import { loadDirectory } from './directory.ts';

test('accounts that another process changed reach the same listeners as those changed here: by a conflict, and by following', async () => {
  const { accounts } = await openStorage();
  const now = Date.parse('2026-01-02T03:04:05Z');
  const load = () =>
    loadDirectory({
      accounts,
      now: () => now,
      newId: idSource(() => now, randomBytes),
      failed: (error) => assert.fail(String(error)),
      scrub: (text) => text,
      audited: () => {},
    });
  const [own, other] = [await load(), await load()];
  let told = 0;
  other.watch(() => told++);
  const [role] = own.snapshot.roles.values();
  assert.ok(role !== undefined);
  const renamed = (name: string) =>
    own.change(() => ({ changes: [{ op: 'put', kind: 'role', value: { ...role, name } }], entries: [] }));
  const nameThere = () => other.snapshot.roles.get(role.id)?.name;

  await renamed('First');
  assert.equal(nameThere(), role.name);
  await other.follow();
  assert.deepEqual([nameThere(), told], ['First', 1]);
  await other.follow();
  assert.equal(told, 1, 'nothing new, nothing said');

  await renamed('Second');
  const seen: (string | undefined)[] = [];
  await other.change(({ roles }) => {
    seen.push(roles.get(role.id)?.name);
    return { changes: [], entries: [] };
  });
  assert.deepEqual(seen, ['First', 'Second']);
  assert.equal(told, 3, 'of the change of the other process, and of its own');
});
