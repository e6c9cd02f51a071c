import { AppError } from '../../contract/errors.ts';
import { given } from '../../contract/given.ts';
import type { SingleSignOn } from '../../identity/single-sign-on/single-sign-on.ts';
import { ssoCookie } from '../auth/session-cookie.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { signInVisits } from './sign-in.ts';

/** Sign-in with OpenID Connect. The page to which the provider returns completes it. */
export function singleSignOnHandlers(parts: ApiParts) {
  const { singleSignOn } = parts.identity;
  const { visitOf, enter } = signInVisits(parts);
  const cookie = ssoCookie(parts);

  function available(): SingleSignOn {
    if (singleSignOn === null) throw new AppError('conflict', 'This server has no single sign-on.');
    return singleSignOn;
  }

  return {
    async beginSingleSignOn({ request, reply, principal, body }) {
      const { to, connect } = body();
      if (connect && principal.sessionId === null) throw new AppError('unauthorized');
      const { authorizationUrl, ...begun } = await available().begin(connect ? principal.sessionId : null);
      cookie.set(request, reply, JSON.stringify({ ...begun, to }));
      return { authorizationUrl };
    },

    async completeSingleSignOn(call) {
      const sso = available();
      const response = given(call.body());
      const { to, ...begun } = cookie.read(call.request);
      // Connecting needs the session with which it began.
      if (begun.linkTo !== null && begun.linkTo !== call.principal.sessionId) throw new AppError('unauthorized');
      cookie.clear(call.request, call.reply);
      const open = async () => {
        const person = await sso.identify(response, begun, call.request.ip);
        call.request.subject = { id: sso.userIdOf(person), name: person.email };
        return sso.enter(person, begun, visitOf(call));
      };
      return { ...(await enter(call, open())), to };
    },
  } satisfies Partial<Handlers>;
}
