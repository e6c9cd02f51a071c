import type { IntakeFormat } from '../contract/documents/collector.ts';
import type { Format, IntakeRoute } from './formats/format.ts';

/** `isOtherMethod`: an SDK used the address with a method that is not its own. */
export type Found = { format: IntakeFormat; route: IntakeRoute; path: RegExpExecArray; isOtherMethod: boolean };

type Entry = { format: IntakeFormat; route: IntakeRoute };

/**
 * The addresses of the formats. The result finds the route of a request, by its method and its URL; null: none is meant.
 * `OPTIONS` belongs to the route of its path. A HEAD request belongs to none: it must not store an event.
 */
export function routeTable(formats: readonly Format[]): (method: string | undefined, url: string) => Found | null {
  const bySegment = new Map<string | null, Entry[]>();
  for (const { name, routes } of formats)
    for (const route of routes)
      bySegment.set(route.segment, [...(bySegment.get(route.segment) ?? []), { format: name, route }]);
  const byKey = bySegment.get(null) ?? [];

  return (method, url) => {
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    const end = path.indexOf('/', 1);
    const own = bySegment.get(end === -1 ? path.slice(1) : path.slice(1, end));
    return (own === undefined ? null : found(own, method, path)) ?? found(byKey, method, path);
  };
}

function found(entries: readonly Entry[], method: string | undefined, path: string): Found | null {
  let other: Found | null = null;
  for (const { format, route } of entries) {
    const isOtherMethod = method !== route.method && method !== 'OPTIONS';
    if (isOtherMethod && 'read' in route) continue;
    const match = route.path.exec(path);
    if (match === null) continue;
    const one = { format, route, path: match, isOtherMethod };
    if (!isOtherMethod) return one;
    other ??= one;
  }
  return other;
}
