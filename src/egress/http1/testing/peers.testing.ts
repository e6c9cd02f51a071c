import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseAddress } from '../../guard/special-ranges.ts';

/** A server on 127.0.0.1 for tests; disposing it cuts its connections. */
export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** How many connections were opened so far. */
  readonly connections: () => number;
  /** Cuts the open connections; the server keeps running. */
  cut(): void;
}

/** A server that passes raw sockets to the test. */
export function rawPeer(onConnection: (socket: Socket) => void): Promise<Peer> {
  return listen(createServer(onConnection));
}

/** A server that responds to each request (recognised by its blank line) with these bytes. */
export function answering(bytes: string | Uint8Array, after: (socket: Socket) => void = () => {}): Promise<Peer> {
  return rawPeer((socket) => {
    socket.on('data', (chunk) => {
      if (!chunk.includes('\r\n\r\n')) return;
      socket.write(bytes);
      after(socket);
    });
  });
}

export function httpPeer(onRequest: RequestListener): Promise<Peer> {
  return listen(createHttp(onRequest));
}

export function httpsPeer(options: ServerOptions, onRequest: RequestListener): Promise<Peer> {
  return listen(createHttps(options, onRequest));
}

/** A PEM text of testdata/. */
export function pem(name: string): string {
  return readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'utf8');
}

/** A DNS server with these names; it answers others with NXDOMAIN, and nothing at all for `silent.test`. */
export async function dnsPeer(
  names: Readonly<Record<string, readonly string[]>>,
): Promise<{ address: string } & AsyncDisposable> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = readName(query, 12);
    if (name === 'silent.test') return;
    const wants = query.readUInt16BE(end) === 28 ? 16 : 4;
    const all = (names[name] ?? []).flatMap((text) => parseAddress(text) ?? []);
    const bytes = (names[name] ?? [])
      .map((text) => parseAddress(text) ?? [])
      .filter((address) => address.length === wants);
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(all.length > 0 ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(bytes.length, 6);
    head.writeUInt16BE(0, 8);
    head.writeUInt16BE(0, 10);
    const answers = bytes.map((address) =>
      Buffer.from([0xc0, 12, 0, wants === 16 ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, address.length, ...address]),
    );
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void socket.close(() => resolve())),
  };
}

/** Starts a server of a test. */
export async function listen(server: Server): Promise<Peer> {
  const open = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count++;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // as: it listens on TCP
    connections: () => count,
    cut() {
      for (const socket of open) socket.resetAndDestroy();
    },
    [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function readName(query: Buffer, at: number): { name: string; end: number } {
  const labels: string[] = [];
  let offset = at;
  for (let length = query[offset] ?? 0; length > 0; length = query[offset] ?? 0) {
    labels.push(query.toString('latin1', offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: offset + 1 };
}
