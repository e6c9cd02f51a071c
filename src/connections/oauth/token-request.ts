import type { ConnectionBody } from '../../contract/documents/connection.ts';
import { publicTokenFields } from '../../contract/documents/connection.ts';
import { type Egress, responseBytesMax } from '../../egress/egress.ts';
import { openHeader } from '../header-value.ts';
import { reveal, revealIfThere, secretFields } from '../secret-fields.ts';
import { textRedaction } from '../secret-redaction.ts';
import { type RouteSettings, routeOf } from '../tls-and-proxy.ts';
import {
  type ClientAuthMethod,
  clientAuthMethods,
  clientAuthParts,
  type Oauth2,
  paramNameOf,
  tokenFieldsOf,
} from './client-auth.ts';
import { clockSkewMs, usableSkewMs } from './clock-skew.ts';
import { grantParams } from './grant.ts';
import type { KeptTokens } from './kept-tokens.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';
import { tokenUrlProblem } from './token-url.ts';

/** The pauses of connections, each for an endpoint. Times are ms since the epoch. */
type KeptPauses = {
  /** 0: none. */
  untilOf(connectionId: string, endpoint: string): number;
  begin(connectionId: string, until: number, endpoint: string): void;
  /** Durable when it resolves. */
  end(connectionIds: Iterable<string>): Promise<void>;
  forget(connectionIds: Iterable<string>): void;
  /** Reads the pauses that other nodes have stored, but those of these connections. */
  follow(isOwn: (connectionId: string) => boolean): Promise<void>;
};

/** The dependencies of token requests. */
export type TokenHttp = {
  readonly egress: Egress;
  /** ms since the epoch. */
  readonly now: () => number;
  /** A unique text: the `jti` of signed assertions. */
  readonly newId: () => string;
  /** Whether the operator allows plain http to this URL. */
  readonly isHttpAllowed: (url: string) => boolean;
  /** Stores refresh tokens from responses; if left out, they are not used. */
  readonly refreshTokens?: RefreshTokens;
  /** Keeps the pauses that token endpoints ask for over a restart; if left out, they end with the process. */
  readonly pauses?: KeptPauses;
  /** Keeps access tokens for the next process or owner; if left out, they end with the process. */
  readonly keptTokens?: KeptTokens;
  /** Called after each token request of a connection. */
  readonly asked?: (request: { connectionId: string; outcome: string; durationMs: number }) => void;
};

/** One request to a token endpoint, and its result. */
export type TokenExchange = {
  readonly method: ClientAuthMethod;
  /** A summary of the request for people: parameter names, and values that are not secret. null: nothing was sent. */
  readonly sent: string | null;
  readonly response: TokenResponse;
  readonly durationMs: number;
  /** The clock skew of the endpoint in ms, positive when it is ahead of ours; null: unknown. */
  readonly skewMs: number | null;
};

/** The grant to present: the connection's own, or a refresh token from an earlier response. */
export type TokenAsk = {
  readonly auth: Oauth2;
  readonly settings: RouteSettings & Pick<ConnectionBody['settings'], 'connectTimeoutMs'>;
  readonly http: TokenHttp;
  readonly refreshToken: string | null;
  /** The clock skew of the endpoint that signatures take into account, in ms. */
  readonly skewMs: number;
};

const timeoutMs = 10_000;

/**
 * Requests an access token; stateless. With `auto` client authentication, tries the remembered method first (HTTP
 * Basic when there is none), then the other one after a 401 or `invalid_client`. The last exchange is the result;
 * when both methods were refused for different reasons its detail names both.
 */
export async function requestToken(ask: TokenAsk, remembered: ClientAuthMethod | null): Promise<TokenExchange[]> {
  const [first, second] = clientAuthMethods(ask.auth, remembered);
  if (first === undefined) throw new Error('a client has at least one method');
  const one = await exchange(ask, first);
  if (second === undefined || one.response.ok || !one.response.isClientRefused) return [one];
  const other = await exchange(ask, second);
  if (other.response.ok || other.response.kind === 'temporary') return [one, other];
  const detail =
    one.response.detail === other.response.detail
      ? other.response.detail
      : `${first}: ${one.response.detail}; ${second}: ${other.response.detail}`;
  return [one, { ...other, response: { ...other.response, detail } }];
}

