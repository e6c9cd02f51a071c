import type { ConnectionBody } from '../contract/connection.ts';
import type { ErrorKind } from '../contract/delivery.ts';
import { parseBaseUrl } from './base-url.ts';
import type { Oauth2 } from './client-auth.ts';
import { decodeJwt } from './decode-jwt.ts';
import { routeOf } from './route.ts';
import { reveal, unresolvedSecret } from './secret-fields.ts';
import type { TokenAnswer } from './token-answer.ts';
import { fetchToken, type TokenDoor } from './token-request.ts';

export type TestStep = {
  readonly name: 'url' | 'dns' | 'connect' | 'tls' | 'token_request' | 'token_answer' | 'probe';
  readonly ok: boolean;
  readonly durationMs: number;
  readonly detail: string;
  readonly error?: { readonly kind: ErrorKind; readonly message: string };
};

/**
 * Walks the way that a delivery of this connection would go, up to its request: address, look-up, socket, TLS, then
 * token request and token answer. The list ends with the step that failed. Fetches a token of its own and knows nothing
 * of those in use. Details hold no secret and no part of a token.
 */
export async function testConnection({
  connection,
  door,
}: {
  connection: Pick<ConnectionBody, 'baseUrl' | 'port' | 'auth' | 'settings'>;
  door: TokenDoor;
}): Promise<{ ok: boolean; steps: TestStep[] }> {
  const { auth, settings } = connection;
  const base = parseBaseUrl(connection);
  if (!base.ok) {
    const message = base.pointer === '/port' ? `Port: ${base.reason}` : `Base URL: ${base.reason}`;
    return ended([{ name: 'url', ok: false, durationMs: 0, detail: message, error: { kind: 'protocol', message } }]);
  }
  const unread = unresolvedSecret(connection);
  if (unread !== null)
    return ended([
      { name: 'probe', ok: false, durationMs: 0, detail: unread, error: { kind: 'auth', message: unread } },
    ]);
  const walked: TestStep[] = await door.egress.probe({
    url: base.url.href,
    timeoutMs: settings.timeoutMs,
    ...routeOf(settings),
  });
  if (walked.some((step) => !step.ok) || auth.type !== 'oauth2') return ended(walked);
  return ended([...walked, ...(await testToken(auth, settings, door))]);
}

async function testToken(auth: Oauth2, settings: ConnectionBody['settings'], door: TokenDoor): Promise<TestStep[]> {
  const startedAt = door.now();
  const { answer, method } = await fetchToken({ auth, settings, door, remembered: null });
  const durationMs = door.now() - startedAt;
  const status = answer.ok ? 200 : answer.status;
  if (!answer.ok && status === null) {
    const error = { kind: 'auth', message: answer.detail } as const;
    return [{ name: 'token_request', ok: false, durationMs, detail: answer.detail + expiryOf(auth, startedAt), error }];
  }
  const asked = `The token endpoint answered ${answer.ok ? 'with success' : status} (client authentication: ${method}).`;
  return [{ name: 'token_request', ok: true, durationMs, detail: asked + expiryOf(auth, startedAt) }, judged(answer)];
}

function judged(answer: TokenAnswer): TestStep {
  const step = { name: 'token_answer', ok: answer.ok, durationMs: 0 } as const;
  if (!answer.ok) return { ...step, detail: answer.detail, error: { kind: 'auth', message: answer.detail } };
  const life = answer.lifeMs === null ? 'without a known end' : `valid for ${Math.round(answer.lifeMs / 1_000)} s`;
  return { ...step, detail: [`A bearer token, ${life}: [secret].`, ...answer.warnings].join(' ') };
}

/** A pasted token that has run out is the likeliest cause of a refusal, so that it is named. */
function expiryOf(auth: Oauth2, now: number): string {
  if (auth.grant !== 'jwt' || auth.assertion !== null) return '';
  const decoded = decodeJwt(reveal(auth.jwt));
  if (!decoded.ok || decoded.expiresAt === null || decoded.expiresAt.getTime() > now) return '';
  return ` The stored JSON Web Token expired at ${decoded.expiresAt.toISOString()}.`;
}

function ended(steps: TestStep[]): { ok: boolean; steps: TestStep[] } {
  return { ok: steps.every((step) => step.ok), steps };
}
