import { foldEmail } from '../../identity/account-snapshot.ts';
import { endSessions } from '../../identity/sessions.ts';
import type { NewSession, SignInContext } from '../../identity/sign-in.ts';
import { sessionCookie } from '../auth/session-cookie.ts';
import type { ApiParts, Call, Handlers, OutputOf } from '../call/call.ts';
import { shownAccounts } from './shown-account.ts';

type Entering = Pick<Call, 'request' | 'reply' | 'author'>;

/** What every way to sign in does around it. */
export function signInVisits(parts: ApiParts) {
  const { directory, authenticate } = parts.identity;
  const cookie = sessionCookie(parts);
  const shown = shownAccounts(directory);

  function visitOf({ request, author }: Entering): SignInContext {
    const secret = cookie.read(request);
    const former = secret === null ? null : authenticate({ kind: 'session', value: secret });
    return {
      author,
      address: request.ip,
      userAgent: request.headers['user-agent'] ?? '',
      former: former?.sessionId ?? null,
    };
  }

  async function enter(call: Entering, opening: Promise<NewSession>): Promise<OutputOf<'signIn'>> {
    const { secret, user } = await opening.catch((error: unknown) => {
      parts.telemetry.signInFinished({ userId: null, address: call.request.ip, error });
      throw error;
    });
    parts.telemetry.signInFinished({ userId: user.id, address: call.request.ip });
    cookie.set(call.request, call.reply, secret);
    const principal = authenticate({ kind: 'session', value: secret });
    if (principal === null) throw new Error('the session just opened is unknown');
    return shown.me(principal, parts.pipeline.configuration, parts.environment);
  }

  return { visitOf, enter };
}

/** Set-up, sign-in, invitations, forgotten passwords and sign-out. */
export function signInHandlers(parts: ApiParts) {
  const { directory, signIns, passwordResets, singleSignOn, setup } = parts.identity;
  const { visitOf, enter } = signInVisits(parts);
  const cookie = sessionCookie(parts);
  const shown = shownAccounts(directory);

  return {
    getSetup: () => ({ open: setup.isOpen() }),
    setUp: (call) => enter(call, setup.setUp(call.body(), visitOf(call))),
    signIn(call) {
      const given = call.body();
      const known = directory.snapshot.usersByEmail.get(foldEmail(given.email));
      // People type passwords into the wrong field, so text that is not an e-mail address is not logged.
      call.request.subject = { id: known?.id ?? null, name: given.email.includes('@') ? given.email.trim() : null };
      return enter(call, signIns.signIn(given, visitOf(call)));
    },
    acceptInvitation: (call) => enter(call, signIns.accept(call.body(), visitOf(call))),

    getSignInMethods: () => ({
      passwordReset: passwordResets.isAvailable,
      sso: singleSignOn && { label: singleSignOn.label },
    }),
    requestPasswordReset(call) {
      passwordResets.request(call.body().email, { author: call.author, address: call.request.ip });
    },
    completePasswordReset: (call) => enter(call, signIns.reset(call.body(), visitOf(call))),

    getSession: ({ principal }) => shown.me(principal, parts.pipeline.configuration, parts.environment),

    async signOut({ principal, request, reply, actor }) {
      cookie.clear(request, reply);
      const session = directory.snapshot.sessions.get(principal.sessionId ?? '');
      if (session !== undefined) await directory.change(() => endSessions([session], 'sign_out', actor()));
    },
  } satisfies Partial<Handlers>;
}
