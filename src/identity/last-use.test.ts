import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../test/support/storage.ts';
import type { Identity } from './identity.ts';
import { identityOfNode } from './node.testing.ts';
import type { SignInContext } from './sign-in.ts';

const stepMs = 30 * 60_000;
const hourMs = 2 * stepMs;
const email = 'anne@example.com';
const password = 'correct horse battery';
const author = { principal: email, principalId: 'usr_1', address: '192.0.2.1', requestId: 'req_1' };
const visit: SignInContext = { author, address: '192.0.2.1', userAgent: '', former: null };

/** Two nodes with the accounts of one storage, and the session of an administrator, opened at `a`. */
async function twoNodes() {
  const { accounts } = await openStorage();
  const clock = { now: Date.parse('2026-01-02T08:00:00Z') };
  const now = () => clock.now;
  let touched: Promise<void> = Promise.resolve();
  const touch: typeof accounts.touch = (uses) => {
    touched = accounts.touch(uses);
    return touched;
  };
  const node = () => identityOfNode({ ...accounts, touch }, now);
  const [a, b] = [await node(), await node()];
  const setupToken = a.setup.token ?? '';
  const { secret, session } = await a.setup.setUp({ setupToken, email, password }, visit);
  const credential = { kind: 'session', value: secret } as const;
  return {
    a,
    b,
    clock,
    session,
    nameAt: (node: Identity) => node.authenticate(credential, 'look')?.name ?? node.credentialEnd(credential),
    /** Uses the session at a node every half an hour. */
    async use(node: Identity, forMs: number, change: (passedMs: number) => Promise<unknown> = async () => {}) {
      for (let passed = 0; passed < forMs; passed += stepMs) {
        clock.now += stepMs;
        node.authenticate(credential);
        await touched;
        await change(passed);
        for (const one of [a, b]) await one.directory.follow();
      }
    },
  };
}

test('a session in use at one node is valid at another, and a sign-in there does not end it', async () => {
  const { a, b, clock, session, nameAt, use } = await twoNodes();
  await use(a, 13 * hourMs);
  assert.deepEqual([nameAt(a), nameAt(b)], [email, email]);
  const stored = b.directory.snapshot.sessions.get(session.id);
  assert.equal(stored && b.directory.lastUsedAt(stored), clock.now);
  await b.signIns.signIn({ email, password }, visit);
  await a.directory.follow();
  assert.equal(nameAt(a), email);
  clock.now += 12 * hourMs;
  assert.deepEqual([nameAt(a), nameAt(b)], ['expired', 'expired']);
});

test('an earlier use at a node does not hide a later one elsewhere, whatever changes in between', async () => {
  const { a, b, nameAt, use } = await twoNodes();
  await use(a, hourMs);
  const [, role] = a.directory.snapshot.roles.values();
  assert.ok(role !== undefined);
  await use(b, 13 * hourMs, (passed) =>
    b.directory.change(() => ({
      changes: [{ op: 'put', kind: 'role', value: { ...role, name: `role ${passed}` } }],
      entries: [],
    })),
  );
  await a.signIns.signIn({ email, password }, visit);
  await b.directory.follow();
  assert.deepEqual([nameAt(a), nameAt(b)], [email, email]);
});

test('a sign-in keeps a session whose last use elsewhere may not be known yet', async () => {
  const { b, clock } = await twoNodes();
  clock.now += 12 * hourMs - 30_000;
  await b.directory.follow();
  clock.now += 45_000;
  await b.signIns.signIn({ email, password }, visit);
  assert.equal(b.directory.snapshot.sessions.size, 2);
});
