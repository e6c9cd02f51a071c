import { createServer as createPlain, type Server, type Socket } from 'node:net';
import { createServer, TLSSocket } from 'node:tls';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { pem } from './peers.testing.ts';

interface Peer {
  readonly isTls: boolean;
  /** Responds to the first bytes of a request with 413, and closes, so that the system resets the connection. */
  readonly isEarly?: boolean;
}

/** What a `threadPeer` has seen so far. */
interface Seen {
  readonly connections: number;
  /** Of these, those that resumed a TLS session. */
  readonly resumed: number;
}

/** A server on 127.0.0.1 in a thread of its own, so that it responds while the test's thread is busy. */
export async function threadPeer(
  peer: Peer,
): Promise<{ readonly port: number; seen(): Promise<Seen> } & AsyncDisposable> {
  const worker = new Worker(new URL(import.meta.url), { workerData: peer });
  const next = <T>() => new Promise<T>((resolve) => worker.once('message', resolve));
  const port = await next<number>();
  return {
    port,
    seen() {
      const seen = next<Seen>();
      worker.postMessage('seen');
      return seen;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

function serve({ isTls, isEarly = false }: Peer): void {
  const seen = { connections: 0, resumed: 0 };
  const take = (socket: Socket) => {
    seen.connections++;
    if (socket instanceof TLSSocket && socket.isSessionReused()) seen.resumed++;
    socket.on('error', () => {});
    if (!isEarly) socket.on('data', () => void socket.write(OK));
    else socket.once('data', () => void socket.pause().write(TOO_LARGE, () => socket.destroy()));
  };
  const server: Server = isTls
    ? createServer({ cert: pem('server.crt'), key: pem('server.key') }, take)
    : createPlain(take);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') parentPort?.postMessage(address.port);
  });
  parentPort?.on('message', () => parentPort?.postMessage(seen));
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const TOO_LARGE = 'HTTP/1.1 413 X\r\ncontent-length: 3\r\n\r\nbig';

if (!isMainThread) serve(workerData);
