import type { ConnectionBody } from '../contract/documents/connection.ts';
import type { EgressRequest } from '../egress/egress.ts';
import { fingerprint } from './fingerprint.ts';
import type { TokenFailure } from './oauth/token-response.ts';
import { reveal } from './secret-fields.ts';
import { routeOf } from './tls-and-proxy.ts';

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

export type Authorization =
  | {
      readonly ok: true;
      /** Headers to set on the request; they replace headers of the same name. */
      readonly headers: readonly [name: string, value: string][];
      /** The token was fetched for this call, so fetching another one would not help. */
      readonly fresh: boolean;
      /** How long the caller waited for the token, in ms; null when none was fetched. */
      readonly tokenMs: number | null;
    }
  | Unauthorized;

/**
 * `rejected`: until a person changes something. `temporary`: the token request made for this caller failed.
 * `waiting`: no request was made, because the token endpoint is paused for `retryAfterMs`.
 */
export type Unauthorized = Pick<TokenFailure, 'ok' | 'detail' | 'retryAfterMs'> & {
  readonly kind: TokenFailure['kind'] | 'waiting';
};
