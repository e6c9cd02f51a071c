import type { RequestListener } from 'node:http';

/**
 * Removes the ports that some proxies append to the addresses of `X-Forwarded-For` (`192.0.2.1:4711`, `[2001:db8::1]:4711`)
 * before `next` reads the header: each connection has another port, so that limits per address would limit nothing.
 */
export function withoutForwardedPorts(next: RequestListener): RequestListener {
  return (request, response) => {
    const { headers } = request;
    const forwarded = headers['x-forwarded-for'];
    if (typeof forwarded === 'string' && forwarded.includes(':'))
      headers['x-forwarded-for'] = forwarded.split(',').map(withoutPort).join(',');
    next(request, response);
  };
}

function withoutPort(entry: string): string {
  const address = entry.trim();
  const [, v4, v6] = /^(?:(\d+\.\d+\.\d+\.\d+):\d+|\[([\da-f:.]+)\](?::\d+)?)$/i.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}
