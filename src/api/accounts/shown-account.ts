import type { Role, Session, Token, User } from '../../accounts/accounts.ts';
import { administratorRoleId, allRights } from '../../contract/accounts/rights.ts';
import type { ShownRole } from '../../contract/accounts/role.ts';
import type { ShownSession } from '../../contract/accounts/sign-in.ts';
import type { ShownToken } from '../../contract/accounts/token.ts';
import type { ShownUser } from '../../contract/accounts/user.ts';
import type { Page } from '../../contract/records/page.ts';
import { canSignIn } from '../../identity/account-snapshot.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Principal } from '../../identity/principal.ts';
import { endOfSession } from '../../identity/principals.ts';
import { holdersOf } from '../../identity/roles.ts';
import { settingsOf } from '../../pipeline/snapshot/effective-settings.ts';
import type { Configuration } from '../../pipeline/snapshot/snapshot.ts';
import type { OutputOf } from '../call/call.ts';
import { pageOfAll } from '../http/pagination.ts';

/** Accounts as the API returns them: times as text, without password hashes and digests. */
export function shownAccounts(directory: Directory) {
  function user({ id, email, status, roleIds, passwordHash, sso, lastSignInAt, ...stamp }: User): ShownUser {
    return {
      id,
      email,
      status,
      roleIds: [...roleIds],
      invited: !canSignIn({ passwordHash, sso }),
      sso: sso !== null,
      lastSignInAt: timeOrNull(lastSignInAt),
      ...shownStamp(stamp),
    };
  }

  function session(one: Session, current: boolean): ShownSession {
    const lastUsedAt = directory.lastUsedAt(one);
    return {
      id: one.id,
      current,
      createdAt: time(one.createdAt),
      lastUsedAt: time(lastUsedAt),
      expiresAt: time(endOfSession(one, lastUsedAt)),
      address: one.address,
      userAgent: one.userAgent,
    };
  }

  return {
    user,
    session,

    role({ id, name, description, rights, ...stamp }: Role): ShownRole {
      const fixed = id === administratorRoleId;
      const users = holdersOf(directory.snapshot, id).length;
      return { id, name, description, rights: [...rights], fixed, users, ...shownStamp(stamp) };
    },

    token(one: Token): ShownToken {
      const { id, name, userId, rights, expiresAt } = one;
      const lastUsedAt = timeOrNull(directory.lastUsedAt(one));
      return {
        id,
        name,
        userId,
        rights: [...rights],
        expiresAt: timeOrNull(expiresAt),
        lastUsedAt,
        ...shownStamp(one),
      };
    },

    me(
      { name, rights, isAdministrator, userId, sessionId, tokenId }: Principal,
      { snapshot }: Pick<Configuration, 'snapshot'>,
      environment: string | null,
    ): OutputOf<'getMe'> {
      const own = userId === null ? undefined : directory.snapshot.users.get(userId);
      const present = sessionId === null ? undefined : directory.snapshot.sessions.get(sessionId);
      return {
        name,
        rights: allRights.filter((right) => rights.has(right)),
        administrator: isAdministrator,
        user: own === undefined ? null : user(own),
        session: present === undefined ? null : session(present, true),
        tokenId,
        deliveriesHeld: settingsOf(snapshot).deliveries.held,
        environment,
      };
    },
  };
}

function shownStamp(one: Pick<User, 'version' | 'createdAt' | 'updatedAt' | 'updatedBy'>) {
  const { version, createdAt, updatedAt, updatedBy } = one;
  return { version, createdAt: time(createdAt), updatedAt: time(updatedAt), updatedBy };
}

const time = (at: number) => new Date(at).toISOString();
const timeOrNull = (at: number | null) => (at === null ? null : time(at));

/** A page of users, roles, tokens or sessions, newest first: of those made in the same millisecond by id. */
export function pageOfAccounts<T extends { id: string; createdAt: number }, S>(
  accounts: readonly T[],
  query: { limit: number; cursor?: string | undefined },
  show: (account: T) => S,
): Page<S> {
  const { data, page } = pageOfAll(accounts, query, {
    sortKeyOf: ({ createdAt, id }) => `${String(createdAt).padStart(15, '0')} ${id}`,
    isSortKey: (at) => /^\d{15} [a-z]{3}_[0-9a-z_]{1,64}$/.test(at),
  });
  return { data: data.map(show), page };
}
