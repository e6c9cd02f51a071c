import { headerValue, openHeader } from '../connections/header-value.ts';
import type { ConnectionBody } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import { hopsHeader } from '../contract/records/event.ts';
import type { Rendered } from '../journal/journal.ts';
import { joinUrl, type PathShape } from './endpoint-url.ts';
import { pathShape } from './path-shape.ts';
import { queryText } from './query-text.ts';

export type WebhookRequest = {
  method: DestinationBody['method'];
  url: string;
  headers: [name: string, value: string][];
  body: string | null;
};

export type BuiltRequest =
  | { readonly ok: true; readonly request: WebhookRequest }
  | { readonly ok: false; readonly reason: 'blocked' | 'template_error'; readonly detail: string };

/**
 * Builds the request of a webhook delivery, before authentication. Pure: the same input gives the same bytes.
 *
 * Custom headers are the connection's, overridden by the destination's of the same name; headers that Millrace sets
 * (Content-Type of a body, the idempotency key, later the authentication) override both. GET sends no body unless
 * `getBody` is on: the rendered data becomes the query. `rendered.headers` has the destination's headers that are not
 * secret; `idempotencyKey` null sends none; `hops` is also set by Millrace. `blocked` means that the URL would leave
 * the base URL.
 */
export function buildRequest({
  connection,
  destination,
  rendered,
  idempotencyKey,
  hops = null,
}: {
  connection: Pick<ConnectionBody, 'baseUrl' | 'port' | 'settings'>;
  destination: Pick<DestinationBody, 'method' | 'contentType' | 'path' | 'settings'>;
  rendered: Rendered;
  idempotencyKey: string | null;
  hops?: string | null;
}): BuiltRequest {
  const joined = destination.path.includes('{{')
    ? addressOf(connection, rendered.path, pathShape(destination.path))
    : plainAddressOf(connection, rendered.path);
  if (!joined.ok) return { ok: false, reason: 'blocked', detail: joined.reason };
  let { url } = joined;

  const sendsBody = destination.method !== 'GET' || destination.settings.getBody;
  if (!sendsBody) {
    const query = queryText(rendered);
    if (!query.ok) return { ok: false, reason: 'template_error', detail: query.reason };
    const whole = new URL(url);
    whole.search = [whole.search.slice(1), query.text].filter(Boolean).join('&');
    url = whole.href;
  }

  const own: [string, string][] = [];
  if (sendsBody) own.push(['Content-Type', destination.contentType]);
  const keyHeader = connection.settings.idempotencyHeader;
  if (keyHeader !== null && idempotencyKey !== null) own.push([keyHeader, idempotencyKey]);
  if (hops !== null) own.push([hopsHeader, hops]);
  const headers = override(customHeaders(connection, destination, rendered), own);
  for (const [index, [name, text]] of headers.entries()) {
    const value = headerValue(text);
    if (value === null)
      return {
        ok: false,
        reason: 'template_error',
        detail: `The header ${name} contains a line break or another character that is not visible ASCII.`,
      };
    if (value !== text) headers[index] = [name, value];
  }
  const body = sendsBody ? rendered.body.toWellFormed() : null;
  return { ok: true, request: { method: destination.method, url, headers, body } };
}

function customHeaders(
  connection: { settings: Pick<ConnectionBody['settings'], 'headers'> },
  destination: { settings: Pick<DestinationBody['settings'], 'headers'> },
  rendered: Rendered,
): [string, string][] {
  const below = connection.settings.headers;
  const above = destination.settings.headers;
  if (below.length === 0 && above.length === 0) return rendered.headers;
  const secret = above.filter((header) => header.secret).map(openHeader);
  return override(below.map(openHeader), [...rendered.headers, ...secret]);
}

/** The request with these headers, replacing any of the same names (in any case): used for authentication. */
export function withHeaders(request: WebhookRequest, headers: readonly [string, string][]): WebhookRequest {
  return headers.length === 0 ? request : { ...request, headers: override(request.headers, headers) };
}

type Place = Pick<ConnectionBody, 'baseUrl' | 'port'>;
type Address = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

function addressOf(connection: Place, path: string, shape: PathShape | null): Address {
  const joined = joinUrl({ ...connection, path, shape });
  return joined.ok ? { ok: true, url: joined.url.href } : joined;
}

/** The URL of a path without tags, which is the same for each delivery. */
function plainAddressOf(connection: Place, path: string): Address {
  const known = plainAddresses.get(connection) ?? new Map<string, Address>();
  plainAddresses.set(connection, known);
  const found = known.get(path) ?? addressOf(connection, path, null);
  if (known.size < plainAddressesMost) known.set(path, found);
  return found;
}

/** By the connection's body, since a change makes a new one. */
const plainAddresses = new WeakMap<Place, Map<string, Address>>();
const plainAddressesMost = 1_000;

function override(
  below: readonly [name: string, value: string][],
  above: readonly [name: string, value: string][],
): [string, string][] {
  if (below.length === 0) return [...above];
  return [...below.filter(([name]) => !above.some(([other]) => isSameName(name, other))), ...above];
}

function isSameName(name: string, other: string): boolean {
  return name.length === other.length && name.toLowerCase() === other.toLowerCase();
}
