import type { DatabaseSync } from 'node:sqlite';
import type { AccountRecord } from '../accounts/accounts.ts';
import { operations } from '../accounts/sqlite/operations.ts';
import { executeOn, operationsByName } from '../sqlite/db.ts';
import { type MovedTable, type Row, sameTable } from './moved-table.ts';

const account = { kind: 'text', id: 'text', body: 'json', last_used_at: 'bigint' } as const;

/** Users, roles, tokens and sessions. SQLite has a table for each kind, PostgreSQL the records as JSON. */
export const accountTables: readonly MovedTable[] = [
  {
    kind: 'accounts',
    table: 'account',
    columns: account,
    order: 'kind, id',
    sqlite: {
      read: (database) => accountRecords(database).map(rowOf),
      write: (database) => (row) => {
        const { kind, body, last_used_at: lastUsedAt } = row as Stored;
        const value = kind === 'token' || kind === 'session' ? { ...body, lastUsedAt } : body;
        const { revision } = accountsOf(database);
        on(database, 'write', 'changeAccounts', { revision, changes: [{ op: 'put', kind, value }], entries: [] });
      },
    },
  },
  // After the accounts, which raise it in SQLite.
  sameTable('account revision', 'account_revision', { revision: 'bigint' }, { order: 'revision', isSingle: true }),
  sameTable(
    'sign-in attempts',
    'sign_in_attempt',
    { key: 'text', failures: 'integer', last_at: 'bigint', open_at: 'bigint' },
    { order: 'key' },
  ),
];

type Stored = { kind: AccountRecord['kind']; body: object; last_used_at: number | null };

function rowOf({ kind, value }: AccountRecord): Row {
  const { lastUsedAt = null, ...body } = value as { id: string; lastUsedAt?: number | null };
  return { kind, id: value.id, body, last_used_at: lastUsedAt };
}

const byName = operationsByName([{ operations }]);
const accountsOf = (database: DatabaseSync) =>
  on(database, 'read', 'allAccounts', null) as { revision: number; records: AccountRecord[] }; // what the operation returns
const accountRecords = (database: DatabaseSync) => accountsOf(database).records;

function on(database: DatabaseSync, way: 'read' | 'write', name: string, args: unknown): unknown {
  const { read, write } = executeOn(database, byName);
  const result = way === 'read' ? read({ name, args }) : write([{ name, args }])[0];
  if (result?.ok !== true) throw new Error(`The accounts can't be moved: ${result?.message}`);
  return result.value;
}
