import type { ConnectionBody } from '../contract/documents/connection.ts';

type Address = Pick<ConnectionBody, 'baseUrl' | 'port'>;

type BaseUrl =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly pointer: '/baseUrl' | '/port'; readonly reason: string };

/**
 * The parsed base URL of a connection: absolute http or https, no query, fragment or user-info, `port` inserted, a
 * trailing dot of the host removed. Pure; does not check whether the address is allowed.
 */
export function parseBaseUrl({ baseUrl, port }: Address): BaseUrl {
  const text = baseUrl.trim();
  const problem = (reason: string): BaseUrl => ({ ok: false, pointer: '/baseUrl', reason });
  // The URL parser silently repairs backslashes, tabs and missing slashes; these are refused, so that the text shows
  // the real URL.
  if (unsafe.test(text)) return problem('Must not contain spaces, control characters or backslashes.');
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined) return problem('Must be an absolute URL that starts with https:// or http://.');
  if (authority.includes('@')) return problem('Must not contain a user name or password; use Authentication Type.');
  if (text.includes('#')) return problem('Must not contain a fragment (#).');
  if (text.includes('?')) return problem('Must not contain a query (?). It belongs in the Endpoint Path.');
  const url = URL.parse(text);
  if (url === null) return problem('Is not a valid URL.');
  url.hostname = url.hostname.replace(/\.$/, '');
  if (port !== null) {
    // URL drops a default port, so the port is read from the text.
    const named = /:(\d+)$/.exec(authority)?.[1];
    if (named !== undefined && Number(named) !== port)
      return { ok: false, pointer: '/port', reason: `The Base URL names another port (${named}).` };
    url.port = String(port);
  }
  return { ok: true, url };
}

const unsafe = /[\p{Cc}\s\\]/u;
