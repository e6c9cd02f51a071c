import { isIPv4 } from 'node:net';

/** An address reduced to its network: three of the four parts of IPv4, the first three groups of IPv6. */
export function maskedAddress(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  if (isIPv4(plain)) return plain.replace(/\d+$/, '0');
  const groups = plain.split('::', 1)[0]?.split(':').slice(0, 3).join(':') ?? '';
  return `${groups}::`;
}
