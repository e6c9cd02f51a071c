import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../../test/support/storage.ts';
import type { Db } from '../../sqlite/db.ts';
import { openSqlite, operationsOf } from '../../sqlite/sqlite.ts';
import { storageThreads } from '../../sqlite/storage-threads.testing.ts';
import { temporaryFolder } from '../../sqlite/temporary-folder.testing.ts';
import { auditConformance } from '../audit.conformance.ts';
import { auditSample } from '../audit-samples.testing.ts';
import { sqliteAudit } from './sqlite-audit.ts';

auditConformance('audit trail in process', async () => {
  const storage = await openStorage();
  return { ...storage, ...storage.audit };
});

const threads = storageThreads('audit');

auditConformance('audit trail in the storage thread', async () => {
  const sqlite = await threads();
  return { ...sqliteAudit(sqlite), [Symbol.asyncDispose]: async () => {} };
});

test('the database itself refuses to change an entry, or to remove one without a prune entry', async () => {
  using folder = temporaryFolder();
  const operations = new URL('./tampering.testing.ts', import.meta.url);
  await using sqlite = await openSqlite({ dir: folder.path, operations: [...operationsOf('audit'), operations] });
  await sqliteAudit(sqlite).append([auditSample(), auditSample()]);
  const client = sqlite.client<{ tamper(db: Db, sql: string): number }>();
  for (const sql of [
    `UPDATE audit_entry SET hash = 'x' WHERE number = 1`,
    'DELETE FROM audit_entry WHERE number = 1',
    'DELETE FROM audit_entry',
  ])
    await assert.rejects(client.write('tamper', sql), /an audit entry/);
});
