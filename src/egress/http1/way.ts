import { createHash } from 'node:crypto';
import type { EgressRequest, ProxyOptions, TlsOptions } from '../egress.ts';
import { parseTarget, type Target } from '../guard/target-url.ts';
import type { OpeningTurns } from './opening-turns.ts';
import type { GuardedDns } from './tcp.ts';
import { secureContextFor, type TlsWay } from './tls.ts';
import type { OriginSessions, TlsSessions } from './tls-sessions.ts';

/** The part of a request that determines how its target is reached. */
export type Route = Pick<EgressRequest, 'tls' | 'proxy'>;

/** What all ways share. */
export interface Guides extends GuardedDns {
  readonly turns: OpeningTurns;
  /** Null: no session is resumed. */
  readonly sessions: TlsSessions | null;
}

/** How the sockets of an origin pool are opened. */
export interface Way extends GuardedDns, TlsWay {
  readonly turns: OpeningTurns;
  readonly target: Target;
  readonly proxy: HttpProxy | null;
}

/** An HTTP proxy that connects to the checked address of a target. Its TLS is without the client certificate. */
export interface HttpProxy extends TlsWay {
  readonly target: Target;
  /** `Proxy-Authorization`, or null. */
  readonly authorization: string | null;
}

/** How a target is reached, or why it can't be. */
export function wayTo(
  target: Target,
  route: Route,
  { sessions, ...guides }: Guides,
): Way | { readonly reason: string } {
  const key = `${target.origin} ${routeKey(route)}`;
  const secured = {
    secureContext: once(() => secureContextFor(route.tls)),
    sessions: sessions?.of(key) ?? null,
  };
  if (route.proxy === undefined) return { ...guides, ...secured, target, proxy: null };
  const through = proxyOf(route.proxy, route.tls, sessions?.of(`${key} proxy`) ?? null);
  if ('reason' in through) return through;
  // Loopback is another machine for the proxy, so the inbox exception does not apply behind it.
  return { ...guides, ...secured, target: { ...target, isInbox: false }, proxy: through };
}

function proxyOf(
  { url, username, password }: ProxyOptions,
  tls: TlsOptions | undefined,
  sessions: OriginSessions | null,
): HttpProxy | { readonly reason: string } {
  const target = parseTarget(url);
  if ('reason' in target) return { reason: `of the proxy's address: ${target.reason}` };
  const { cert: _cert, key: _key, ...trust } = tls ?? {};
  return {
    target: { ...target, isInbox: false },
    authorization: username === null ? null : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    secureContext: once(() => secureContextFor(trust)),
    sessions,
  };
}

/** A key that differs between routes. Contains no secret. */
export function routeKey({ tls, proxy }: Route): string {
  return `${tls === undefined ? '' : optionsKey(tls)} ${proxy === undefined ? '' : optionsKey(proxy)}`;
}

/** Cached by object: a hash for each request would cost more than sending it. */
function optionsKey(options: TlsOptions | ProxyOptions): string {
  let key = keys.get(options);
  if (key === undefined) {
    const parts = JSON.stringify(Object.entries(options).sort());
    key = createHash('sha256').update(parts).digest('base64');
    keys.set(options, key);
  }
  return key;
}

const keys = new WeakMap<TlsOptions | ProxyOptions, string>();

function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
