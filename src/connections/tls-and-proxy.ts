import type { ConnectionBody } from '../contract/documents/connection.ts';
import type { EgressRequest, TlsOptions } from '../egress/egress.ts';
import { reveal } from './secret-fields.ts';

/** The parts of a connection that determine how its requests, including token requests, reach the peer. */
export type RouteSettings = Pick<ConnectionBody['settings'], 'tls' | 'proxy'>;

/**
 * A connection's own CA, client certificate, TLS version and proxy in the form of egress; empty when it has none.
 * Returns the same object for the same settings and secrets, so that egress finds its open connections without
 * comparing. Throws UnresolvedSecret.
 */
export function routeOf(settings: RouteSettings): Pick<EgressRequest, 'tls' | 'proxy'> {
  const { tls, proxy } = settings;
  const key = reveal(tls.key);
  const password = reveal(proxy?.password ?? null);
  const before = known.get(settings);
  if (before !== undefined && before.key === key && before.password === password) return before.route;
  const tlsOptions = tlsOf(tls, key);
  const route = {
    ...(tlsOptions === null ? {} : { tls: tlsOptions }),
    ...(proxy === null ? {} : { proxy: { url: proxy.url, username: proxy.username || null, password } }),
  };
  known.set(settings, { key, password, route });
  return route;
}

type Known = { key: string; password: string; route: Pick<EgressRequest, 'tls' | 'proxy'> };

const known = new WeakMap<RouteSettings, Known>();

function tlsOf({ ca, cert, minVersion }: ConnectionBody['settings']['tls'], key: string): TlsOptions | null {
  if (ca === null && cert === null && minVersion !== 'TLSv1.3') return null;
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert, key }),
    ...(minVersion === 'TLSv1.3' ? { minVersion } : {}),
  };
}
