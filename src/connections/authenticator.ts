import type { Auth } from '../contract/documents/connection.ts';
import type { Authorization, AuthorizedConnection } from './authorized-connection.ts';
import { openHeader } from './header-value.ts';
import { missingAuth } from './missing-credentials.ts';
import { createAccessTokens } from './oauth/access-tokens.ts';
import { basicCredentials, type Oauth2 } from './oauth/client-auth.ts';
import type { TokenHttp } from './oauth/token-request.ts';
import { reveal } from './secret-fields.ts';

export type Authenticator = ReturnType<typeof createAuthenticator>;

/** Authenticates requests, and caches the access tokens of all connections. */
export function createAuthenticator(http: TokenHttp) {
  const { authorize: withToken, ...tokens } = createAccessTokens(http);
  return {
    ...tokens,
    /**
     * The headers that authenticate a request of this connection. Never succeeds without a token where one is needed.
     * Concurrent callers share one token request. Returns a promise only when a token may have to be fetched. Throws or
     * rejects with UnresolvedSecret when a secret reference can't be read.
     */
    authorize(connection: AuthorizedConnection): Authorization | Promise<Authorization> {
      const { auth } = connection;
      return auth.type === 'oauth2' ? withToken(connection, auth) : standing(auth);
    },
  };
}

const unauthenticated: Authorization = { ok: true, headers: [], fresh: false, tokenMs: null };

/** The schemes that need no token endpoint. */
function standing(auth: Exclude<Auth, Oauth2>): Authorization {
  if (auth.type === 'none') return unauthenticated;
  const missing = missingAuth(auth);
  if (missing !== null) return { ok: false, kind: 'rejected', detail: missing, retryAfterMs: null };
  const [, token] = auth.type === 'bearer' ? openHeader({ name: 'Authorization', value: auth.token }) : [];
  const value = auth.type === 'basic' ? basicCredentials(auth.username, reveal(auth.password)) : `Bearer ${token}`;
  return { ok: true, headers: [['Authorization', value]], fresh: false, tokenMs: null };
}
