/** Where requests to a typed Base URL go, and its parts that belong into other fields. */
export function readBaseUrl(
  baseUrl: string,
  port: string,
): { goesTo: string | null; port: string | null; hasQuery: boolean; path: string | null } {
  const url = URL.parse(baseUrl.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return { goesTo: null, port: null, hasQuery: false, path: null };
  const named = url.port;
  const hasQuery = url.search !== '' || url.hash !== '';
  if (port.trim() !== '') url.port = port.trim();
  const path = url.pathname.replace(/\/+$/, '');
  return {
    goesTo: `${url.origin}${path}/`,
    port: named === '' ? null : named,
    hasQuery,
    path: path === '' ? null : path,
  };
}

/** A Base URL without its port, its query and fragment, or its path with these. */
export function baseUrlWithout(baseUrl: string, part: 'port' | 'query' | 'path'): string {
  const url = URL.parse(baseUrl.trim());
  if (url === null) return baseUrl;
  if (part === 'port') url.port = '';
  else {
    if (part === 'path') url.pathname = '';
    url.search = '';
    url.hash = '';
  }
  return url.href.replace(/\/$/, '');
}
