type Base = { baseUrl: string; port: number | null };

/** Where requests go, tags of the path left as they stand; null: the Base URL is none. */
export function resultingUrl(path: string, { baseUrl, port }: Base): string | null {
  const url = URL.parse(baseUrl.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (port !== null) url.port = String(port);
  const rest = path.trim();
  if (rest === '' || rest.startsWith('?')) return `${url.origin}${url.pathname}${rest}`;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${rest.replace(/^\/+/, '')}`;
}

/** The Endpoint Path that a pasted whole address stands for; null: it is none. */
export function pathOfAddress(text: string, base: Base): string | null {
  const pasted = /^https?:\/\//i.test(text.trim()) ? URL.parse(text.trim()) : null;
  if (pasted === null) return null;
  const shared = URL.parse(base.baseUrl)?.pathname.replace(/\/+$/, '') ?? '';
  const path = pasted.pathname.startsWith(`${shared}/`) ? pasted.pathname.slice(shared.length) : pasted.pathname;
  return `${path}${pasted.search}`;
}
