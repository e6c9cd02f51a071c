import { createServer as createHttp, type IncomingHttpHeaders } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A CONNECT request as received. */
export type Connected = {
  readonly place: string;
  readonly headers: IncomingHttpHeaders;
  /** The subject of the client's certificate, when the proxy asks for one. */
  readonly certificate: string | null;
};

/** An HTTP proxy for tests: connects to the requested address, or does what `answer` says instead. */
export interface TestProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port`, or https with `tls`. */
  readonly url: string;
  readonly port: number;
  readonly connects: readonly Connected[];
  /** Sets the bytes that answer each CONNECT from now on, or a function for its socket; null: connect again. */
  answer(next: string | ((socket: Socket) => void) | null): void;
}

/**
 * Starts a proxy on 127.0.0.1; with `tls.ca` it asks for a client certificate. `map` redirects an address, so that a
 * test can stand in for the Internet.
 */
export async function startProxy({
  tls,
  map = (place) => place,
}: {
  tls?: { cert: string; key: string; ca?: string };
  map?: (place: string) => string;
} = {}): Promise<TestProxy> {
  const connects: Connected[] = [];
  const sockets = new Set<Socket>();
  let scripted: string | ((socket: Socket) => void) | null = null;
  const server =
    tls === undefined
      ? createHttp()
      : createHttps({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false });
  const watch = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  server.on('connection', watch);
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    watch(socket);
    const place = request.url ?? '';
    const shown = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subject?.CN : undefined;
    connects.push({ place, headers: request.headers, certificate: [shown].flat()[0] ?? null });
    if (typeof scripted === 'function') return scripted(socket);
    if (scripted !== null) return void socket.end(scripted);
    const [, host = '', port = ''] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(map(place)) ?? [];
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    watch(upstream);
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    connects,
    answer(next) {
      scripted = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
