import type { AccountRecord, EndedSession, Role, Session, Token, User } from '../accounts/accounts.ts';
import { administratorRoleId, closure, type Right } from '../contract/accounts/rights.ts';
import { foldName } from '../contract/fold-name.ts';
import { administratorRole } from './default-roles.ts';

/** An immutable snapshot of all accounts. */
export type AccountSnapshot = {
  readonly revision: number;
  readonly users: ReadonlyMap<string, User>;
  readonly usersByEmail: ReadonlyMap<string, User>;
  /** Includes the Administrator role, which is not stored. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly tokens: ReadonlyMap<string, Token>;
  readonly tokensByDigest: ReadonlyMap<string, Token>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly sessionsByDigest: ReadonlyMap<string, Session>;
  readonly endedByDigest: ReadonlyMap<string, EndedSession>;
};

export function accountSnapshot(revision: number, records: Iterable<AccountRecord>): AccountSnapshot {
  const users = new Map<string, User>();
  const roles = new Map<string, Role>([[administratorRole.id, administratorRole]]);
  const tokens = new Map<string, Token>();
  const sessions = new Map<string, Session>();
  const ended = new Map<string, EndedSession>();
  for (const { kind, value } of records) {
    if (kind === 'user') users.set(value.id, value);
    else if (kind === 'role') roles.set(value.id, value);
    else if (kind === 'token') tokens.set(value.id, value);
    else if (kind === 'session') sessions.set(value.id, value);
    else ended.set(value.digest, value);
  }
  const by = <T, K>(values: Iterable<T>, keyOf: (one: T) => K) =>
    new Map(Array.from(values, (one) => [keyOf(one), one] as const));
  return {
    revision,
    users,
    usersByEmail: by(users.values(), ({ email }) => foldEmail(email)),
    roles,
    tokens,
    tokensByDigest: by(tokens.values(), ({ digest }) => digest),
    sessions,
    sessionsByDigest: by(sessions.values(), ({ digest }) => digest),
    endedByDigest: ended,
  };
}

/** The form in which e-mail addresses are compared: letter case and Unicode composition do not matter. */
export function foldEmail(email: string): string {
  return foldName(email);
}

/** The rights from the roles of a user, whether or not the user is enabled. */
export function rightsOf({ roleIds }: Pick<User, 'roleIds'>, { roles }: AccountSnapshot): ReadonlySet<Right> {
  return closure(roleIds.flatMap((id) => roles.get(id)?.rights ?? []));
}

export function isAdministrator({ roleIds }: Pick<User, 'roleIds'>): boolean {
  return roleIds.includes(administratorRoleId);
}

/** Whether an enabled user who can sign in is an administrator; users who were only invited do not count. */
export function hasAdministrator(users: Iterable<User>): boolean {
  for (const user of users) if (isAdministrator(user) && user.status === 'enabled' && canSignIn(user)) return true;
  return false;
}

/** Whether a user has a password, or is connected to the provider. */
export function canSignIn({ passwordHash, sso }: Pick<User, 'passwordHash' | 'sso'>): boolean {
  return passwordHash !== null || sso !== null;
}
