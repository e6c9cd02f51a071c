import { headerValue, openHeader } from '../connections/header-value.ts';
import type { ConnectionBody, Header } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import { type Event, hopsHeader, hopsKey } from '../contract/records/event.ts';
import type { Rendered } from '../contract/records/rendered.ts';
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

/** Builds the request of a delivery, before authentication. The same input gives the same bytes. */
export type BuildRequest = (rendered: Rendered, idempotencyKey: string, hops: string) => BuiltRequest;

/**
 * Compiles what the requests of a webhook destination have in common.
 *
 * Custom headers are the connection's, overridden by the destination's of the same name; headers that Millrace sets
 * (Content-Type of a body, the idempotency key, the hops, later the authentication) override both. GET sends no body
 * unless `getBody` is on: the rendered data becomes the query. `rendered.headers` has the destination's headers that are
 * not secret. `blocked` means that the URL would leave the base URL. Throws UnresolvedSecret when a request is built.
 */
export function requestBuilder(
  connection: Pick<ConnectionBody, 'baseUrl' | 'port' | 'settings'>,
  destination: Pick<DestinationBody, 'method' | 'contentType' | 'path' | 'settings'>,
): BuildRequest {
  const { method, settings } = destination;
  const sendsBody = method !== 'GET' || settings.getBody;
  const addressOf = addresses(connection, destination.path);
  const headersOf = customHeaders(connection.settings.headers, settings.headers);
  const contentType = headerValue(destination.contentType);
  const keyHeader = connection.settings.idempotencyHeader;

  return (rendered, idempotencyKey, hops) => {
    const address = addressOf(rendered.path);
    if (!address.ok) return { ok: false, reason: 'blocked', detail: address.reason };
    const own: [string, string][] = [];
    if (sendsBody && contentType !== null) own.push(['Content-Type', contentType]);
    if (keyHeader !== null) own.push([keyHeader, idempotencyKey]);
    own.push([hopsHeader, hops]);
    const custom = headersOf(rendered);
    const headers = custom === null ? own : override(custom, own);
    for (const header of custom === null ? [] : headers) {
      const value = headerValue(header[1]);
      if (value === null) return templateError(`The header ${header[0]} ${notVisible}`);
      header[1] = value;
    }
    if (sendsBody) {
      if (contentType === null) return templateError(`The header Content-Type ${notVisible}`);
      return { ok: true, request: { method, url: address.url, headers, body: rendered.body.toWellFormed() } };
    }
    const query = queryText(rendered);
    if (!query.ok) return templateError(query.reason);
    const whole = new URL(address.url);
    whole.search = [whole.search.slice(1), query.text].filter(Boolean).join('&');
    return { ok: true, request: { method, url: whole.href, headers, body: null } };
  };
}

/** The value of the hops header on a delivery of this event. */
export function nextHop(event: Event | null): string {
  const hops = Number(event?.ext[hopsKey] ?? 0);
  return String(Number.isSafeInteger(hops) && hops >= 0 ? hops + 1 : 1);
}

const notVisible = 'contains a line break or another character that is not visible ASCII.';

function templateError(detail: string): BuiltRequest {
  return { ok: false, reason: 'template_error', detail };
}

/** Both lists in one, in new pairs that may be changed; null: there are none, as usual. */
function customHeaders(
  below: readonly Header[],
  above: readonly Header[],
): (rendered: Rendered) => [string, string][] | null {
  const secret = above.filter((header) => header.secret);
  return (rendered) => {
    if (below.length === 0 && secret.length === 0 && rendered.headers.length === 0) return null;
    const own = [
      ...rendered.headers.map(([name, value]): [string, string] => [name, value]),
      ...secret.map(openHeader),
    ];
    return override(below.map(openHeader), own);
  };
}

type Address = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

/** The URL of a rendered path; a path without tags is the same for each delivery. */
function addresses(connection: Pick<ConnectionBody, 'baseUrl' | 'port'>, path: string): (rendered: string) => Address {
  const addressOf = (rendered: string, shape: PathShape | null): Address => {
    const joined = joinUrl({ ...connection, path: rendered, shape });
    return joined.ok ? { ok: true, url: joined.url.href } : joined;
  };
  if (!path.includes('{{')) {
    const plain = addressOf(path, null);
    // A delivery that was rendered with an older version keeps the path of that version.
    return (rendered) => (rendered === path ? plain : addressOf(rendered, null));
  }
  const shape = pathShape(path);
  return (rendered) => addressOf(rendered, shape);
}

/** The request with these headers, replacing any of the same names (in any case): used for authentication. */
export function withHeaders(request: WebhookRequest, headers: readonly [string, string][]): WebhookRequest {
  return headers.length === 0 ? request : { ...request, headers: override(request.headers, headers) };
}

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
