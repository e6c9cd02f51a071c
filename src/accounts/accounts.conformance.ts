import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Audit } from '../audit/audit.ts';
import { auditSample } from '../audit/audit-samples.testing.ts';
import type { AccountChange, AccountRecord, Accounts, Role, Session, Token, User } from './accounts.ts';
import { attemptMemoryMs, attemptsMax } from './attempts.ts';

type Made = Accounts & { audit: Pick<Audit, 'entries'> } & AsyncDisposable;

/**
 * The conformance suite of accounts, for every adapter. `make` returns new and empty accounts with their audit trail.
 */
export function accountsConformance(name: string, make: () => Promise<Made>): void {
  const guarantee = (title: string, body: (accounts: Made) => Promise<void>) =>
    test(title, async () => {
      await using accounts = await make();
      await body(accounts);
    });

  describe(name, () => {
    guarantee(
      'failed attempts delay the next ones of each of their keys, for a minute at most',
      async ({ attempts }) => {
        const [mine, other, address] = ['mine', 'other', 'address'].map((key) => ({ key, free: 3 }));
        assert.ok(mine && other && address);
        let now = 0;
        const waits: number[] = [];
        for (let n = 0; n < 12; n++) {
          assert.equal(await attempts.begin([mine, address], now), 0);
          const waitMs = await attempts.begin([mine], now);
          // Without a delay it was counted.
          if (waitMs === 0) await attempts.undo([mine.key], now);
          waits.push(waitMs);
          now += waitMs;
        }
        assert.deepEqual(waits, [0, 0, ...[1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((seconds) => seconds * 1_000)]);
        assert.equal(await attempts.begin([other], now), 0);
        assert.equal(await attempts.begin([mine, address], now), 0);
        assert.ok((await attempts.begin([other, address], now)) > 0, 'one of the keys is delayed');
        await attempts.forget([mine.key, address.key]);
        assert.equal(await attempts.begin([mine, address], now), 0);
      },
    );

    guarantee('of concurrent attempts only those without delay are counted', async ({ attempts }) => {
      const keys = [{ key: 'mine', free: 5 }];
      const waits = await Promise.all(Array.from({ length: 9 }, () => attempts.begin(keys, 0)));
      assert.deepEqual(waits.sort(), [0, 0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000]);
    });

    guarantee(
      'attempts are forgotten a quarter of an hour after the last one, and the oldest of too many',
      async ({ attempts }) => {
        const once = (key: string) => [{ key, free: 1 }];
        await attempts.begin(once('first'), 0);
        assert.equal(await attempts.begin(once('first'), attemptMemoryMs), 0);
        const many = Array.from({ length: attemptsMax }, (_, n) => ({ key: `${n}`, free: 1 }));
        await attempts.begin(many, attemptMemoryMs + 1);
        assert.equal(await attempts.begin(once('first'), attemptMemoryMs + 1), 0, 'it was the oldest');
      },
    );

    guarantee('every record is read back as it was last written', async (accounts) => {
      assert.deepEqual(await accounts.all(), { revision: 0, records: [] });
      assert.equal(await accounts.revision(), 0);
      const records: AccountRecord[] = [
        { kind: 'ended', value: { id: 'ses_0', digest: 's0', reason: 'password_changed', endedAt: 8 } },
        { kind: 'role', value: role({}) },
        { kind: 'session', value: session({}) },
        { kind: 'token', value: token({ userId: null, expiresAt: 5, lastUsedAt: 4 }) },
        {
          kind: 'user',
          value: user({
            passwordHash: null,
            invitation: { digest: 'i', expiresAt: 9, by: 'usr_2' },
            reset: { digest: 'r', expiresAt: 8, rights: ['events:view'] },
            sso: { issuer: 'https://idp', subject: 's' },
          }),
        },
      ];
      assert.equal(await accounts.change(0, records.map(put), []), 1);
      assert.deepEqual(await present(accounts), records);
      const changed: AccountRecord = { kind: 'user', value: user({ version: 2, email: 'b@x', lastSignInAt: 7 }) };
      assert.equal(await accounts.change(1, [put(changed)], []), 2);
      assert.deepEqual(await present(accounts), [...records.slice(0, 4), changed]);
    });

    guarantee('a change based on an older revision changes nothing', async (accounts) => {
      const one = put({ kind: 'user', value: user({}) });
      const other = put({ kind: 'user', value: user({ id: 'usr_2', email: 'b@x' }) });
      await accounts.change(0, [one], []);
      assert.equal(await accounts.change(0, [other], []), null);
      assert.equal(await accounts.change(2, [other], []), null);
      const raced = await Promise.all([
        accounts.change(1, [other], []),
        accounts.change(1, [remove('user', 'usr_1')], []),
      ]);
      assert.deepEqual(raced, [2, null]);
      assert.equal(await accounts.revision(), 2);
      assert.equal((await present(accounts)).length, 2);
    });

    guarantee('a removal removes exactly the named records', async (accounts) => {
      const records: AccountRecord[] = [
        { kind: 'role', value: role({}) },
        { kind: 'session', value: session({}) },
        { kind: 'token', value: token({}) },
        { kind: 'user', value: user({}) },
      ];
      await accounts.change(0, records.map(put), []);
      await accounts.change(1, [remove('user', 'usr_1'), remove('role', 'rol_none'), remove('token', 'ses_1')], []);
      assert.deepEqual(await ids(accounts), ['rol_1', 'ses_1', 'tok_1']);
      await accounts.change(2, [remove('session', 'ses_1'), remove('token', 'tok_1'), remove('role', 'rol_1')], []);
      assert.deepEqual(await ids(accounts), []);
    });

    guarantee('audit entries are stored exactly when the change they describe is', async (accounts) => {
      const ids = async () => (await accounts.audit.entries({ limit: 10 })).map((one) => one.id);
      const change = put({ kind: 'user', value: user({}) });
      await accounts.change(0, [change], [auditSample({ kind: 'user', id: 'usr_1' })]);
      assert.equal(await accounts.change(0, [change], [auditSample({ kind: 'user', id: 'usr_2' })]), null);
      assert.deepEqual(await ids(), ['usr_1']);
      await accounts.change(1, [], [auditSample({ id: 'a' }), auditSample({ id: 'b' })]);
      assert.deepEqual(await ids(), ['b', 'a', 'usr_1']);
    });

    guarantee('uses are stored without a new revision; removed tokens and sessions stay removed', async (accounts) => {
      const records: AccountRecord[] = [
        { kind: 'session', value: session({}) },
        { kind: 'token', value: token({}) },
      ];
      await accounts.change(0, records.map(put), []);
      await accounts.touch([
        { kind: 'session', id: 'ses_1', at: 20 },
        { kind: 'token', id: 'tok_1', at: 30 },
        { kind: 'token', id: 'tok_9', at: 30 },
      ]);
      assert.equal((await accounts.all()).revision, 1);
      const used = (await present(accounts)).map(({ value }) => 'lastUsedAt' in value && value.lastUsedAt);
      assert.deepEqual(used, [20, 30]);
    });
  });
}

const stamp = { version: 1, createdAt: 1, updatedAt: 2, updatedBy: 'a@x' };

export function user(fields: Partial<User>): User {
  return {
    ...stamp,
    id: 'usr_1',
    email: 'a@x',
    status: 'enabled',
    roleIds: ['rol_1', 'rol_2'],
    passwordHash: '$argon2id$',
    invitation: null,
    reset: null,
    sso: null,
    lastSignInAt: null,
    ...fields,
  };
}

function role(fields: Partial<Role>): Role {
  return { ...stamp, id: 'rol_1', name: 'R', description: 'é', rights: ['events:view', 'users:manage'], ...fields };
}

export function token(fields: Partial<Token>): Token {
  return {
    ...stamp,
    id: 'tok_1',
    name: 'T',
    userId: 'usr_1',
    parentId: null,
    rights: ['events:view'],
    digest: 't1',
    expiresAt: null,
    lastUsedAt: null,
    ...fields,
  };
}

export function session(fields: Partial<Session>): Session {
  return {
    id: 'ses_1',
    userId: 'usr_1',
    digest: 's1',
    createdAt: 1,
    lastUsedAt: 2,
    address: '::1',
    userAgent: 'Browser',
    ...fields,
  };
}

export const put = (record: AccountRecord): AccountChange => ({ op: 'put', ...record });
const remove = (kind: AccountRecord['kind'], id: string): AccountChange => ({ op: 'remove', kind, id });

async function present(accounts: Accounts): Promise<AccountRecord[]> {
  const { records } = await accounts.all();
  return records.sort((a, b) => (`${a.kind} ${a.value.id}` < `${b.kind} ${b.value.id}` ? -1 : 1));
}

async function ids(accounts: Accounts): Promise<string[]> {
  return (await present(accounts)).map(({ value }) => value.id);
}
