/** The address of a page with the mark of a trace in its query; null when it is no address of a page. */
export function markedAddress(typed: string, parameter: string, traceId: string): string | null {
  const url = URL.parse(typed.trim());
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return null;
  url.searchParams.set(parameter, traceId);
  return url.href;
}
