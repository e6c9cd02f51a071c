import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import type { AccountChange, AccountKind, AccountRecord } from '../accounts.ts';
import { attemptOperations } from './attempts.ts';

type Change = { revision: number; changes: readonly AccountChange[]; entries: readonly NewAuditEntry[] };
type Use = { kind: 'token' | 'session'; id: string; at: number };

/** The operations of accounts in the storage threads. */
export const operations = {
  ...attemptOperations,

  accountsRevision: (db: Db, _: null): number => revision(db),

  allAccounts: (db: Db, _: null): { revision: number; records: AccountRecord[] } => ({
    revision: revision(db),
    records: kinds.flatMap((kind) => db.all<Row>(tables[kind].select).map((row) => recordOf(kind, row))),
  }),

  changeAccounts(db: Db, change: Change): number | null {
    if (revision(db) !== change.revision) return null;
    for (const one of change.changes) {
      const { fields, insert, remove } = tables[one.kind];
      if (one.op === 'remove') db.run(remove, one.id);
      else db.run(insert, ...valuesOf(one, fields));
    }
    appendAudit(db, change.entries);
    db.run('UPDATE account_revision SET revision = revision + 1');
    return revision(db);
  },

  touchAccounts(db: Db, uses: readonly Use[]): void {
    for (const { kind, id, at } of uses)
      if (kind === 'token') db.run('UPDATE account_token SET last_used_at = ? WHERE id = ?', at, id);
      else db.run('UPDATE account_session SET last_used_at = ? WHERE id = ?', at, id);
  },
};

function revision(db: Db): number {
  return db.get<{ revision: number }>('SELECT revision FROM account_revision')?.revision ?? 0;
}

/** A stored record: its fields, with lists as JSON, and the links and the identity of a user in two fields each. */
type Row = Record<string, string | number | null>;

const stamp = ['version', 'createdAt', 'updatedAt', 'updatedBy'];
const listFields = new Set(['roleIds', 'rights', 'resetRights']);
const kinds = ['role', 'user', 'token', 'session', 'ended'] as const;

const tables: Record<AccountKind, ReturnType<typeof table>> = {
  role: table('account_role', ['id', 'name', 'description', 'rights', ...stamp]),
  user: table('account_user', [
    ...['id', 'email', 'status', 'roleIds', 'passwordHash', 'inviteDigest', 'inviteUntil', 'inviteBy', 'lastSignInAt'],
    ...['resetDigest', 'resetUntil', 'resetRights', 'ssoIssuer', 'ssoSubject'],
    ...stamp,
  ]),
  token: table('account_token', [
    ...['id', 'name', 'userId', 'parentId', 'rights', 'digest', 'expiresAt', 'lastUsedAt'],
    ...stamp,
  ]),
  session: table('account_session', ['id', 'userId', 'digest', 'createdAt', 'lastUsedAt', 'address', 'userAgent']),
  ended: table('account_ended_session', ['id', 'digest', 'reason', 'endedAt']),
};

/** The statements of a table; the column of the field `userId` is `user_id`. */
function table(name: string, fields: readonly string[]) {
  const columns = fields.map((field) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const selected = fields.map((field, index) => `${columns[index]} AS ${field}`);
  return {
    fields,
    select: `SELECT ${selected.join(', ')} FROM ${name} ORDER BY id`,
    insert: `INSERT OR REPLACE INTO ${name} (${columns.join(', ')}) VALUES (${fields.map(() => '?').join(', ')})`,
    remove: `DELETE FROM ${name} WHERE id = ?`,
  };
}

function recordOf(
  kind: AccountKind,
  { inviteDigest, inviteUntil, inviteBy, resetDigest, resetUntil, resetRights, ssoIssuer, ssoSubject, ...row }: Row,
): AccountRecord {
  const value: Record<string, unknown> = { ...row };
  for (const field of listFields) if (field in row) value[field] = JSON.parse(String(row[field]));
  if (kind === 'user') {
    value['invitation'] = inviteDigest === null ? null : { digest: inviteDigest, expiresAt: inviteUntil, by: inviteBy };
    value['sso'] = ssoSubject === null ? null : { issuer: ssoIssuer, subject: ssoSubject };
    value['reset'] =
      resetDigest === null
        ? null
        : { digest: resetDigest, expiresAt: resetUntil, rights: JSON.parse(String(resetRights)) };
  }
  return { kind, value } as AccountRecord; // stored from one
}

function valuesOf(record: AccountRecord, fields: readonly string[]) {
  const { invitation = null, reset = null, sso = null } = record.kind === 'user' ? record.value : {};
  const row = {
    ...record.value,
    inviteDigest: invitation?.digest ?? null,
    inviteUntil: invitation?.expiresAt ?? null,
    inviteBy: invitation?.by ?? null,
    resetDigest: reset?.digest ?? null,
    resetUntil: reset?.expiresAt ?? null,
    resetRights: reset?.rights ?? [],
    ssoIssuer: sso?.issuer ?? null,
    ssoSubject: sso?.subject ?? null,
  };
  return fields.map((field) => {
    const value: unknown = Reflect.get(row, field);
    return listFields.has(field) ? JSON.stringify(value) : (value as Row[string]); // every other field is one
  });
}
