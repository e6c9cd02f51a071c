import type { Auth, ConnectionBody } from '../contract/documents/connection.ts';
import type { EgressRequest } from '../egress/egress.ts';
import { fingerprint } from './fingerprint.ts';
import { openHeader } from './header-value.ts';
import { missingAuth } from './missing-credentials.ts';
import { type Authorization, createAccessTokens } from './oauth/access-tokens.ts';
import { basicCredentials, type Oauth2 } from './oauth/client-auth.ts';
import type { TokenHttp } from './oauth/token-request.ts';
import { reveal } from './secret-fields.ts';
import { routeOf } from './tls-and-proxy.ts';

export type Authenticator = ReturnType<typeof createAuthenticator>;

/** Authenticates requests, and caches the access tokens of all connections. */
export function createAuthenticator(http: TokenHttp) {
  const { authorize: withToken, ...tokens } = createAccessTokens(http);
  return {
    ...tokens,
    /** Forgets what the token endpoint of a connection issued. Durable when it resolves. */
    async forgetTokens(connectionId: string): Promise<void> {
      await Promise.all([http.refreshTokens?.forget(connectionId), http.keptTokens?.purge(connectionId)]);
    },
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
  return { ok: true, headers: [['Authorization', credentialsOf(auth)]], fresh: false, tokenMs: null };
}

function credentialsOf(auth: Exclude<Auth, Oauth2 | { type: 'none' }>): string {
  switch (auth.type) {
    case 'basic':
      return basicCredentials(auth.username, reveal(auth.password));
    case 'bearer':
      return `Bearer ${openHeader({ name: 'Authorization', value: auth.token })[1]}`;
  }
}

type Route = Pick<EgressRequest, 'tls' | 'proxy'>;

/**
 * One version of a connection as its requests use it: how they are authenticated, and how they reach the peer. What
 * derives from it is computed once.
 */
export class AuthorizedConnection {
  readonly id: string;
  readonly auth: ConnectionBody['auth'];
  readonly settings: ConnectionBody['settings'];
  #credentials: string | null = null;
  #route: { key: string; password: string; route: Route } | null = null;

  constructor({ id, body }: { id: string; body: Pick<ConnectionBody, 'auth' | 'settings'> }) {
    this.id = id;
    this.auth = body.auth;
    this.settings = body.settings;
  }

  /** A hash of everything that determines its access token, secrets included. In memory only. */
  get credentials(): string {
    this.#credentials ??= fingerprint(this.auth) + fingerprint(this.settings.tls);
    return this.#credentials;
  }

  /**
   * Its CA, client certificate, TLS version and proxy. The same object while its secrets are the same, so that egress
   * finds its open connections without comparing. Throws UnresolvedSecret.
   */
  route(): Route {
    const { tls, proxy } = this.settings;
    if (this.#route !== null && tls.key === null && proxy === null) return this.#route.route;
    const key = reveal(tls.key);
    const password = reveal(proxy?.password ?? null);
    if (this.#route?.key !== key || this.#route.password !== password)
      this.#route = { key, password, route: routeOf(this.settings) };
    return this.#route.route;
  }
}
