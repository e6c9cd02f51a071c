/** The place of a network, as a database of cities has it. */
export type Entry = { network: string; place: object };

/** A file in the MaxMind DB format, of IPv6 with the networks of IPv4 in it. Values are objects, lists, texts and whole numbers. */
export function geoDatabaseFile(entries: readonly Entry[], recordBits: 24 | 28 | 32 = 24): Buffer {
  const nodes: [left: number | Entry, right: number | Entry][] = [[0, 0]];
  for (const entry of entries) insert(nodes, bitsOf(entry.network), entry);
  const places = entries.map(({ place }) => encoded(place));
  const starts = new Map(entries.map((entry, n) => [entry, Buffer.concat(places.slice(0, n)).length]));
  // 0 stands for an empty record: no record leads back to the root.
  const record = (to: number | Entry) =>
    typeof to === 'number' ? to || nodes.length : nodes.length + 16 + (starts.get(to) ?? 0);
  const tree = nodes.map(([left, right]) => nodeOf(record(left), record(right), recordBits));
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    database_type: 'Test-City',
    ip_version: 6,
    languages: ['en'],
    node_count: nodes.length,
    record_size: recordBits,
  };
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([...tree, Buffer.alloc(16), ...places, marker, encoded(metadata)]);
}

function insert(nodes: [number | Entry, number | Entry][], bits: readonly (0 | 1)[], entry: Entry): void {
  let node = 0;
  for (const [depth, bit] of bits.entries()) {
    const pair = nodes[node] ?? [0, 0];
    if (depth === bits.length - 1) pair[bit] = entry;
    else if (typeof pair[bit] !== 'number') throw new Error(`${entry.network} is in another network`);
    else {
      if (pair[bit] === 0) pair[bit] = nodes.push([0, 0]) - 1;
      node = Number(pair[bit]);
    }
  }
}

/** The bits of `1.2.3.0/24`, or of `2001:db8:1::/48`, which has its groups before the colons at the end. */
function bitsOf(network: string): (0 | 1)[] {
  const [address = '', length = ''] = network.split('/');
  const bytes = address.includes(':')
    ? address
        .replace('::', '')
        .split(':')
        .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    : [...Buffer.alloc(12), ...address.split('.').map(Number)];
  const count = Number(length) + (address.includes(':') ? 0 : 96);
  return Array.from({ length: count }, (_, n) => (((bytes[n >> 3] ?? 0) >> (7 - (n & 7))) & 1) as 0 | 1); // one bit
}

function nodeOf(left: number, right: number, recordBits: 24 | 28 | 32): Buffer {
  const node = Buffer.alloc(recordBits / 4);
  if (recordBits === 32) {
    node.writeUInt32BE(left);
    node.writeUInt32BE(right, 4);
    return node;
  }
  node.writeUIntBE(left & 0xffffff, 0, 3);
  node.writeUIntBE(right & 0xffffff, node.length - 3, 3);
  if (recordBits === 28) node[3] = ((left >> 24) << 4) | (right >> 24);
  return node;
}

function encoded(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number')
    return Buffer.concat([head(6, 4), Buffer.from(new Uint32Array([value]).buffer).swap32()]);
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encoded)]);
  const members = Object.entries(Object(value));
  return Buffer.concat([head(7, members.length), ...members.flatMap((member) => member.map(encoded))]);
}

function head(type: number, size: number): Buffer {
  const low = Math.min(size, 29);
  const more = size < 29 ? [] : [size - 29];
  return Buffer.from(type < 8 ? [(type << 5) | low, ...more] : [low, type - 7, ...more]);
}
