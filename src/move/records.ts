import { createHash } from 'node:crypto';
import { type MovedTable, type Row, reading, sameTable, writing } from './moved-table.ts';

const entry = {
  number: 'bigint',
  body: 'text',
  hash: 'text',
  created_at: 'free',
  act: 'free',
  kind: 'free',
  id: 'free',
  principal: 'free',
  principal_id: 'free',
  result: 'free',
} as const;

const head = { number: 'bigint', hash: 'text' } as const;

const issue = { id: 'text', fingerprint: 'text', revision: 'bigint', body: 'text' } as const;

const rejected = {
  id: 'text',
  collector_id: 'text',
  key: 'free',
  at: 'bigint',
  bytes: 'integer',
  body: 'json',
  sent: 'free',
} as const;

/** What was recorded of changes, problems and requests. */
export const recordTables: readonly MovedTable[] = [
  {
    kind: 'audit entries',
    table: 'audit_entry',
    columns: entry,
    order: 'number',
    sqlite: {
      read: reading(entry, `SELECT ${Object.keys(entry).join(', ')} FROM audit_entry`),
      write: writing(entry, 'INSERT INTO audit_entry (number, body, hash) VALUES (:number, :body, :hash)'),
    },
  },
  {
    kind: 'head of the audit trail',
    table: 'audit_head',
    columns: head,
    order: 'number',
    isSingle: true,
    sqlite: {
      read: reading(
        head,
        `SELECT number, hash FROM (SELECT number, hash FROM audit_entry UNION ALL SELECT 0, '${'0'.repeat(64)}')
         ORDER BY number DESC LIMIT 1`,
      ),
      write: () => () => {},
    },
  },
  sameTable(
    'issue revision',
    'issue_revision',
    { revision: 'bigint', removed: 'bigint' },
    {
      order: 'revision',
      isSingle: true,
    },
  ),
  {
    kind: 'issues',
    table: 'issue',
    columns: issue,
    order: 'id',
    sqlite: {
      read: function* (database) {
        for (const row of reading({ ...issue, fingerprint: 'text' }, issuesSql)(database))
          yield { ...row, fingerprint: hashOf(String(row['fingerprint'])) };
      },
      write: writing(issue, 'INSERT INTO issue (id, body, revision) VALUES (:id, :body, :revision)'),
    },
  },
  {
    kind: 'rejected requests',
    table: 'rejected_request',
    columns: rejected,
    order: 'id',
    sqlite: {
      read: function* (database) {
        const sql = 'SELECT id, collector_id, NULL AS key, at, bytes, body, NULL AS sent FROM rejected_request';
        for (const row of reading(rejected, sql)(database)) {
          const { body: sent = null, ...body } = row['body'] as Row; // a request as it was stored
          yield { ...row, key: body['key'], body, sent };
        }
      },
      write: (database) => {
        const write = writing(
          rejected,
          `INSERT INTO rejected_request (id, collector_id, at, bytes, body) VALUES (:id, :collector_id, :at, :bytes, :body)`,
        )(database);
        return (row) => write({ ...row, body: { ...(row['body'] as Row), body: row['sent'] } }); // JSON of an object
      },
    },
  },
  sameTable(
    'remembered responses',
    'kept_response',
    {
      principal: 'text',
      place: 'text',
      digest: 'text',
      at: 'bigint',
      epoch: 'text',
      status: 'smallint',
      headers: 'text',
      body: 'free',
      rights: 'text',
      bytes: 'integer',
      number: 'bigint',
    },
    { order: 'number' },
  ),
];

const issuesSql = `SELECT id, body ->> '$.fingerprint' AS fingerprint, revision, body FROM issue`;

const hashOf = (fingerprint: string): string => createHash('sha256').update(fingerprint).digest('base64url');
