import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../../test/support/storage.ts';
import { sqliteAudit } from '../../audit/sqlite/sqlite-audit.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { accountsConformance, put, session, token, user } from '../accounts.conformance.ts';
import { sqliteAccounts } from './sqlite-accounts.ts';

const operations = operationsOf('accounts', 'audit');

accountsConformance('accounts in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.accounts };
});

const threads = storageThreads('accounts', 'audit');

accountsConformance('accounts in the storage thread', async () => {
  const sqlite = await threads();
  return {
    ...sqliteAccounts(sqlite),
    audit: sqliteAudit(sqlite),
    [Symbol.asyncDispose]: async () => {},
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
