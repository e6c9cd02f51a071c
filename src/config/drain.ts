import type { Config } from './settings.ts';

const behindProxyMs = 5_000;

/** How long a stop goes on accepting requests: a proxy needs the time to see that the server stops. */
export function drainMsOf({
  drainMs,
  publicUrl,
  trustedProxies,
}: Pick<Config, 'drainMs' | 'publicUrl' | 'trustedProxies'>) {
  return drainMs ?? (publicUrl !== null || trustedProxies.length > 0 ? behindProxyMs : 0);
}
