type Base = { baseUrl: string; port: number | null };

/** The URL of requests, with the tags of the path unchanged; null: the Base URL is invalid. */
export function resultingUrl(path: string, { baseUrl, port }: Base): string | null {
  const url = URL.parse(baseUrl.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (port !== null) url.port = String(port);
  const rest = path.trim();
  if (rest === '' || rest.startsWith('?')) return `${url.origin}${url.pathname}${rest}`;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${rest.replace(/^\/+/, '')}`;
}

/** The Endpoint Path of a pasted full URL; null: the text is no URL. */
export function pathOfAddress(text: string, base: Base): string | null {
  const pasted = /^https?:\/\//i.test(text.trim()) ? URL.parse(text.trim()) : null;
  if (pasted === null) return null;
  const shared = URL.parse(base.baseUrl)?.pathname.replace(/\/+$/, '') ?? '';
  const path = pasted.pathname.startsWith(`${shared}/`) ? pasted.pathname.slice(shared.length) : pasted.pathname;
  return `${path}${pasted.search}`;
}
