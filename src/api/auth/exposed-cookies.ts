import type { FastifyRequest } from 'fastify';

export type ExposedCookies = ReturnType<typeof exposedCookies>;

/** Remembers whether a browser had a session over https by a cookie that is not Secure; `noticed` is told once. */
export function exposedCookies(noticed: (message: string) => void) {
  let isFound = false;
  return {
    found(): void {
      if (!isFound) noticed(problem);
      isFound = true;
    },
    problem: (): string | null => (isFound ? problem : null),
  };
}

const problem =
  'Session cookies are not Secure, although browsers use https: set MILLRACE_PUBLIC_URL, or MILLRACE_TRUSTED_PROXIES where the proxy sends X-Forwarded-Proto.';

/** Whether any proxy or the browser says that https was used. Not for decisions: anyone can send these headers. */
export function saysHttps({ headers }: FastifyRequest): boolean {
  const { origin, host, forwarded = '', 'x-forwarded-proto': proto } = headers;
  if (/^\s*https\s*(,|$)/i.test(String(proto))) return true;
  if (/(^|;)\s*proto="?https"?\s*(;|$)/i.test(forwarded.split(',', 1)[0] ?? '')) return true;
  return host !== undefined && origin?.toLowerCase() === `https://${host.toLowerCase()}`;
}
