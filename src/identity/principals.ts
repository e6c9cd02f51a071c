import type { Session, Token, User } from '../accounts/accounts.ts';
import { allRights, closure } from '../contract/accounts/rights.ts';
import type { CredentialEnd } from '../contract/accounts/sign-in.ts';
import { type AccountSnapshot, isAdministrator, rightsOf } from './account-snapshot.ts';
import type { Directory } from './directory.ts';
import { digestOf, isSameDigest } from './one-time-secret.ts';
import type { Authenticate, Credential, Principal } from './principal.ts';

/** A session ends when it was not used for this long. */
const idleMs = 12 * 3_600_000;
/** A session ends this long after its sign-in, even if it is used. */
export const sessionMs = 7 * 86_400_000;

/** A clock that was ahead by less leaves sessions that last longer by as much. */
const aheadMs = 3_600_000;

/** The holder of MILLRACE_ADMIN_TOKEN. */
export const administratorToken: Principal = {
  id: 'admin_token',
  name: 'Administrator token',
  rights: closure(allRights),
  isAdministrator: true,
  userId: null,
  sessionId: null,
  tokenId: null,
};

/** A principal, and when it ends (ms since the epoch). */
type Standing = { principal: Principal; until: number };

export type Principals = {
  authenticate: Authenticate;
  /** The principal with an id in a snapshot; null: it is gone, disabled or expired. A session is its user. */
  withId(id: string, snapshot: AccountSnapshot): Principal | null;
};

/**
 * Resolves credentials against the current snapshot of the directory: rights removed from a user, role or token no
 * longer apply to the next request. `adminToken` is the value of MILLRACE_ADMIN_TOKEN; null: it is not set.
 */
export function createPrincipals(directory: Directory, adminToken: string | null, now: () => number): Principals {
  const adminDigest = adminToken === null ? null : digestOf(adminToken);

  function ofToken(token: Token, snapshot: AccountSnapshot): Standing | null {
    const maker = makerOf(token, snapshot);
    if (maker === null) return null;
    const asked = closure(token.rights);
    const rights = new Set([...asked].filter((right) => maker.principal.rights.has(right)));
    const owner =
      maker.principal.userId === null
        ? maker.principal.name
        : (snapshot.users.get(maker.principal.userId)?.email ?? '');
    return {
      until: Math.min(maker.until, token.expiresAt ?? Number.POSITIVE_INFINITY),
      principal: {
        id: token.id,
        name: `${token.name} (${owner})`,
        rights,
        isAdministrator: maker.principal.isAdministrator && rights.size === allRights.length,
        userId: maker.principal.userId,
        sessionId: null,
        tokenId: token.id,
      },
    };
  }

  /** A token created with another one never has more rights than that one, and ends with it. */
  function makerOf({ parentId, userId }: Token, snapshot: AccountSnapshot): Standing | null {
    if (parentId !== null) {
      const parent = snapshot.tokens.get(parentId);
      return parent === undefined ? null : ofToken(parent, snapshot);
    }
    const principal = withoutToken(userId ?? administratorToken.id, snapshot);
    return principal && { principal, until: Number.POSITIVE_INFINITY };
  }

  /** An enabled user, or the holder of MILLRACE_ADMIN_TOKEN. */
  function withoutToken(id: string, snapshot: AccountSnapshot): Principal | null {
    if (id === administratorToken.id) return adminDigest === null ? null : administratorToken;
    const user = snapshot.users.get(id);
    return user?.status === 'enabled' ? ofUser(user, snapshot, null) : null;
  }

  function ofSession(secret: string, isUse: boolean): Principal | null {
    const { snapshot } = directory;
    const session = snapshot.sessionsByDigest.get(digestOf(secret));
    const user = session && snapshot.users.get(session.userId);
    if (session === undefined || user?.status !== 'enabled') return null;
    if (hasEnded(session, directory.lastUsedAt(session), now())) return null;
    if (isUse) directory.noteUse('session', session);
    return ofUser(user, snapshot, session.id);
  }

  function present(token: Token | undefined, snapshot: AccountSnapshot): Principal | null {
    const standing = token === undefined ? null : ofToken(token, snapshot);
    return standing === null || now() >= standing.until ? null : standing.principal;
  }

  return {
    authenticate({ kind, value }, only) {
      const isUse = only === undefined;
      if (kind === 'session') return ofSession(value, isUse);
      const digest = digestOf(value);
      if (adminDigest !== null && isSameDigest(digest, adminDigest)) return administratorToken;
      const token = directory.snapshot.tokensByDigest.get(digest);
      const principal = present(token, directory.snapshot);
      if (token !== undefined && principal !== null && isUse) directory.noteUse('token', token);
      return principal;
    },
    withId: (id, snapshot) => withoutToken(id, snapshot) ?? present(snapshot.tokens.get(id), snapshot),
  };
}

/**
 * Why a credential that `authenticate` refuses is not valid. Only its holder can ask: the answer for a guessed one is
 * `unknown`.
 */
export function credentialEnd({ kind, value }: Credential, { snapshot }: Directory): CredentialEnd {
  const digest = digestOf(value);
  const ended = kind === 'session' ? snapshot.endedByDigest.get(digest) : undefined;
  if (ended !== undefined) return ended.reason;
  const known = kind === 'session' ? snapshot.sessionsByDigest.get(digest) : snapshot.tokensByDigest.get(digest);
  if (known === undefined) return 'unknown';
  const isDisabled = known.userId !== null && snapshot.users.get(known.userId)?.status !== 'enabled';
  return isDisabled ? 'account_disabled' : 'expired';
}

/**
 * Whether a session has ended: also one that was made while the clock was ahead, since the clock is right again. Its age is
 * not known, and it would last until the wrong time.
 */
export function hasEnded(session: Pick<Session, 'createdAt'>, lastUsedAt: number, now: number): boolean {
  return now >= endOfSession(session, lastUsedAt) || session.createdAt > now + aheadMs;
}

/** When a session ends (ms since the epoch) if it is not used again. */
export function endOfSession({ createdAt }: Pick<Session, 'createdAt'>, lastUsedAt: number): number {
  return Math.min(createdAt + sessionMs, lastUsedAt + idleMs);
}

function ofUser(user: User, snapshot: AccountSnapshot, sessionId: string | null): Principal {
  return {
    id: user.id,
    name: user.email,
    rights: rightsOf(user, snapshot),
    isAdministrator: isAdministrator(user),
    userId: user.id,
    sessionId,
    tokenId: null,
  };
}
