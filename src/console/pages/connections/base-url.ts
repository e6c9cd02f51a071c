/** What a typed Base URL amounts to, and what of it belongs into other fields. */
export function readBaseUrl(
  baseUrl: string,
  port: string,
): { goesTo: string | null; port: string | null; hasQuery: boolean } {
  const url = URL.parse(baseUrl.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return { goesTo: null, port: null, hasQuery: false };
  const named = url.port;
  const hasQuery = url.search !== '' || url.hash !== '';
  if (port.trim() !== '') url.port = port.trim();
  return { goesTo: `${url.origin}${url.pathname.replace(/\/+$/, '')}/`, port: named === '' ? null : named, hasQuery };
}

/** A Base URL without its port, or without query and fragment. */
export function baseUrlWithout(baseUrl: string, part: 'port' | 'query'): string {
  const url = URL.parse(baseUrl.trim());
  if (url === null) return baseUrl;
  if (part === 'port') url.port = '';
  else {
    url.search = '';
    url.hash = '';
  }
  return url.href.replace(/\/$/, '');
}
