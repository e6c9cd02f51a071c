import type { Format, IntakeRoute } from './formats/format.ts';

type Found = { route: IntakeRoute; path: RegExpExecArray };

/**
 * The addresses of the formats. The result finds the route of a request, by its method and its URL; null: none is meant.
 * `OPTIONS` belongs to the route of its path. A HEAD request belongs to none: it must not store an event.
 */
export function routeTable(formats: readonly Format[]): (method: string | undefined, url: string) => Found | null {
  const bySegment = new Map<string | null, IntakeRoute[]>();
  for (const route of formats.flatMap(({ routes }) => routes))
    bySegment.set(route.segment, [...(bySegment.get(route.segment) ?? []), route]);
  const byKey = bySegment.get(null) ?? [];

  return (method, url) => {
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    const end = path.indexOf('/', 1);
    const own = bySegment.get(end === -1 ? path.slice(1) : path.slice(1, end));
    return (own === undefined ? null : found(own, method, path)) ?? found(byKey, method, path);
  };
}

function found(routes: readonly IntakeRoute[], method: string | undefined, path: string): Found | null {
  for (const route of routes) {
    if (method !== route.method && method !== 'OPTIONS') continue;
    const match = route.path.exec(path);
    if (match !== null) return { route, path: match };
  }
  return null;
}
