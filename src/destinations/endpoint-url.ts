import { parseBaseUrl } from '../connections/base-url.ts';
import type { ConnectionBody } from '../contract/documents/connection.ts';

type JoinedUrl = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly reason: string };

/**
 * The parts of an Endpoint Path that data may not change; null where the path's own JavaScript decides the number of
 * segments.
 */
export type PathShape = { readonly segments: number; readonly hasQuery: boolean };

/**
 * The URL of a request: the connection's base URL and port, and the endpoint path joined by exactly one slash, its
 * query kept. An empty path leaves the base path as it is; a path that is only a query is appended.
 * Values inserted into `path` are percent-encoded already. Still refused are control characters, backslashes,
 * fragments, dot segments (encoded ones too), and any other shape than `shape`. Pure.
 */
export function joinUrl({
  baseUrl,
  port,
  path,
  shape = null,
}: Pick<ConnectionBody, 'baseUrl' | 'port'> & { path: string; shape?: PathShape | null }): JoinedUrl {
  const base = parseBaseUrl({ baseUrl, port });
  if (!base.ok) return { ok: false, reason: `Base URL: ${base.reason}` };
  if (control.test(path)) return refused('contains a control character or backslash');
  if (path.includes('#')) return refused('contains a fragment (#)');
  const rendered = split(path);
  if (rendered.segments.some(isDotSegment)) return refused('contains a . or .. segment');
  if (shape !== null && rendered.segments.length !== shape.segments)
    return refused(`has ${rendered.segments.length} segments where ${shape.segments} are configured`);
  if (shape !== null && (rendered.query !== null) !== shape.hasQuery) return refused('data adds or removes its query');

  const { url } = base;
  const { origin } = url;
  const basePath = url.pathname.replace(/\/+$/, '');
  // Setting the parts keeps scheme, host and port unchanged, and encodes characters that a path can't contain.
  if (rendered.path !== '') url.pathname = `${basePath}/${rendered.segments.join('/')}`;
  if (rendered.query !== null) url.search = rendered.query;
  if (url.origin !== origin || !`${url.pathname}/`.startsWith(`${basePath}/`)) return refused('leaves the Base URL');
  return { ok: true, url };
}

/** The shape of a path without tags. */
export function shapeOf(path: string): PathShape {
  const { segments, query } = split(path);
  return { segments: segments.length, hasQuery: query !== null };
}

const control = /[\p{Cc}\\]/u;

function split(text: string): { path: string; segments: string[]; query: string | null } {
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  return { path, segments: path.replace(/^\/+/, '').split('/'), query: mark < 0 ? null : text.slice(mark + 1) };
}

function isDotSegment(segment: string): boolean {
  const plain = segment.replace(/%2e/gi, '.');
  return plain === '.' || plain === '..';
}

function refused(what: string): JoinedUrl {
  return { ok: false, reason: `The Endpoint Path ${what}.` };
}
