import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The key that addresses are limited by: an IPv4 address, mapped into IPv6 or not, or the first 64 bits of an IPv6
 * address, since a client with one of those addresses usually has them all.
 */
export function addressGroup(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const { parts } = ipaddr.IPv6.parse(plain.replace(/%.*/, ''));
  const groups = parts.slice(0, 4).map((part) => part.toString(16));
  return `${groups.join(':')}::/64`;
}
