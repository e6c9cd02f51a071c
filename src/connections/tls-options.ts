import type { ConnectionBody } from '../contract/connection.ts';
import type { TlsOptions } from '../egress/egress.ts';
import { reveal } from './secret-fields.ts';

/** A connection's own CA and client certificate as egress takes them; null when it has neither. */
export function tlsOptions({ ca, cert, key }: ConnectionBody['settings']['tls']): TlsOptions | null {
  if (ca === null && cert === null) return null;
  return { ...(ca === null ? {} : { ca }), ...(cert === null ? {} : { cert, key: reveal(key) }) };
}
