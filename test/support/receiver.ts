import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A request as received. */
export type Received = {
  readonly method: string;
  /** The request target of the request line. */
  readonly target: string;
  /** The target up to its query. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternating, spelled as received. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** ms since the epoch. */
  readonly at: number;
};

/** The response to a request: 200 and no body by default; `hold` delays it until it resolves. */
export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  hold?: Promise<unknown>;
};

/** A response, a function that makes one from the request, or bytes written directly to the socket. */
export type Script = Answer | ((request: Received) => Answer) | { readonly raw: (socket: Socket) => void };

/** A third-party system for tests: records its requests, and responds by the script of each path. */
export interface Receiver extends AsyncDisposable {
  /** Its origin. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Received[];
  /** The requests to this path, oldest first. */
  at(path: string): readonly Received[];
  /** Sets the responses to requests to this path, one after the other; the last one stays. */
  answer(path: string, ...scripts: Script[]): void;
}

/**
 * Starts a receiver on 127.0.0.1; with `tls` it speaks HTTPS, with `tls.ca` only to clients with a certificate of
 * that CA.
 */
export async function startReceiver({
  tls,
}: {
  tls?: { cert: string; key: string; ca?: string };
} = {}): Promise<Receiver> {
  const requests: Received[] = [];
  const scripts = new Map<string, Script[]>();
  const sockets = new Set<Socket>();

  const server = tls === undefined ? createServer() : createSecureServer({ ...tls, requestCert: tls.ca !== undefined });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('request', async (incoming, response) => {
    const request = await read(incoming).catch(() => null);
    if (request === null) return;
    requests.push(request);
    const waiting = scripts.get(request.path) ?? [];
    const script = (waiting.length > 1 ? waiting.shift() : waiting[0]) ?? {};
    if ('raw' in script) return script.raw(incoming.socket);
    const { status = 200, headers = {}, body = '', hold } = typeof script === 'function' ? script(request) : script;
    await hold;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one

  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    at: (path) => requests.filter((one) => one.path === path),
    answer: (path, ...next) => void scripts.set(path, next),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const at = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method = '', url: target = '', headers, rawHeaders } = incoming;
  const mark = target.indexOf('?');
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    rawHeaders,
    body: Buffer.concat(chunks).toString(),
    at,
  };
}
