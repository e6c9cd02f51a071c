import type { FastifyReply, FastifyRequest } from 'fastify';
import { followOnDemand } from '../../async/follow-on-demand.ts';
import { type Bucket, levelAt, recentKeys } from '../../async/rate-limiter.ts';
import { covers } from '../../contract/accounts/rights.ts';
import { AppError } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { RouteId } from '../../contract/routes.ts';
import { addressGroup } from '../../identity/address-group.ts';
import type { Credential, Principal } from '../../identity/principal.ts';
import type { ApiParts } from '../call/call.ts';
import { saysHttps } from './exposed-cookies.ts';
import { sessionCookie } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; anonymous on public routes. */
    principal: Principal;
    /** The credential of the caller; null: none. */
    credential: Credential | null;
  }
}

const anonymous: Principal = {
  id: 'anonymous',
  name: 'anonymous',
  rights: new Set(),
  isAdministrator: false,
  userId: null,
  sessionId: null,
  tokenId: null,
};

/** Not rate-limited: monitoring requests them often, from one address. */
const unlimited = new Set<RouteId>(['livez', 'readyz', 'healthz']);

type Admitting = Pick<
  ApiParts,
  'clock' | 'exposedCookies' | 'identity' | 'loopbackOnly' | 'now' | 'pipeline' | 'publicUrl' | 'rates'
>;

/**
 * Returns a function that identifies the caller of a request and throws AppError when it may not use the route: rate
 * limit first, then the origin of a change, then credentials and rights.
 */
export function admission(parts: Admitting) {
  const { now, publicUrl, loopbackOnly } = parts;
  const { perToken, perAddress } = parts.rates ?? { perToken: 1_000, perAddress: 20 };
  const allowToken = rateLimit(perToken, now);
  const allowAddress = rateLimit(perAddress, now);
  const cookie = sessionCookie({ publicUrl });
  const follow = followOnDemand(parts.identity.directory.follow, parts.clock);

  /** A bearer token, which takes precedence, or the session cookie. */
  function credentialOf(request: FastifyRequest): Credential | null {
    const token = /^Bearer +([!-~]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return { kind: 'token', value: token };
    const secret = cookie.read(request);
    return secret === null ? null : { kind: 'session', value: secret };
  }

  /** The principal of a credential, also of one that was made at another node a moment ago. */
  async function principalOf(credential: Credential): Promise<Principal | null> {
    const known = parts.identity.authenticate(credential);
    if (known !== null || parts.pipeline.nodes() === 1) return known;
    await follow();
    return parts.identity.authenticate(credential);
  }

  return async (
    { id, rights }: Route & { id: RouteId },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> => {
    const credential = credentialOf(request);
    const principal = credential && (await principalOf(credential));
    request.credential = credential;
    request.principal = principal ?? anonymous;
    if (principal !== null && credential?.kind === 'session' && !cookie.isSecure(request) && saysHttps(request))
      parts.exposedCookies?.found();
    if (!unlimited.has(id))
      checkRate(
        principal === null ? allowAddress(addressGroup(request.ip)) : allowToken(principal.sessionId ?? principal.id),
        reply,
      );
    if (principal === null || principal.sessionId !== null) checkOrigin(request, publicUrl);
    if (rights === null || (id === 'metrics' && loopbackOnly && isLocal(request))) return;
    if (principal === null) {
      const extra = credential === null ? {} : { reason: parts.identity.credentialEnd(credential) };
      throw new AppError('unauthorized', undefined, { extra });
    }
    const missing = rights.filter((right) => !covers(principal.rights, right));
    if (missing.length > 0) throw new AppError('forbidden', `This needs the right ${missing.join(' and ')}.`);
  };
}

/** Whether a request is allowed, and the remaining requests of this second. */
type Allowance = { isAllowed: boolean; limit: number; remaining: number };

const bucketsMax = 20_000;

/**
 * A token bucket per key: `perSecond` requests each second, with a burst of the same size. Keeps at most 20,000
 * buckets; the longest unused are removed first, which only refills them.
 */
function rateLimit(perSecond: number, now: () => number): (key: string) => Allowance {
  const buckets = recentKeys<Bucket>(bucketsMax);
  return (key) => {
    const at = now();
    const level = levelAt(buckets.get(key), at, { limit: perSecond, perMs: 1_000 });
    const isAllowed = level >= 1;
    const left = isAllowed ? level - 1 : level;
    buckets.set(key, { level: left, at });
    return { isAllowed, limit: perSecond, remaining: Math.floor(left) };
  };
}

function checkRate({ isAllowed, limit, remaining }: Allowance, reply: FastifyReply): void {
  reply.headers({ 'ratelimit-policy': `"default";q=${limit};w=1`, ratelimit: `"default";r=${remaining};t=1` });
  if (!isAllowed) throw new AppError('rate_limited');
}

/**
 * Throws AppError `cross_site_request` for a change that another site may have made a browser send. With the session
 * cookie the request must state this origin. Without credentials (a sign-in) it must not state another one, so that no
 * page can sign a person in as another user. Requests with a token pass: no page can make a browser send one.
 */
function checkOrigin(request: FastifyRequest, publicUrl: string | null): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = originOf(request, publicUrl);
  if (origin === 'foreign' || (origin === 'untold' && request.principal.sessionId !== null))
    throw new AppError('cross_site_request');
}

/**
 * The origin of a request as the browser states it: Sec-Fetch-Site, which no page can forge, else Origin, which must be
 * this server's public URL or the URL of the request. `untold`: neither header, as from programs.
 */
function originOf(request: FastifyRequest, publicUrl: string | null): 'own' | 'foreign' | 'untold' {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  const { origin } = request.headers;
  if (origin === undefined) return 'untold';
  const own = [`${request.protocol}://${request.headers.host}`, publicUrl === null ? null : new URL(publicUrl).origin];
  return own.includes(origin.toLowerCase()) ? 'own' : 'foreign';
}

/** Whether the request came neither through a proxy nor from a page whose host name was rebound to this machine. */
function isLocal({ headers }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'via'].some((name) => headers[name] !== undefined);
  return !isForwarded && /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}
