import { createSocket } from 'node:dgram';
import { parseAddress } from '../../src/egress/guard/special-ranges.ts';

export type DnsRecord = {
  readonly type: 'A' | 'AAAA' | 'CNAME';
  /** An address, or the target of a CNAME. */
  readonly value: string;
  /** The name of the record; by default the name of the question. */
  readonly name?: string;
  /** Seconds. Default 0. */
  readonly ttl?: number;
  /** The section of the response. Default `answer`. */
  readonly section?: 'answer' | 'authority' | 'additional';
};

/** `records` of the other type are left out by the server, like a real one, unless `isVerbatim`. */
export type DnsAnswer = {
  readonly records?: readonly DnsRecord[];
  readonly code?: number;
  readonly isVerbatim?: boolean;
};

/** The answer for a name: always the same, or by question; `asked` counts from 0 for each name and type. */
export type DnsScript = DnsAnswer | ((question: { readonly type: 'A' | 'AAAA'; readonly asked: number }) => DnsAnswer);

/** A DNS server for tests on 127.0.0.1; unknown names do not exist. Changes to `names` apply at once. */
export async function startDnsServer(names: Record<string, DnsScript>): Promise<{ address: string } & AsyncDisposable> {
  const counts = new Map<string, number>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = readName(query);
    const type = query.readUInt16BE(end) === 28 ? 'AAAA' : 'A';
    const key = `${name} ${type}`;
    const asked = counts.get(key) ?? 0;
    counts.set(key, asked + 1);
    const script = names[name];
    const said = script === undefined ? { code: 3 } : typeof script === 'function' ? script({ type, asked }) : script;
    socket.send(encode(query, end + 4, name, type, said), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void socket.close(() => resolve())),
  };
}

function encode(query: Buffer, end: number, name: string, type: 'A' | 'AAAA', said: DnsAnswer): Buffer {
  const { records = [], code = 0, isVerbatim = false } = said;
  const told = records.filter((one) => isVerbatim || one.type === type || one.type === 'CNAME');
  const section = (wanted: string) => told.filter((one) => (one.section ?? 'answer') === wanted);
  const sections = [section('answer'), section('authority'), section('additional')];
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | code, 2);
  for (const [i, part] of sections.entries()) head.writeUInt16BE(part.length, 6 + 2 * i);
  return Buffer.concat([head, query.subarray(12, end), ...sections.flat().map((one) => encodeRecord(one, name))]);
}

function encodeRecord({ type, value, name, ttl = 0 }: DnsRecord, asked: string): Buffer {
  const data = type === 'CNAME' ? encodeName(value) : Buffer.from(parseAddress(value) ?? []);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE({ A: 1, CNAME: 5, AAAA: 28 }[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name ?? asked), fixed, data]);
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}
