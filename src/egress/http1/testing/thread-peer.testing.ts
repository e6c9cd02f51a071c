import { createServer, type TLSSocket } from 'node:tls';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { pem } from './peers.testing.ts';

/** What a `threadPeer` has seen so far. */
interface Seen {
  readonly connections: number;
  /** Of these, those that resumed a TLS session. */
  readonly resumed: number;
}

/** A TLS server on 127.0.0.1 in a thread of its own, so that it responds while the test's thread is busy. */
export async function threadPeer(): Promise<{ readonly port: number; seen(): Promise<Seen> } & AsyncDisposable> {
  const worker = new Worker(new URL(import.meta.url));
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

function serve(): void {
  const seen = { connections: 0, resumed: 0 };
  const server = createServer({ cert: pem('server.crt'), key: pem('server.key') }, (socket: TLSSocket) => {
    seen.connections++;
    if (socket.isSessionReused()) seen.resumed++;
    socket.on('error', () => {});
    socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') parentPort?.postMessage(address.port);
  });
  parentPort?.on('message', () => parentPort?.postMessage(seen));
}

if (!isMainThread) serve();
