import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { geoValues, type PathOfNames, path } from './geo-values.ts';

/** Where the network of a visitor is: ISO 3166 codes of country and region, and the English name of the city. */
export type Place = { country: string; region?: string; city?: string };

export type GeoDatabase = {
  /** null: the database has nothing of this network, or the text is no address. Throws an Error when its entry is broken. */
  placeOf(address: string): Place | null;
};

const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** Where the marker can begin, from the end of a file. */
const metadataBytesMax = 131_072;
/** Zero bytes between the tree and the values. */
const separatorBytes = 16;

const members = {
  country: Buffer.from('country'),
  registered: Buffer.from('registered_country'),
  regions: Buffer.from('subdivisions'),
  city: Buffer.from('city'),
};
const names = Object.values(members);
/** In these members. */
const paths = { country: path('iso_code'), region: path(0, 'iso_code'), city: path('names', 'en') };

/**
 * Opens a file in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/), such as GeoLite2 City or Country, DB-IP or IPinfo in
 * that layout. Only the metadata is read at once. Throws an Error of one sentence when the file is none.
 */
export function openGeoDatabase(file: Buffer): GeoDatabase {
  const { nodes, recordBits, ipVersion } = metadataOf(file);
  const nodeBytes = recordBits / 4;
  const treeBytes = nodes * nodeBytes;
  if (treeBytes + separatorBytes > file.length) throw new Error('It is shorter than its tree.');
  const values = geoValues(file.subarray(treeBytes + separatorBytes));
  const ofIPv4 = ipVersion === 4 ? 0 : nodeAfter(0, Buffer.alloc(12));

  /** The record of a node for a bit. */
  function recordOf(node: number, bit: number): number {
    const at = node * nodeBytes;
    if (recordBits !== 28) return numberAt(at + bit * (nodeBytes / 2), nodeBytes / 2);
    const middle = file[at + 3] ?? 0;
    return bit === 0 ? (middle >> 4) * 2 ** 24 + numberAt(at, 3) : (middle & 15) * 2 ** 24 + numberAt(at + 4, 3);
  }

  function numberAt(at: number, bytes: number): number {
    let number = 0;
    for (let n = 0; n < bytes; n++) number = number * 256 + (file[at + n] ?? 0);
    return number;
  }

  /** The node after the bits of an address; from `nodes` on it is none: what is found. */
  function nodeAfter(start: number, address: ArrayLike<number>): number {
    let node = start;
    for (let bit = 0; node < nodes && bit < address.length * 8; bit++)
      node = recordOf(node, ((address[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    return node;
  }

  return {
    placeOf(address) {
      const bytes = bytesOf(address);
      if (bytes === null || (bytes.length === 16 && ipVersion === 4)) return null;
      const found = nodeAfter(bytes.length === 4 ? ofIPv4 : 0, bytes);
      return found <= nodes ? null : placeAt(values, found - nodes - separatorBytes);
    },
  };
}

function placeAt({ find, membersAt }: ReturnType<typeof geoValues>, at: number): Place | null {
  const places = membersAt(at, names);
  const textOf = (member: Buffer, path: PathOfNames) => {
    const place = places.get(member);
    const value = place === undefined ? null : find(place, path);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const country = textOf(members.country, paths.country) ?? textOf(members.registered, paths.country);
  if (country === null) return null;
  const region = textOf(members.regions, paths.region);
  const city = textOf(members.city, paths.city);
  return { country, ...(region === null ? {} : { region }), ...(city === null ? {} : { city }) };
}

function metadataOf(file: Buffer) {
  const end = file.subarray(Math.max(0, file.length - metadataBytesMax));
  const at = end.lastIndexOf(marker);
  if (at === -1) throw new Error('It is not in the MaxMind DB format, or incomplete.');
  const { find } = geoValues(end.subarray(at + marker.length));
  const [major, nodes, recordBits, ipVersion] = [
    'binary_format_major_version',
    'node_count',
    'record_size',
    'ip_version',
  ].map((name) => find(0, path(name)));
  if (major !== 2) throw new Error(`It is of version ${String(major)} of the MaxMind DB format, and not 2.`);
  if (typeof nodes !== 'number' || nodes < 1) throw new Error('Its metadata has no number of nodes.');
  if (recordBits !== 24 && recordBits !== 28 && recordBits !== 32)
    throw new Error('Its metadata has no size of records.');
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error('Its metadata has no version of addresses.');
  return { nodes, recordBits, ipVersion };
}

function bytesOf(address: string): ArrayLike<number> | null {
  if (isIPv4(address)) return address.split('.').map(Number);
  return ipaddr.isValid(address) ? ipaddr.process(address).toByteArray() : null;
}
