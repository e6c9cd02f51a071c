import { connect, type Socket } from 'node:net';

/** A persistent connection with one request at a time, for a load generator: no objects, no header parsing. */
export type Wire = Disposable & {
  /** Sends a request and returns the status when the response is complete. Rejects when the connection ends. */
  exchange(request: Uint8Array): Promise<number>;
};

const empty = Buffer.alloc(0);

/** Opens a connection to a server on loopback whose responses have a Content-Length. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return wireOver(socket);
}

function wireOver(socket: Socket): Wire {
  let waiting: PromiseWithResolvers<number> | null = null;
  let read = empty;
  socket.on('data', (chunk) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    const frame = frameOf(read);
    if (frame === null || read.length < frame.bytes) return;
    const status = Number(read.toString('latin1', 9, 12));
    read = empty;
    const done = waiting;
    waiting = null;
    done?.resolve(status);
  });
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(closedError()));
  return {
    exchange(request) {
      if (socket.destroyed) return Promise.reject(closedError());
      waiting = Promise.withResolvers<number>();
      socket.write(request);
      return waiting.promise;
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** The start of a message's body and its length; null until the header is complete. */
export function frameOf(bytes: Buffer): { bodyAt: number; bytes: number } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end));
  if (length === null) throw new Error('a message without a Content-Length');
  return { bodyAt: end + 4, bytes: end + 4 + Number(length[1]) };
}

function closedError(): Error {
  return new Error('the server closed the connection');
}
