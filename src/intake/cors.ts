import type { IncomingHttpHeaders } from 'node:http';
import type { CollectorBody } from '../contract/documents/collector.ts';

/** The form of an origin from a browser (RFC 6454 §7.1); other values are not echoed. */
const originForm = /^(null|[a-z][\w+.-]*:\/\/[-\w.~%:[\]]+)$/i;

/** Whether a page of this origin may send: one of the collector's origins, or of this server. */
export function maySend(origin: string, headers: IncomingHttpHeaders, { allowedOrigins }: CollectorBody): boolean {
  if (allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true;
  return headers['sec-fetch-site'] === 'same-origin' || origin.replace(/^https?:\/\//, '') === headers.host;
}

/** Adds the CORS headers for a page of this origin. */
export function allowOrigin(
  origin: string,
  { allowedOrigins }: Pick<CollectorBody, 'allowedOrigins'>,
  headers: Record<string, string>,
): void {
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
