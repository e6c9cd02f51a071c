import type { Right } from '../contract/accounts/rights.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. Who may do what: users, roles, tokens and sessions. All of them fit in memory; whoever needs them loads `all()`
 * once and follows `change`. No secret is in here: passwords are hashes, of tokens, sessions and invitations only the
 * SHA-256 is kept. Times are ms since the epoch.
 */
export interface Accounts {
  /** Everything, and the revision that this picture has. */
  all(): Promise<{ revision: number; records: AccountRecord[] }>;
  /**
   * Makes all changes or none, durably, and adds the entries that describe them to the audit trail. `revision` is the
   * picture that the caller's checks (rights, names, the last administrator) were made on: when the accounts have moved
   * on, nothing is written and the answer is null; load again, check again. Returns the new revision otherwise. Nothing
   * is removed but what the changes name.
   */
  change(
    revision: number,
    changes: readonly AccountChange[],
    entries: readonly NewAuditEntry[],
  ): Promise<number | null>;
  /** Notes when tokens and sessions were last used; the revision stays, and ids that are gone are passed over. */
  touch(uses: readonly { kind: 'token' | 'session'; id: string; at: number }[]): Promise<void>;
}

export type AccountRecord =
  | { kind: 'user'; value: User }
  | { kind: 'role'; value: Role }
  | { kind: 'token'; value: Token }
  | { kind: 'session'; value: Session };
export type AccountKind = AccountRecord['kind'];

export type AccountChange =
  | ({ op: 'put' } & AccountRecord)
  /** Of something that is not there: nothing happens. */
  | { op: 'remove'; kind: AccountKind; id: string };

/** `version` starts at 1 and grows by 1 with each change that people make. */
type Stamp = { version: number; createdAt: number; updatedAt: number; updatedBy: string };

export type User = Stamp & {
  id: string;
  email: string;
  status: 'enabled' | 'disabled';
  roleIds: readonly string[];
  /** An encoded Argon2 hash; null until a password is set. */
  passwordHash: string | null;
  /** The one-time address at which a password can be set. */
  invitation: { digest: string; expiresAt: number } | null;
  lastSignInAt: number | null;
};

export type Role = Stamp & { id: string; name: string; description: string; rights: readonly Right[] };

export type Token = Stamp & {
  id: string;
  name: string;
  /** Whose it is; null: of the holder of MILLRACE_ADMIN_TOKEN. */
  userId: string | null;
  /** The token that it was made with, when it was one. */
  parentId: string | null;
  rights: readonly Right[];
  digest: string;
  expiresAt: number | null;
  lastUsedAt: number | null;
};

export type Session = {
  id: string;
  userId: string;
  digest: string;
  createdAt: number;
  lastUsedAt: number;
  address: string;
  userAgent: string;
};
