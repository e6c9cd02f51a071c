import type { ConnectionBody } from '../contract/connection.ts';
import type { EgressRequest, TlsOptions } from '../egress/egress.ts';
import { reveal } from './secret-fields.ts';

/** The parts of a connection that say how its requests travel; its token requests travel in the same way. */
export type RouteSettings = Pick<ConnectionBody['settings'], 'tls' | 'proxy'>;

/**
 * A connection's own CA, client certificate, TLS version and proxy as egress takes them; empty when it has none. Equal for
 * the same settings, so that egress knows its open connections again without comparing.
 */
export function routeOf(settings: RouteSettings): Pick<EgressRequest, 'tls' | 'proxy'> {
  let route = known.get(settings);
  if (route === undefined) {
    const tls = tlsOf(settings.tls);
    const { proxy } = settings;
    route = {
      ...(tls === null ? {} : { tls }),
      ...(proxy === null
        ? {}
        : { proxy: { url: proxy.url, username: proxy.username || null, password: reveal(proxy.password) } }),
    };
    known.set(settings, route);
  }
  return route;
}

const known = new WeakMap<RouteSettings, Pick<EgressRequest, 'tls' | 'proxy'>>();

function tlsOf({ ca, cert, key, minVersion }: ConnectionBody['settings']['tls']): TlsOptions | null {
  if (ca === null && cert === null && minVersion !== 'TLSv1.3') return null;
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert, key: reveal(key) }),
    ...(minVersion === 'TLSv1.3' ? { minVersion } : {}),
  };
}
