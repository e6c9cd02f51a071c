import { lookup, Resolver } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { EgressError } from '../egress.ts';
import { type Address, parseAddress } from '../guard/special-ranges.ts';
import { codeOf, dnsError } from './errors.ts';

/** Resolves all addresses of a host, IPv4 first. */
export interface Dns extends Disposable {
  resolve(host: string): Promise<Address[] | EgressError>;
}

/**
 * @param servers `address[:port]` to ask instead of the system's resolver; empty for the system's, which also reads
 * the hosts file. Throws when one is invalid.
 */
export function createDns(servers: readonly string[]): Dns {
  const resolver = servers.length > 0 ? new Resolver({ timeout: 2_000, tries: 2 }) : null;
  resolver?.setServers(servers);
  const inFlight = new Map<string, Promise<Address[] | EgressError>>();

  return {
    resolve(host) {
      // The system's resolver has four threads: sockets that open at the same time share one lookup.
      let result = inFlight.get(host);
      if (result === undefined) {
        result = ask(host)
          .catch((error: unknown) => dnsError(error, host))
          .finally(() => inFlight.delete(host));
        inFlight.set(host, result);
      }
      return result;
    },
    [Symbol.dispose]() {
      resolver?.cancel();
    },
  };

  async function ask(host: string): Promise<Address[] | EgressError> {
    const texts = resolver === null ? await systemAddresses(host) : await askServers(resolver, host);
    const addresses: Address[] = [];
    for (const text of texts.toSorted((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)))) {
      const address = parseAddress(text);
      // A zone (fe80::1%eth0) has no place in a public response, and nothing else here fails to parse.
      if (address === null) return { kind: 'blocked', message: `${host} has a scoped address, which is blocked.` };
      addresses.push(address);
    }
    return addresses;
  }
}

/** What the system's resolver says of a host. Rejects when it says nothing. */
export async function systemAddresses(host: string): Promise<string[]> {
  const results = await lookup(host, { all: true, order: 'verbatim' });
  return results.map((result) => result.address);
}

async function askServers(resolver: Resolver, host: string): Promise<string[]> {
  const results = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (addresses.length > 0) return addresses;
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  // "No record of this type" is less informative than any other failure of the other type.
  throw errors.find((error) => codeOf(error) !== 'ENODATA') ?? errors[0];
}
