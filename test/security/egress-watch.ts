import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server that no request may reach, on IPv4 and IPv6 loopback under one port number. */
export interface Canary extends AsyncDisposable {
  readonly port: number;
  /** The number of connections it has accepted. */
  accepted(): number;
}

/** Responds to everything with 200, so that an attack that gets through succeeds. */
export async function startCanary(): Promise<Canary> {
  let count = 0;
  const open = new Set<Socket>();
  const serve = () =>
    createServer((socket) => {
      count++;
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ngot!'));
    });
  for (;;) {
    const [four, six] = [serve(), serve()];
    await new Promise<void>((resolve) => four.listen(0, '127.0.0.1', resolve));
    const { port } = four.address() as AddressInfo; // a listening TCP server has one
    const isShared = await new Promise((resolve) => {
      six.once('error', () => resolve(false)).listen(port, '::1', () => resolve(true));
    });
    if (isShared)
      return {
        port,
        accepted: () => count,
        async [Symbol.asyncDispose]() {
          for (const socket of open) socket.destroy();
          await Promise.all([four, six].map((server) => new Promise((resolve) => server.close(resolve))));
        },
      };
    // Another process has that port on IPv6.
    await new Promise((resolve) => four.close(resolve));
  }
}

/** Records every attempt of this process to connect over TCP, by any module. */
export function watchDials(): Disposable & { readonly places: Set<string> } {
  const places = new Set<string>();
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket }; // the message of the channel
    socket.on('connectionAttempt', (ip: string, port: number) => void places.add(`${ip} ${port}`));
  };
  subscribe('net.client.socket', note);
  return { places, [Symbol.dispose]: () => void unsubscribe('net.client.socket', note) };
}
