import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { accountsConformance, put, session, token, user } from '../accounts.conformance.ts';
import { sqliteAccounts } from './sqlite-accounts.ts';

const operations = operationsOf('accounts', 'audit');

accountsConformance('accounts in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.accounts };
});

accountsConformance('accounts in the storage thread', async () => {
  const resources = new AsyncDisposableStack();
  const dir = resources.use(temporaryFolder()).path;
  const sqlite = resources.use(await openSqlite({ dir, operations }));
  return {
    ...sqliteAccounts(sqlite),
    audit: sqliteAudit(sqlite),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
});

test('accounts are kept after the process ends', async () => {
  using folder = temporaryFolder();
  {
    await using sqlite = await openSqlite({ dir: folder.path, operations });
    const records = [
      put({ kind: 'user', value: user({}) }),
      put({ kind: 'token', value: token({}) }),
      put({ kind: 'session', value: session({}) }),
    ];
    await sqliteAccounts(sqlite).change(0, records, []);
  }
  await using sqlite = await openSqlite({ dir: folder.path, operations });
  const { revision, records } = await sqliteAccounts(sqlite).all();
  assert.deepEqual([revision, records.map(({ kind }) => kind)], [1, ['user', 'token', 'session']]);
});
