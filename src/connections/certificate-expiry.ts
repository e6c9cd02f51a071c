import { X509Certificate } from 'node:crypto';
import type { ConnectionBody } from '../contract/documents/connection.ts';

type Tls = ConnectionBody['settings']['tls'];

const known = new WeakMap<Tls, number | null>();

/**
 * When a connection's client certificate expires (RFC 5280 §4.1.2.5), in ms since the epoch; the earliest of its
 * chain. null: no certificate, or an unreadable one. Reads the certificate once.
 */
export function certificateExpiry(tls: Tls): number | null {
  if (tls.cert === null) return null;
  const before = known.get(tls);
  if (before !== undefined) return before;
  const blocks = tls.cert.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const ends = blocks.map(validUntil).filter((end) => !Number.isNaN(end));
  const found = ends.length === 0 ? null : Math.min(...ends);
  known.set(tls, found);
  return found;
}

function validUntil(pem: string): number {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return Number.NaN; // a save checks the pair, but a referenced secret may change later
  }
}
