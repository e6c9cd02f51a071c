import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import type { AccountChange, AccountKind, AccountRecord, Role, Session, Token, User } from '../accounts.ts';

type Change = { revision: number; changes: readonly AccountChange[]; entries: readonly NewAuditEntry[] };
type Use = { kind: 'token' | 'session'; id: string; at: number };

/** The operations of accounts in the storage threads. */
export const operations = {
  allAccounts: (db: Db, _: null): { revision: number; records: AccountRecord[] } => ({
    revision: revision(db),
    records: [...roles(db), ...users(db), ...tokens(db), ...sessions(db)],
  }),

  changeAccounts(db: Db, change: Change): number | null {
    if (revision(db) !== change.revision) return null;
    for (const one of change.changes) {
      if (one.op === 'remove') db.run(removals[one.kind], one.id);
      else if (one.kind === 'role') putRole(db, one.value);
      else if (one.kind === 'user') putUser(db, one.value);
      else if (one.kind === 'token') putToken(db, one.value);
      else putSession(db, one.value);
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

const removals: Record<AccountKind, string> = {
  role: 'DELETE FROM account_role WHERE id = ?',
  user: 'DELETE FROM account_user WHERE id = ?',
  token: 'DELETE FROM account_token WHERE id = ?',
  session: 'DELETE FROM account_session WHERE id = ?',
};

function revision(db: Db): number {
  return db.get<{ revision: number }>('SELECT revision FROM account_revision')?.revision ?? 0;
}

const stamp = 'version, created_at AS createdAt, updated_at AS updatedAt, updated_by AS updatedBy';

function users(db: Db): AccountRecord[] {
  type Row = Omit<User, 'roleIds' | 'invitation'> & {
    roleIds: string;
    inviteDigest: string | null;
    inviteUntil: number;
  };
  const rows = db.all<Row>(
    `SELECT id, email, status, role_ids AS roleIds, password_hash AS passwordHash, invite_digest AS inviteDigest,
       invite_until AS inviteUntil, last_sign_in_at AS lastSignInAt, ${stamp} FROM account_user ORDER BY id`,
  );
  return rows.map(({ roleIds, inviteDigest, inviteUntil, ...row }) => {
    const invitation = inviteDigest === null ? null : { digest: inviteDigest, expiresAt: inviteUntil };
    return { kind: 'user', value: { ...row, roleIds: JSON.parse(roleIds), invitation } };
  });
}

function putUser(db: Db, one: User): void {
  db.run(
    `INSERT OR REPLACE INTO account_user (id, email, status, role_ids, password_hash, invite_digest, invite_until,
       last_sign_in_at, version, created_at, updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    one.id,
    one.email,
    one.status,
    JSON.stringify(one.roleIds),
    one.passwordHash,
    one.invitation?.digest ?? null,
    one.invitation?.expiresAt ?? null,
    one.lastSignInAt,
    ...stampOf(one),
  );
}

function roles(db: Db): AccountRecord[] {
  const rows = db.all<Omit<Role, 'rights'> & { rights: string }>(
    `SELECT id, name, description, rights, ${stamp} FROM account_role ORDER BY id`,
  );
  return rows.map(({ rights, ...row }) => ({ kind: 'role', value: { ...row, rights: JSON.parse(rights) } }));
}

function putRole(db: Db, one: Role): void {
  db.run(
    `INSERT OR REPLACE INTO account_role (id, name, description, rights, version, created_at, updated_at, updated_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    one.id,
    one.name,
    one.description,
    JSON.stringify(one.rights),
    ...stampOf(one),
  );
}

function tokens(db: Db): AccountRecord[] {
  const rows = db.all<Omit<Token, 'rights'> & { rights: string }>(
    `SELECT id, name, user_id AS userId, parent_id AS parentId, rights, digest, expires_at AS expiresAt,
       last_used_at AS lastUsedAt, ${stamp} FROM account_token ORDER BY id`,
  );
  return rows.map(({ rights, ...row }) => ({ kind: 'token', value: { ...row, rights: JSON.parse(rights) } }));
}

function putToken(db: Db, one: Token): void {
  db.run(
    `INSERT OR REPLACE INTO account_token (id, name, user_id, parent_id, rights, digest, expires_at, last_used_at,
       version, created_at, updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    one.id,
    one.name,
    one.userId,
    one.parentId,
    JSON.stringify(one.rights),
    one.digest,
    one.expiresAt,
    one.lastUsedAt,
    ...stampOf(one),
  );
}

function sessions(db: Db): AccountRecord[] {
  const rows = db.all<Session>(
    `SELECT id, user_id AS userId, digest, created_at AS createdAt, last_used_at AS lastUsedAt, address,
       user_agent AS userAgent FROM account_session ORDER BY id`,
  );
  return rows.map((value) => ({ kind: 'session', value: { ...value } }));
}

function putSession(db: Db, one: Session): void {
  db.run(
    `INSERT OR REPLACE INTO account_session (id, user_id, digest, created_at, last_used_at, address, user_agent)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    one.id,
    one.userId,
    one.digest,
    one.createdAt,
    one.lastUsedAt,
    one.address,
    one.userAgent,
  );
}

function stampOf({ version, createdAt, updatedAt, updatedBy }: User | Role | Token): [number, number, number, string] {
  return [version, createdAt, updatedAt, updatedBy];
}
