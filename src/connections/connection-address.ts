import type { ConnectionBody } from '../contract/documents/connection.ts';
import { parseBaseUrl } from './base-url.ts';

/** The field that changes the address of requests; null when none does. */
export function movedAddress(before: ConnectionBody, after: ConnectionBody): string | null {
  if (baseOrigin(before) !== baseOrigin(after)) return before.baseUrl === after.baseUrl ? '/port' : '/baseUrl';
  // A new proxy reads unencrypted requests, and with its own certificate authority also encrypted ones.
  return proxyOrigin(after) !== null && proxyOrigin(before) !== proxyOrigin(after) ? '/settings/proxy/url' : null;
}

export function baseOrigin(connection: ConnectionBody): string {
  const base = parseBaseUrl(connection);
  return base.ok ? base.url.origin : `${connection.baseUrl} ${connection.port}`;
}

export function proxyOrigin({ settings: { proxy } }: ConnectionBody): string | null {
  return proxy === null ? null : originOf(proxy.url);
}

export function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}
