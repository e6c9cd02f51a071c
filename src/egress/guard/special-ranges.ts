import ipaddr from 'ipaddr.js';

/** An IP address as its bytes: 4 or 16. */
export type Address = readonly number[];

/**
 * Parses an IP address in the plain notations of the URL standard and of the resolver (no odd IPv4 forms: those were
 * already normalised when the URL was parsed, or are names). A zone is refused. IPv4-mapped addresses stay IPv6.
 */
export function parseAddress(text: string): Address | null {
  // Names are recognised before the library is called, since it uses exceptions.
  if (FOUR_PARTS.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toByteArray();
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)) {
    return ipaddr.IPv6.parse(text).toByteArray();
  }
  return null;
}

const FOUR_PARTS = /^\d+\.\d+\.\d+\.\d+$/;

/** Whether the first `prefix` bits are the same; false across families. */
export function isWithin(address: Address, base: Address, prefix: number): boolean {
  if (address.length !== base.length) return false;
  for (let i = 0, left = prefix; left > 0; i++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((address[i] ?? 0) & mask) !== ((base[i] ?? 0) & mask)) return false;
  }
  return true;
}

export function isSameAddress(a: Address, b: Address): boolean {
  return isWithin(a, b, a.length * 8);
}

/** The IPv4 address of an IPv4-mapped one; any other address unchanged. */
export function unmapped(address: Address): Address {
  return isWithin(address, MAPPED, 96) ? address.slice(12) : address;
}

/**
 * The name of the special-purpose range of an address, or null for an ordinary public address. In IPv6 everything
 * outside of global unicast (2000::/3) is special. Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries
 * (RFC 6890), RFC 3879 (site-local), RFC 3701 (6bone).
 */
export function specialRange(address: Address): string | null {
  for (const range of SPECIAL) if (isWithin(address, range.base, range.prefix)) return range.name;
  return address.length === 16 && !isWithin(address, GLOBAL_UNICAST, 3) ? 'not global unicast' : null;
}

/**
 * The IPv4 addresses embedded in an IPv6 address, in the notations through which a gateway or tunnel would reach
 * them: mapped and compatible (RFC 4291), SIIT (RFC 7915), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC
 * 4380, the client is inverted), ISATAP (RFC 5214).
 */
export function embeddedAddresses(address: Address): Address[] {
  if (address.length !== 16 || isWithin(address, UNSPECIFIED, 127)) return [];
  const last = address.slice(12);
  if (LAST_BITS.some((base) => isWithin(address, base, 96))) return [last];
  if (isWithin(address, LOCAL_NAT64, 48)) {
    return [last, [...address.slice(6, 8), ...address.slice(9, 11)]];
  }
  if (isWithin(address, SIX_TO_FOUR, 16)) return [address.slice(2, 6)];
  if (isWithin(address, TEREDO, 32)) return [address.slice(4, 8), last.map((byte) => byte ^ 0xff)];
  const isIsatap =
    (address[8] === 0 || address[8] === 2) && address[9] === 0 && isWithin(address.slice(10, 12), [0x5e, 0xfe], 16);
  return isIsatap ? [last] : [];
}

