import type { Listener } from './egress/guard/guard.ts';
import { systemAddresses } from './egress/http1/dns.ts';

/**
 * Where a PostgreSQL database listens: at the host of its URL, and at the addresses that the name has now. A server with a socket in a
 * folder may listen on this machine, too.
 */
export async function databaseListeners(url: string): Promise<Listener[]> {
  const { databaseAddress } = await import('./postgres/address.ts');
  const { host, port } = databaseAddress(url);
  const addresses = host.startsWith('/')
    ? ['127.0.0.1']
    : [host, ...(await systemAddresses(host).catch(() => []))].filter((one, i, all) => all.indexOf(one) === i);
  return addresses.map((address) => ({ address, port, hasInbox: false, isDatabase: true }));
}
