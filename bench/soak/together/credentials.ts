import type { ServerResponse } from 'node:http';
import type { CallInput } from '../../../src/client/client.ts';
import type { Draw } from './draw.ts';
import type { History, TokenRequest } from './history.ts';
import { isOauth, type SystemMix } from './mix.ts';

type AuthInput = NonNullable<CallInput<'createConnection'>['body']['auth']>;

/** The credential of a system and its token endpoint, of which only the newest credential is accepted. */
export type Credentials = {
  /** The `auth` of a connection with the credential that is accepted now. */
  auth(url: string): AuthInput;
  /** `strange`: the system has never issued it. */
  check(authorization: string | undefined): 'accepted' | 'refused' | 'strange';
  /** From now on another credential is accepted; for OAuth perhaps only other access tokens. Returns what was done. */
  rotate(): string;
  /** Answers a token request; at once and well while the system is good. */
  answerToken(body: string, response: ServerResponse, isGood: boolean): void;
};

/** Retry-After of a token endpoint that asks for a pause, and the least pause after another failure. */
const askedMs = 2_000;
const backoffMs = 1_000;
/** A token is accepted a little longer than its response says: its request may be on the way. */
const graceMs = 1_000;

type TokenAnswer = { kind: 'token' | 'fail' | 'ask' | 'hang' | 'reset'; weight: number };

const failing: readonly TokenAnswer[] = [
  { kind: 'fail', weight: 3 },
  { kind: 'ask', weight: 3 },
  { kind: 'hang', weight: 1 },
  { kind: 'reset', weight: 1 },
];

export function credentialsOf(system: SystemMix, number: number, draw: Draw, history: History): Credentials {
  let rotation = 0;
  const secret = () => `secret-of-system-${number}-rotation-${rotation}`;
  let issued = 0;
  /** Access tokens that are accepted, and until when. */
  const access = new Map<string, number>();
  let refresh: string | null = null;
  /** How many token requests fail before one is answered; drawn when one was. */
  let failuresLeft = 0;

  const isKnown = (form: URLSearchParams) => {
    if (form.get('grant_type') === 'refresh_token') return form.get('refresh_token') === refresh;
    return form.get('client_secret') === secret() && (system.auth !== 'password' || form.get('password') === secret());
  };

  function issue() {
    issued += 1;
    const token = `access-token-of-system-${number}-${issued}`;
    access.set(token, system.tokenLifeMs === null ? Number.POSITIVE_INFINITY : history.now() + system.tokenLifeMs);
    if (system.auth === 'password') refresh = `refresh-token-of-system-${number}-${issued}`;
    return {
      access_token: token,
      token_type: 'Bearer',
      ...(system.tokenLifeMs !== null && { expires_in: system.tokenLifeMs / 1_000 }),
      ...(refresh !== null && { refresh_token: refresh }),
    };
  }

  return {
    auth(url) {
      if (system.auth === 'none') return { type: 'none' };
      if (system.auth === 'bearer') return { type: 'bearer', token: secret() };
      const client = { clientId: 'millrace', clientSecret: secret(), clientAuth: 'body' as const };
      const common = { type: 'oauth2' as const, ...client, accessTokenUrl: `${url}/token` };
      return system.auth === 'password'
        ? { ...common, grant: 'password', username: 'ada', password: secret() }
        : { ...common, grant: 'client_credentials' };
    },
    check(authorization = '') {
      if (system.auth === 'none') return 'accepted';
      const token = authorization.replace(/^Bearer /, '');
      if (system.auth === 'bearer' && token === secret()) return 'accepted';
      if (isOauth(system) && (access.get(token) ?? 0) + graceMs > history.now()) return 'accepted';
      const own = isOauth(system) ? 'access-token-of' : 'secret-of';
      return token.startsWith(`${own}-system-${number}-`) ? 'refused' : 'strange';
    },
    rotate() {
      access.clear();
      if (isOauth(system) && draw.chance(0.6)) return 'its access tokens';
      refresh = null;
      rotation += 1;
      return 'its credential';
    },
    answerToken(body, response, isGood) {
      const drawn = draw.weighted(failing);
      const delayMs = draw.chance(0.3) ? draw.between(5, 150) : 0;
      const isFailing = !isGood && failuresLeft > 0;
      if (isFailing) failuresLeft -= 1;
      else failuresLeft = draw.chance(0.4) ? draw.between(1, 2) : 0;
      const pauseMs = { ask: askedMs, fail: backoffMs, hang: backoffMs, reset: null, token: null }[drawn.kind];
      const noted: TokenRequest = {
        system: number,
        at: history.now(),
        endedAt: null,
        pauseMs: isFailing ? pauseMs : null,
      };
      history.tokenRequests.push(noted);
      response.once('close', () => {
        noted.endedAt ??= history.now();
      });
      const respond = (status: number, headers: Record<string, string>, content: object) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content));
      const act = () => {
        if (!isFailing) {
          if (isKnown(new URLSearchParams(body))) return respond(200, {}, issue());
          const isRefresh = body.includes('refresh_token=');
          return respond(isRefresh ? 400 : 401, {}, { error: isRefresh ? 'invalid_grant' : 'invalid_client' });
        }
        if (drawn.kind === 'hang') return;
        if (drawn.kind === 'reset') return response.socket?.resetAndDestroy();
        return respond(503, drawn.kind === 'ask' ? { 'retry-after': String(askedMs / 1_000) } : {}, {});
      };
      if (delayMs > 0 && !isGood) setTimeout(act, delayMs);
      else act();
    },
  };
}
