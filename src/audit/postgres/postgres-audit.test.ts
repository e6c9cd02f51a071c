import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { auditConformance } from '../audit.conformance.ts';
import { auditSample } from '../audit-samples.testing.ts';
import { postgresAudit } from './postgres-audit.ts';

const database = postgresDatabase();

auditConformance('audit trail on PostgreSQL', async () => ({
  ...postgresAudit(await database()),
  [Symbol.asyncDispose]: async () => {},
}));

test('the database itself refuses to change an entry, or to remove one without a prune entry', async () => {
  const postgres = await database();
  await postgresAudit(postgres).append([auditSample(), auditSample()]);
  for (const sql of [
    `UPDATE audit_entry SET hash = 'x' WHERE number = 1`,
    'DELETE FROM audit_entry WHERE number = 1',
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
  ])
    await assert.rejects(postgres.read(sql), /an audit entry/);
  assert.equal((await postgresAudit(postgres).entries({ limit: 9 })).length, 2);
});
