import type { ConnectionBody } from '../contract/documents/connection.ts';
import type { EgressRequest, TlsOptions } from '../egress/egress.ts';
import { reveal } from './secret-fields.ts';

/** The parts of a connection that determine how its requests, including token requests, reach the peer. */
export type RouteSettings = Pick<ConnectionBody['settings'], 'tls' | 'proxy'>;

/**
 * A connection's own CA, client certificate, TLS version and proxy in the form of egress; empty when it has none.
 * Throws UnresolvedSecret.
 */
export function routeOf({ tls, proxy }: RouteSettings): Pick<EgressRequest, 'tls' | 'proxy'> {
  const tlsOptions = tlsOf(tls);
  return {
    ...(tlsOptions === null ? {} : { tls: tlsOptions }),
    ...(proxy === null
      ? {}
      : { proxy: { url: proxy.url, username: proxy.username || null, password: reveal(proxy.password) } }),
  };
}

function tlsOf({ ca, cert, key, minVersion }: ConnectionBody['settings']['tls']): TlsOptions | null {
  if (ca === null && cert === null && minVersion !== 'TLSv1.3') return null;
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert, key: reveal(key) }),
    ...(minVersion === 'TLSv1.3' ? { minVersion } : {}),
  };
}
