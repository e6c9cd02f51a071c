import type { ConnectionBody } from '../contract/connection.ts';
import { publicTokenFields } from '../contract/connection.ts';
import { type Egress, RESPONSE_BYTES_MAX } from '../egress/egress.ts';
import { type ClientAuthMethod, clientAuthMethods, clientAuthParts, type Oauth2 } from './client-auth.ts';
import { grantParams } from './grant.ts';
import { openHeader } from './header-value.ts';
import { masker } from './mask.ts';
import { type RouteSettings, routeOf } from './route.ts';
import { reveal, revealIfThere, secretFields } from './secret-fields.ts';
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts';
import { tokenUrlProblem } from './token-url.ts';

/** What token requests need from the world. */
export type TokenDoor = {
  readonly egress: Egress;
  /** ms since the epoch. */
  readonly now: () => number;
  /** A unique text: the `jti` of signed assertions. */
  readonly newId: () => string;
  /** Whether the operator allows plain http to this address. */
  readonly isHttpAllowed: (url: string) => boolean;
  /** Told of each token request that a connection made. */
  readonly asked?: (request: { connectionId: string; outcome: string; durationMs: number }) => void;
};

const timeoutMs = 10_000;

/**
 * Fetches an access token, without any memory of its own: with `auto` client authentication the remembered method
 * first (HTTP Basic when nothing is), then the other one after a 401 or `invalid_client`. `method` is the one that the
 * answer was given to.
 */
export async function fetchToken({
  auth,
  settings,
  door,
  remembered,
}: {
  auth: Oauth2;
  settings: RouteSettings & Pick<ConnectionBody['settings'], 'connectTimeoutMs'>;
  door: TokenDoor;
  remembered: ClientAuthMethod | null;
}): Promise<{ answer: TokenAnswer; method: ClientAuthMethod }> {
  const [first, second] = clientAuthMethods(auth, remembered);
  if (first === undefined) throw new Error('a client has at least one method');
  const answer = await askOnce(auth, first, settings, door);
  if (second === undefined || answer.ok || !answer.isClientRefused) return { answer, method: first };
  const again = await askOnce(auth, second, settings, door);
  if (again.ok || again.kind === 'temporary') return { answer: again, method: second };
  const detail = `${first}: ${answer.detail}; ${second}: ${again.detail}`;
  return { answer: { ...again, detail }, method: second };
}

async function askOnce(
  auth: Oauth2,
  method: ClientAuthMethod,
  settings: RouteSettings & Pick<ConnectionBody['settings'], 'connectTimeoutMs'>,
  { egress, now, newId, isHttpAllowed }: TokenDoor,
): Promise<TokenAnswer> {
  const problem = tokenUrlProblem(auth.accessTokenUrl, isHttpAllowed);
  if (problem !== null) return unsendable(`The access-token URL can not be used: ${problem}`);
  const grant = await grantParams(auth, { now: now(), jti: newId() });
  if (!grant.ok) return unsendable(grant.reason);
  const client = await clientAuthParts(auth, method, { now: now(), jti: newId() });
  if (!client.ok) return unsendable(client.reason);

  const form = new URLSearchParams([...grant.params, ...client.params]);
  for (const [name, value] of Object.entries(auth.extraParams)) form.set(name, reveal(value));
  const headers = new Map<string, readonly [string, string]>();
  const add = (name: string, value: string) => headers.set(name.toLowerCase(), [name, value]);
  add('Accept', 'application/json');
  add('Content-Type', 'application/x-www-form-urlencoded');
  if (client.authorization !== null) add('Authorization', client.authorization);
  for (const [name, value] of Object.entries(auth.extraHeaders)) add(...openHeader({ name, value }));

  const outcome = await egress.send({
    method: 'POST',
    url: auth.accessTokenUrl,
    headers: [...headers.values()],
    body: form.toString(),
    connectTimeoutMs: Math.min(settings.connectTimeoutMs, timeoutMs),
    timeoutMs,
    responseBytesMax: RESPONSE_BYTES_MAX,
    ...routeOf(settings),
  });
  const used = [form.get('assertion'), form.get('client_assertion'), client.authorization?.replace(/^Basic /, '')];
  return readTokenAnswer(
    outcome,
    now(),
    masker([...secretsOf(auth), ...used.filter((one) => typeof one === 'string')]),
  );
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

function unsendable(detail: string): TokenAnswer {
  return { ok: false, kind: 'rejected', detail, retryAfterMs: null, status: null, isClientRefused: false };
}
