import type { Token, User } from '../accounts/accounts.ts';
import { allRights, closure } from '../contract/accounts/rights.ts';
import { isAdministrator, type Picture, rightsOf } from './account-snapshot.ts';
import type { Directory } from './directory.ts';
import { digestOf, isSameDigest } from './one-time-secret.ts';
import type { Authenticate, Principal } from './principal.ts';

/** A session ends when it was not used for this long. */
export const idleMs = 12 * 3_600_000;
/** A session ends this long after its sign-in, even if it is used. */
export const sessionMs = 7 * 86_400_000;

/** The holder of MILLRACE_ADMIN_TOKEN. */
const administratorToken: Principal = {
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

/**
 * Resolves credentials against the current snapshot of the directory: rights removed from a user, role or token no
 * longer apply to the next request. `adminToken` is the value of MILLRACE_ADMIN_TOKEN; null: it is not set.
 */
export function authenticator(directory: Directory, adminToken: string | null, now: () => number): Authenticate {
  const adminDigest = adminToken === null ? null : digestOf(adminToken);
  const standings = new WeakMap<Picture, Map<string, Standing | null>>();

  function ofToken(token: Token, picture: Picture): Standing | null {
    const known = standings.get(picture) ?? new Map<string, Standing | null>();
    standings.set(picture, known);
    const found = known.get(token.id);
    if (found !== undefined) return found;
    const standing = tokenStanding(token, picture);
    known.set(token.id, standing);
    return standing;
  }

  function tokenStanding(token: Token, picture: Picture): Standing | null {
    const maker = makerOf(token, picture);
    if (maker === null) return null;
    const asked = closure(token.rights);
    const rights = new Set([...asked].filter((right) => maker.principal.rights.has(right)));
    const owner =
      maker.principal.userId === null ? maker.principal.name : (picture.users.get(maker.principal.userId)?.email ?? '');
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
  function makerOf({ parentId, userId }: Token, picture: Picture): Standing | null {
    if (parentId !== null) {
      const parent = picture.tokens.get(parentId);
      return parent === undefined ? null : ofToken(parent, picture);
    }
    const until = Number.POSITIVE_INFINITY;
    if (userId === null) return adminDigest === null ? null : { principal: administratorToken, until };
    const user = picture.users.get(userId);
    if (user === undefined || user.status === 'disabled') return null;
    return { principal: ofUser(user, picture, null), until };
  }

  function ofSession(secret: string, isUse: boolean): Principal | null {
    const { picture } = directory;
    const session = picture.sessionsByDigest.get(digestOf(secret));
    const user = session && picture.users.get(session.userId);
    if (session === undefined || user?.status !== 'enabled') return null;
    const isOver = now() >= session.createdAt + sessionMs || now() >= directory.lastUsedAt(session) + idleMs;
    if (isOver) return null;
    if (isUse) directory.noteUse('session', session);
    return ofUser(user, picture, session.id);
  }

  return ({ kind, value }, only) => {
    const isUse = only === undefined;
    if (kind === 'session') return ofSession(value, isUse);
    const digest = digestOf(value);
    if (adminDigest !== null && isSameDigest(digest, adminDigest)) return administratorToken;
    const token = directory.picture.tokensByDigest.get(digest);
    const standing = token === undefined ? null : ofToken(token, directory.picture);
    if (token === undefined || standing === null || now() >= standing.until) return null;
    if (isUse) directory.noteUse('token', token);
    return standing.principal;
  };
}

function ofUser(user: User, picture: Picture, sessionId: string | null): Principal {
  return {
    id: user.id,
    name: user.email,
    rights: rightsOf(user, picture),
    isAdministrator: isAdministrator(user),
    userId: user.id,
    sessionId,
    tokenId: null,
  };
}
