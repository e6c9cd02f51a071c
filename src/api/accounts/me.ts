import type { Session, Token, User } from '../../accounts/accounts.ts';
import { AppError, invalid } from '../../contract/errors.ts';
import { checkPassword } from '../../identity/password/password-policy.ts';
import type { Principal } from '../../identity/principal.ts';
import { endSessions, freshMs, setOwnPassword } from '../../identity/sessions.ts';
import { checkIsWithin, ownTokens, removeOtherTokens, removeToken } from '../../identity/tokens.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { found } from '../http/validate.ts';
import { pageOfAccounts, shownAccounts } from './shown-account.ts';
import { makeToken } from './tokens.ts';

/** Operations on the caller's own password, sessions and tokens. */
export function meHandlers(parts: ApiParts) {
  const { directory, passwords, signIns } = parts.identity;
  const shown = shownAccounts(directory);

  function ownUser({ userId }: Principal): User {
    const user = userId === null ? undefined : directory.snapshot.users.get(userId);
    if (user === undefined) throw new AppError('conflict', 'MILLRACE_ADMIN_TOKEN belongs to no user.');
    return user;
  }

  /** An open browser or a stolen token must not be enough to take over the account. */
  async function checkIsOwner(user: User, given: string | undefined, { principal, request }: Call): Promise<void> {
    if (given !== undefined) {
      await signIns.confirm(user, given, request.ip);
      return;
    }
    const session = principal.sessionId === null ? undefined : directory.snapshot.sessions.get(principal.sessionId);
    if (session !== undefined && parts.now() - session.createdAt < freshMs) return;
    const detail = 'Required: the sign-in is over ten minutes old, or the request uses a token.';
    throw invalid([{ pointer: '/currentPassword', detail }]);
  }

  /** Throws AppError `forbidden` for a token: a leaked one must not sign its owner out, or show addresses. */
  function ownSessions({ userId, tokenId }: Principal): Session[] {
    if (tokenId !== null) throw new AppError('forbidden', "A token has no access to its user's sessions. Sign in.");
    return [...directory.snapshot.sessions.values()].filter((one) => one.userId === userId);
  }

  function ownSession({ principal, params }: Pick<Call<'getMySession'>, 'principal' | 'params'>): Session {
    const session = ownSessions(principal).find(({ id }) => id === params.id);
    return found(session, `You have no session ${params.id}.`);
  }

  function ownToken({ principal, params }: Pick<Call<'getMyToken'>, 'principal' | 'params'>): Token {
    const { snapshot } = directory;
    const token = snapshot.tokens.get(params.id);
    const own = found(token?.userId === principal.userId ? token : null, `You have no token ${params.id}.`);
    checkIsWithin(snapshot, own, { principal });
    return own;
  }

  return {
    getMe: ({ principal }) => shown.me(principal, parts.pipeline.configuration, parts.environment),

    async changeMe(call) {
      const { password, currentPassword } = call.body();
      const { id, email, sso, passwordHash: present } = ownUser(call.principal);
      if (sso !== null && present === null)
        throw new AppError('conflict', 'You sign in at the provider, so you have no password here.');
      checkPassword(password, email);
      await checkIsOwner(ownUser(call.principal), currentPassword, call as Call); // of one of the routes
      const passwordHash = await passwords.hash(password);
      await directory.change((snapshot) => {
        const user = snapshot.users.get(id);
        if (user === undefined) throw new AppError('unauthorized');
        return setOwnPassword(snapshot, user, passwordHash, call.actor());
      });
      return shown.me(call.principal, parts.pipeline.configuration, parts.environment);
    },

    listMySessions: ({ principal, query }) =>
      pageOfAccounts(ownSessions(principal), query, (one) => shown.session(one, one.id === principal.sessionId)),

    getMySession(call) {
      const session = ownSession(call);
      return shown.session(session, session.id === call.principal.sessionId);
    },

    async endMySessions(call) {
      const others = () => ownSessions(call.principal).filter(({ id }) => id !== call.principal.sessionId);
      await directory.change(() => endSessions(others(), 'revoke', call.actor()));
    },

    async endMySession(call) {
      await directory.change(() => endSessions([ownSession(call)], 'revoke', call.actor()));
    },

    listMyTokens({ principal, query }) {
      return pageOfAccounts(ownTokens(directory.snapshot, principal), query, shown.token);
    },

    createMyToken: (call) => makeToken(parts, call, call.body()),

    getMyToken: (call) => shown.token(ownToken(call)),

    async deleteMyTokens(call) {
      await directory.change((snapshot) => removeOtherTokens(snapshot, call.actor()));
    },

    async deleteMyToken(call) {
      await directory.change((snapshot) => removeToken(snapshot, call.ifMatch(ownToken(call)), call.actor()));
    },
  } satisfies Partial<Handlers>;
}
