import type { Method } from '../../contract/route.ts';

/** The methods of a URL; null when no route matches it. */
export function allowedMethods(
  routes: readonly { method: Method; path: string; produces: string }[],
): (url: string) => string[] | null {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  const add = (path: string, methods: readonly string[]) => {
    const source = path.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.');
    const known = patterns.get(path) ?? { pattern: new RegExp(`^${source}$`), methods: new Set() };
    for (const method of methods) known.methods.add(method);
    patterns.set(path, known);
  };
  for (const { method, path, produces } of routes)
    add(path, method === 'GET' && produces !== 'text/event-stream' ? ['GET', 'HEAD'] : [method]);
  add('/v3/{key}', ['POST', 'OPTIONS']);
  add('/{key}/dcs.gif', ['GET', 'OPTIONS']);
  return (url) => {
    const path = url.split('?', 1)[0] ?? '';
    // A path without parameters is a route of its own, whatever else it looks like.
    const own = patterns.get(path);
    if (own !== undefined) return [...own.methods].sort();
    const methods = new Set<string>();
    for (const one of patterns.values()) if (one.pattern.test(path)) for (const name of one.methods) methods.add(name);
    return methods.size === 0 ? null : [...methods].sort();
  };
}