async function exchange(
  { auth, settings, http, refreshToken, skewMs }: TokenAsk,
  method: ClientAuthMethod,
): Promise<TokenExchange> {
  const { egress, now, newId, isHttpAllowed } = http;
  const unsent = (detail: string) => ({
    method,
    sent: null,
    response: unsendable(detail),
    durationMs: 0,
    skewMs: null,
  });
  const problem = tokenUrlProblem(auth.accessTokenUrl, isHttpAllowed);
  if (problem !== null) return unsent(`The access-token URL can't be used: ${problem}`);
  const grant = await grantParams(auth, { now: now() + skewMs, jti: newId(), refreshToken });
  if (!grant.ok) return unsent(grant.reason);
  const client = await clientAuthParts(auth, method, { now: now() + skewMs, jti: newId() });
  if (!client.ok) return unsent(client.reason);

  const form = new URLSearchParams();
  for (const [standard, value] of [...grant.params, ...client.params]) {
    const name = paramNameOf(auth, standard);
    if (name !== null) form.append(name, value);
  }
  for (const [name, value] of Object.entries(auth.extraParams)) if (!form.has(name)) form.set(name, reveal(value));
  const headers = new Map<string, readonly [string, string]>();
  const add = (name: string, value: string) => headers.set(name.toLowerCase(), [name, value]);
  add('Accept', 'application/json');
  const isJson = auth.tokenBody === 'json';
  add('Content-Type', isJson ? 'application/json' : 'application/x-www-form-urlencoded');
  if (client.authorization !== null) add('Authorization', client.authorization);
  for (const [name, value] of Object.entries(auth.extraHeaders)) add(...openHeader({ name, value }));

  const sentAt = now();
  const outcome = await egress.send({
    method: 'POST',
    url: auth.accessTokenUrl,
    headers: [...headers.values()],
    body: isJson ? JSON.stringify(Object.fromEntries(form)) : form.toString(),
    connectTimeoutMs: Math.min(settings.connectTimeoutMs, timeoutMs),
    timeoutMs,
    responseBytesMax,
    ...routeOf(settings),
  });
  const respondedAt = now();
  const skew = outcome.kind === 'error' ? null : clockSkewMs(outcome.headers, { sentAt, respondedAt });
  const used = [
    form.get('assertion'),
    form.get('client_assertion'),
    form.get('refresh_token'),
    client.authorization?.replace(/^Basic /, ''),
  ];
  const hide = textRedaction([...secretsOf(auth), ...used.filter((one) => typeof one === 'string')]);
  return {
    method,
    sent: described(auth, form, headers.keys()),
    response: readTokenResponse(outcome, {
      now: respondedAt + usableSkewMs(skew),
      fields: tokenFieldsOf(auth),
      hide,
    }),
    durationMs: respondedAt - sentAt,
    skewMs: skew,
  };
}

/** Parameters that are never secret, whatever else a connection configures. */
const shownParams = ['grant_type', 'client_id', 'username', 'client_assertion_type', ...publicTokenFields];
const usualHeaders = new Set(['accept', 'content-type']);

function described(auth: Oauth2, form: URLSearchParams, headers: Iterable<string>): string {
  const known = new Set(shownParams.map((name) => paramNameOf(auth, name)));
  const isOwn = (name: string) => Object.hasOwn(auth.extraParams, name);
  const params = Array.from(form, ([name, value]) => {
    const isShown = known.has(name) && (!isOwn(name) || publicTokenFields.some((one) => one === name));
    return `${name}=${isShown ? value : '[secret]'}`;
  });
  const more = [...headers].filter((name) => !usualHeaders.has(name)).map((name) => `${name}: [secret]`);
  return [`POST ${auth.accessTokenUrl.replace(/\?.*$/, '')}`, ...more, params.join(', ')].join('; ');
}

function secretsOf(auth: Oauth2): string[] {
  const extras = Object.entries({ ...auth.extraParams, ...auth.extraHeaders }).filter(
    ([name]) => !publicTokenFields.some((one) => one === name),
  );
  return [
    ...Array.from(secretFields(auth), ({ secret }) => revealIfThere(secret)),
    ...extras.map(([, value]) => revealIfThere(value)),
  ];
}

function unsendable(detail: string): TokenResponse {
  return { ok: false, kind: 'rejected', detail, retryAfterMs: null, status: null, code: null, isClientRefused: false };
}
