import type { Right } from '../contract/accounts/rights.ts';
import type { SessionEnd } from '../contract/accounts/sign-in.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. Users, roles, tokens and sessions. All of them fit in memory: a caller loads `all()` once and follows its own
 * `change` calls. No secret is stored: passwords are hashes, and of tokens, sessions and invitations only the SHA-256
 * is kept. Times are ms since the epoch.
 */
export interface Accounts {
  readonly attempts: SignInAttempts;
  /** Every record, and the revision of this state. */
  all(): Promise<{ revision: number; records: AccountRecord[] }>;
  /** The revision of the present state, which other processes may have changed. */
  revision(): Promise<number>;
  /**
   * Makes all changes or none, durably, and adds the entries that describe them to the audit trail. `revision` is the
   * state on which the caller's checks (rights, names, the last administrator) were made. If the accounts have changed
   * since, nothing is written and the result is null: load and check again. Otherwise returns the new revision. Removes
   * only records that the changes name.
   */
  change(
    revision: number,
    changes: readonly AccountChange[],
    entries: readonly NewAuditEntry[],
  ): Promise<number | null>;
  /** Stores when tokens and sessions were last used. The revision stays the same; unknown ids are skipped. */
  touch(uses: readonly { kind: 'token' | 'session'; id: string; at: number }[]): Promise<void>;
}

export type AccountRecord =
  | { kind: 'user'; value: User }
  | { kind: 'role'; value: Role }
  | { kind: 'token'; value: Token }
  | { kind: 'session'; value: Session }
  | { kind: 'ended'; value: EndedSession };
export type AccountKind = AccountRecord['kind'];

export type AccountChange =
  | ({ op: 'put' } & AccountRecord)
  /** An unknown id changes nothing. */
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
  /** The one-time invitation with which a password can be set; `by` is the id of the principal who made it. */
  invitation: (OneTimeLink & { by: string }) | null;
  /** The link for a forgotten password, sent by e-mail; `rights` are those that the user had when it was made. */
  reset: (OneTimeLink & { rights: readonly Right[] }) | null;
  /** The identity at the OpenID Connect provider; null: not connected. No two users have the same. */
  sso: { issuer: string; subject: string } | null;
  lastSignInAt: number | null;
};

type OneTimeLink = { digest: string; expiresAt: number };

export type Role = Stamp & { id: string; name: string; description: string; rights: readonly Right[] };

export type Token = Stamp & {
  id: string;
  name: string;
  /** The user it belongs to; null: the holder of MILLRACE_ADMIN_TOKEN. */
  userId: string | null;
  /** The token with which it was created, if any. */
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

/** Why a session ended, for the browser that still has its cookie. `digest` is that of the session. */
export type EndedSession = { id: string; digest: string; reason: SessionEnd; endedAt: number };

/** What an attempt to sign in counts against, as a hash, and the number of failures without delay. */
export type AttemptKey = { key: string; free: number };

/**
 * Attempts to sign in, with delays that double with each failure. An attempt counts as failed from its start, so that
 * concurrent attempts are delayed too, at whatever node. Holds at most 20,000 keys, and each for a quarter of
 * an hour after its last attempt; the oldest ones are forgotten first.
 */
export interface SignInAttempts {
  /** Counts an attempt, and returns 0; or counts none, and returns the ms for which one of its keys is delayed. Atomic. */
  begin(keys: readonly AttemptKey[], now: number): Promise<number>;
  /** Removes the count of an attempt that succeeded or was not checked. */
  undo(keys: readonly string[], now: number): Promise<void>;
  /** Removes the failures of keys, after a correct password. */
  forget(keys: readonly string[]): Promise<void>;
}
