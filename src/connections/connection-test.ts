import type { ConnectionBody } from '../contract/documents/connection.ts';
import type { ErrorKind } from '../contract/records/delivery.ts';
import { parseBaseUrl } from './base-url.ts';
import { missingCredentials } from './missing-credentials.ts';
import type { Oauth2 } from './oauth/client-auth.ts';
import { decodeJwt } from './oauth/decode-jwt.ts';
import { fetchToken } from './oauth/fetch-token.ts';
import type { TokenExchange, TokenHttp } from './oauth/token-request.ts';
import type { TokenResponse } from './oauth/token-response.ts';
import { reveal, unresolvedSecret } from './secret-fields.ts';
import { routeOf } from './tls-and-proxy.ts';

type TestStep = {
  readonly name: 'url' | 'dns' | 'connect' | 'tls' | 'token_request' | 'token_answer' | 'probe';
  readonly ok: boolean;
  readonly durationMs: number;
  readonly detail: string;
  readonly error?: { readonly kind: ErrorKind; readonly message: string };
};

/**
 * Tests a connection like a delivery would use it, up to the delivery's request: URL, DNS lookup, socket, TLS, every
 * token request (two where the endpoint wants another client authentication) and the token response. The list ends
 * with the step that failed. Fetches a token of its own and does not use the cached ones, except for the newest
 * refresh token of that grant, which may be valid only once. Details contain no secret and no part of a token.
 */
export async function testConnection({
  connection,
  http,
  id = null,
}: {
  connection: Pick<ConnectionBody, 'baseUrl' | 'port' | 'auth' | 'settings'>;
  http: TokenHttp;
  /** The id of the stored connection that is tested or that the draft belongs to; null: none. */
  id?: string | null;
}): Promise<{ ok: boolean; steps: TestStep[] }> {
  const { auth, settings } = connection;
  const base = parseBaseUrl(connection);
  if (!base.ok) {
    const message = base.pointer === '/port' ? `Port: ${base.reason}` : `Base URL: ${base.reason}`;
    return ended([{ name: 'url', ok: false, durationMs: 0, detail: message, error: { kind: 'protocol', message } }]);
  }
  const unread = unresolvedSecret(connection);
  if (unread !== null) return ended([lacking(unread)]);
  const walked: TestStep[] = await http.egress.probe({
    url: base.url.href,
    timeoutMs: settings.timeoutMs,
    ...routeOf(settings),
  });
  if (walked.some((step) => !step.ok)) return ended(walked);
  const missing = missingCredentials(connection);
  if (missing !== null) return ended([...walked, lacking(missing)]);
  if (auth.type !== 'oauth2') return ended(walked);
  const fetched = await fetchToken({ auth, settings, http, remembered: null, connectionId: id, isTest: true });
  const now = http.now();
  const asked = fetched.exchanges.map((one, at) => askedStep(one, at === fetched.exchanges.length - 1, auth, now));
  const hasResponse = fetched.response.ok || fetched.response.status !== null;
  return ended([...walked, ...asked, ...(hasResponse ? [judged(fetched.response, fetched.skewMs)] : [])]);
}

/** The step succeeds when there is a response, whatever its status; the next step judges it. */
function askedStep({ response, method, sent, durationMs }: TokenExchange, isLast: boolean, auth: Oauth2, now: number) {
  const expiry = isLast ? expiryOf(auth, now) : '';
  const step = { name: 'token_request', durationMs } as const;
  if (!response.ok && response.status === null) {
    const error = { kind: 'auth', message: response.detail } as const;
    return { ...step, ok: false, detail: response.detail + expiry, error };
  }
  const said = response.ok ? 'Token received' : `HTTP ${response.status}`;
  const detail = `${sent}. ${said} (client authentication: ${method}).${expiry}`;
  return { ...step, ok: true, detail };
}

function judged(response: TokenResponse, skewMs: number | null): TestStep {
  const step = { name: 'token_answer', ok: response.ok, durationMs: 0 } as const;
  const clock = skewText(skewMs);
  if (!response.ok) {
    const message = response.isClientRefused
      ? `${response.detail.replace(/\.$/, '')}. Check Client ID and Client Secret.`
      : response.detail;
    return { ...step, detail: [message, ...clock].join(' '), error: { kind: 'auth', message } };
  }
  const life =
    response.lifeMs === null ? 'without a known expiry' : `valid for ${Math.round(response.lifeMs / 1_000)} s`;
  const renewal = response.refreshToken === null ? [] : ['A refresh token was included.'];
  return {
    ...step,
    detail: [`A bearer token, ${life}: [secret].`, ...renewal, ...response.warnings, ...clock].join(' '),
  };
}

function skewText(skewMs: number | null): string[] {
  if (skewMs === null || skewMs === 0) return [];
  const by = `${Math.round(Math.abs(skewMs) / 1_000)} s`;
  return [`Its clock is ${by} ${skewMs > 0 ? 'ahead of' : 'behind'} this server’s.`];
}

/** Names an expired pasted token, which is the most likely cause of a refusal. */
function expiryOf(auth: Oauth2, now: number): string {
  if (auth.grant !== 'jwt' || auth.assertion !== null) return '';
  const decoded = decodeJwt(reveal(auth.jwt));
  if (!decoded.ok || decoded.expiresAt === null || decoded.expiresAt.getTime() > now) return '';
  return ` The stored JSON Web Token expired at ${decoded.expiresAt.toISOString()}.`;
}

/** A credential that deliveries need, without which they are held. */
function lacking(message: string): TestStep {
  return { name: 'probe', ok: false, durationMs: 0, detail: message, error: { kind: 'auth', message } };
}

function ended(steps: TestStep[]): { ok: boolean; steps: TestStep[] } {
  return { ok: steps.every((step) => step.ok), steps };
}
