import { createHash } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import type { EgressError, EgressRequest, ProxyOptions, TlsOptions } from '../egress.ts';
import { parseTarget, type Target } from '../guard/target-url.ts';
import type { GuardedDns } from './tcp.ts';
import { secureContextFor } from './tls.ts';

/** The part of a request that determines how its target is reached. */
export type Route = Pick<EgressRequest, 'tls' | 'proxy'>;

/** How the sockets of an origin pool are opened. */
export interface Way extends GuardedDns {
  readonly target: Target;
  readonly proxy: HttpProxy | null;
  /** Called when TLS starts. */
  readonly secureContext: () => SecureContext | EgressError;
}

/** An HTTP proxy that connects to the checked address of a target. */
export interface HttpProxy {
  readonly target: Target;
  /** `Proxy-Authorization`, or null. */
  readonly authorization: string | null;
  /** Without the client certificate, which is only for the target. */
  readonly secureContext: () => SecureContext | EgressError;
}

/** How a target is reached, or why it can't be. */
export function wayTo(target: Target, { tls, proxy }: Route, guides: GuardedDns): Way | { readonly reason: string } {
  const secureContext = once(() => secureContextFor(tls));
  if (proxy === undefined) return { ...guides, target, proxy: null, secureContext };
  const through = proxyOf(proxy, tls);
  if ('reason' in through) return through;
  // Loopback is another machine for the proxy, so the inbox exception does not apply behind it.
  return { ...guides, target: { ...target, isInbox: false }, proxy: through, secureContext };
}

function proxyOf(
  { url, username, password }: ProxyOptions,
  tls: TlsOptions | undefined,
): HttpProxy | { readonly reason: string } {
  const target = parseTarget(url);
  if ('reason' in target) return { reason: `of the proxy's address: ${target.reason}` };
  const { cert: _cert, key: _key, ...trust } = tls ?? {};
  return {
    target: { ...target, isInbox: false },
    authorization: username === null ? null : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    secureContext: once(() => secureContextFor(trust)),
  };
}

/** A key that differs between routes. Contains no secret. */
export function routeKey({ tls, proxy }: Route): string {
  return `${tls === undefined ? '' : keyOf(tls)} ${proxy === undefined ? '' : keyOf(proxy)}`;
}

/** Cached by object: a hash for each request would cost more than sending it. */
function keyOf(options: TlsOptions | ProxyOptions): string {
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
