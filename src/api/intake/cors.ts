import type { IncomingHttpHeaders } from 'node:http';
import type { CollectorBody } from '../../contract/documents/collector.ts';

/** The form of an origin from a browser (RFC 6454 §7.1); other values are not echoed. */
const originForm = /^(null|[a-z][\w+.-]*:\/\/[-\w.~%:[\]]+)$/i;

/** Whether a page may send: one of the collector's origins, or of this server. Programs, which name no origin, may. */
export function maySend(headers: IncomingHttpHeaders, { allowedOrigins }: CollectorBody): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true;
  return headers['sec-fetch-site'] === 'same-origin' || origin.replace(/^https?:\/\//, '') === host;
}

/** Adds the CORS headers for the page that sends, when its origin is allowed. */
export function allowOrigin(
  { origin }: IncomingHttpHeaders,
  { allowedOrigins }: CollectorBody,
  headers: Record<string, string>,
): void {
  if (origin === undefined) return;
  headers['vary'] = 'Origin';
  if (!allowedOrigins.includes(origin) && !(allowedOrigins.includes('*') && originForm.test(origin))) return;
  headers['access-control-allow-origin'] = origin;
  headers['access-control-allow-credentials'] = 'true';
  headers['access-control-expose-headers'] = 'X-Request-Id, Retry-After';
}

/** Adds the CORS headers of a response to OPTIONS. */
export function allowMethods(asked: IncomingHttpHeaders, headers: Record<string, string>): void {
  const names = asked['access-control-request-headers'];
  headers['access-control-allow-methods'] = 'GET, POST';
  headers['access-control-max-age'] = '86400';
  if (names !== undefined) headers['access-control-allow-headers'] = names;
}
