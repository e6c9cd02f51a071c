import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session, Token, User } from '../accounts/accounts.ts';
import { administratorRoleId, allRights, type Right } from '../contract/accounts/rights.ts';
import { accountSnapshot } from './account-snapshot.ts';
import type { Directory } from './directory.ts';
import { digestOf } from './one-time-secret.ts';
import { createPrincipals } from './principals.ts';

const now = 1_700_000_000_000;
const stamp = { version: 1, createdAt: now, updatedAt: now, updatedBy: 'test' };

const user = (id: string, roleId: string, status: User['status'] = 'enabled'): User => ({
  ...stamp,
  id,
  email: `${id}@example.com`,
  status,
  roleIds: [roleId],
  passwordHash: null,
  invitation: null,
  reset: null,
  sso: null,
  lastSignInAt: null,
});
const token = (id: string, of: Pick<Token, 'userId' | 'parentId' | 'rights'> & { expiresAt?: number }): Token => ({
  ...stamp,
  id,
  name: id,
  digest: digestOf(id),
  expiresAt: null,
  lastUsedAt: null,
  ...of,
});

/** Resolves tokens, by their names, in an installation with a role of all rights that is not the Administrator's. */
function installation(tokens: Token[], users: User[], adminToken: string | null = null) {
  const role = { ...stamp, id: 'rol_all', name: 'All', description: '', rights: allRights };
  const snapshot = accountSnapshot(1, [
    { kind: 'role', value: role },
    ...users.map((value) => ({ kind: 'user', value }) as const),
    ...tokens.map((value) => ({ kind: 'token', value }) as const),
  ]);
  const directory = { snapshot, noteUse() {} } as unknown as Directory; // tokens need nothing more
  const { authenticate } = createPrincipals(directory, adminToken, () => now);
  return (value: string) => authenticate({ kind: 'token', value });
}

test("a token with all rights is an administrator only if its maker is one, and not with a part of the maker's rights", () => {
  const some: Right[] = allRights.slice(1);
  const resolve = installation(
    [
      token('whole', { userId: 'usr_admin', parentId: null, rights: allRights }),
      token('part', { userId: 'usr_admin', parentId: null, rights: some.slice(0, 1) }),
      token('no administrator', { userId: 'usr_all', parentId: null, rights: allRights }),
      token('disabled', { userId: 'usr_disabled', parentId: null, rights: allRights }),
      token('without maker', { userId: 'usr_gone', parentId: null, rights: allRights }),
    ],
    [
      user('usr_admin', administratorRoleId),
      user('usr_all', 'rol_all'),
      user('usr_disabled', administratorRoleId, 'disabled'),
    ],
  );
  const isAdministrator = (name: string) => resolve(name)?.isAdministrator ?? null;
  assert.deepEqual(['whole', 'part', 'no administrator'].map(isAdministrator), [true, false, false]);
  assert.equal(resolve('no administrator')?.rights.size, allRights.length);
  assert.deepEqual([resolve('disabled'), resolve('without maker')], [null, null]);
});

test('a token made with another has at most the rights of that one, and ends with it', () => {
  const parent = { userId: 'usr_admin', parentId: null, rights: allRights.slice(0, 1) };
  const child = token('child', { userId: 'usr_admin', parentId: 'parent', rights: allRights });
  const users = [user('usr_admin', administratorRoleId)];
  const resolve = installation([token('parent', parent), child], users);
  assert.deepEqual(resolve('child')?.rights, resolve('parent')?.rights);
  assert.equal(resolve('child')?.isAdministrator, false);
  assert.equal(installation([token('parent', { ...parent, expiresAt: now }), child], users)('child'), null);
  assert.equal(installation([child], users)('child'), null);
});

test('a token made with MILLRACE_ADMIN_TOKEN ends when that is no longer set', () => {
  const made = [token('made', { userId: null, parentId: null, rights: allRights })];
  assert.equal(installation(made, [], 'secret')('made')?.isAdministrator, true);
  assert.equal(installation(made, [], 'secret')('secret')?.id, 'admin_token');
  assert.equal(installation(made, [])('made'), null);
});

test('a session that was made while the clock was ahead ends when the clock is set right, and a use then is forgotten', () => {
  const year = 365 * 86_400_000;
  const session = (id: string, createdAt: number, lastUsedAt = createdAt): Session => ({
    ...{ id, userId: 'usr_1', digest: digestOf(id), createdAt, lastUsedAt, address: '', userAgent: '' },
  });
  const sessions = [session('ahead', now + year), session('used ahead', now - 1_000, now + year)];
  const snapshot = accountSnapshot(1, [
    { kind: 'user', value: user('usr_1', 'rol_all') },
    ...sessions.map((value) => ({ kind: 'session', value }) as const),
  ]);
  let time = now;
  const lastUsedAt = ({ lastUsedAt }: Session) => lastUsedAt;
  const directory = { snapshot, noteUse() {}, lastUsedAt } as unknown as Directory; // sessions need nothing more
  const { authenticate } = createPrincipals(directory, null, () => time);
  const isValid = (value: string) => authenticate({ kind: 'session', value }) !== null;
  assert.deepEqual(['ahead', 'used ahead'].map(isValid), [false, true]);
  time = now + 7 * 86_400_000;
  assert.deepEqual(['ahead', 'used ahead'].map(isValid), [false, false]);
  time = now + year;
  assert.ok(isValid('ahead'), 'while the clock is ahead');
});