/** Parses an address that is written in the source; throws when it is none. */
export function bytesOf(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

function range(cidr: string, name: string): { base: Address; prefix: number; name: string } {
  const [base = '', prefix] = cidr.split('/');
  return { base: bytesOf(base), prefix: Number(prefix), name };
}

// Narrower ranges come first: the first match names the address.
const SPECIAL = [
  range('0.0.0.0/8', 'this network'),
  range('10.0.0.0/8', 'private'),
  range('100.64.0.0/10', 'shared address space'),
  range('127.0.0.0/8', 'loopback'),
  range('169.254.0.0/16', 'link-local'),
  range('172.16.0.0/12', 'private'),
  range('192.0.0.0/24', 'IETF protocol assignments'),
  range('192.0.2.0/24', 'documentation'),
  range('192.31.196.0/24', 'AS112'),
  range('192.52.193.0/24', 'AMT'),
  range('192.88.99.0/24', '6to4 relay'),
  range('192.168.0.0/16', 'private'),
  range('192.175.48.0/24', 'AS112'),
  range('198.18.0.0/15', 'benchmarking'),
  range('198.51.100.0/24', 'documentation'),
  range('203.0.113.0/24', 'documentation'),
  range('224.0.0.0/4', 'multicast'),
  range('255.255.255.255/32', 'broadcast'),
  range('240.0.0.0/4', 'reserved'),
  range('::/128', 'unspecified'),
  range('::1/128', 'loopback'),
  range('::ffff:0:0/96', 'IPv4-mapped'),
  range('::ffff:0:0:0/96', 'IPv4-translated'),
  range('::/96', 'IPv4-compatible'),
  range('64:ff9b::/96', 'NAT64'),
  range('64:ff9b:1::/48', 'NAT64'),
  range('100::/64', 'discard only'),
  range('2001::/32', 'Teredo'),
  range('2001:2::/48', 'benchmarking'),
  range('2001::/23', 'IETF protocol assignments'),
  range('2001:db8::/32', 'documentation'),
  range('2002::/16', '6to4'),
  range('2620:4f:8000::/48', 'AS112'),
  range('3ffe::/16', '6bone'),
  range('3fff::/20', 'documentation'),
  range('fc00::/7', 'unique local'),
  range('fe80::/10', 'link-local'),
  range('fec0::/10', 'site-local'),
  range('ff00::/8', 'multicast'),
];

const GLOBAL_UNICAST = bytesOf('2000::');
const MAPPED = bytesOf('::ffff:0:0');
const UNSPECIFIED = bytesOf('::');
const LAST_BITS = [MAPPED, UNSPECIFIED, bytesOf('::ffff:0:0:0'), bytesOf('64:ff9b::')];
const LOCAL_NAT64 = bytesOf('64:ff9b:1::');
const SIX_TO_FOUR = bytesOf('2002::');
const TEREDO = bytesOf('2001::');

/**
 * Addresses where clouds provide credentials or settings to the machine that asks. They stay blocked even when their
 * range is allowed. 168.63.129.16 (Azure) is in a public range.
 */
export function isMetadataAddress(address: Address): boolean {
  return ADDRESSES.some((known) => isSameAddress(known, address));
}

/** Names of the same services, lower case, without trailing dot; some have public addresses. */
export function isMetadataName(host: string): boolean {
  return NAMES.has(host) || /^instance-data\.[a-z0-9-]+\.compute\.internal$/.test(host);
}

const ADDRESSES = [
  '169.254.169.254', // AWS, Google, Azure, Oracle, DigitalOcean, OpenStack and others
  '169.254.170.2', // AWS ECS
  '169.254.170.23', // AWS EKS
  '169.254.0.23', // Tencent
  '169.254.42.42', // Scaleway
  '100.100.100.200', // Alibaba
  '100.96.0.96', // Volcano Engine
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle Classic
  'fd00:ec2::254', // AWS
  'fd00:ec2::23', // AWS EKS
  'fd00:c1::a9fe:a9fe', // Oracle
  'fd20:ce::254', // Google
  'fd00:42::42', // Scaleway
  'fd00:a9fe:a9fe::1', // Akamai (Linode)
  'fe80::a9fe:a9fe', // OpenStack
].map(bytesOf);

const NAMES: ReadonlySet<string> = new Set([
  'metadata', // Google
  'metadata.goog', // Google
  'metadata.google.internal', // Google
  'instance-data', // AWS
  'instance-data.ec2.internal', // AWS
  'metadata.azure.internal', // Azure
  'metadata.tencentyun.com', // Tencent
  'api.metadata.cloud.ibm.com', // IBM
  'metadata.platformequinix.com', // Equinix
  'metadata.packet.net', // Equinix
  'rancher-metadata', // Rancher
]);
