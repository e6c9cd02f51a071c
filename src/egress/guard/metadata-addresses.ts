import { type Address, bytesOf, isSameAddress } from './special-ranges.ts';

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
