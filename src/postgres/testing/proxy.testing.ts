import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A way to a server that can break. `cut` is asked for each piece that a client sends, as text in Latin 1: `before` breaks the
 * connection instead of passing it on, `after` passes it on and breaks the connection when the server responds.
 */
export type Proxy = AsyncDisposable & {
  url: string;
  cut: (sent: string) => 'before' | 'after' | null;
  /** New connections go to another server from now on, that of this URL. */
  leadTo(url: string): void;
  /** Breaks all connections. */
  breakAll(): void;
  /** Passes nothing on in either direction, until `resume`; nothing is lost. */
  hold(): void;
  resume(): void;
};

/** Starts a proxy to the socket of a server that `startServer` started; `url` is that of a database there. */
export async function startProxy(url: string): Promise<Proxy> {
  const folderOf = (of: string) => new URL(of).searchParams.get('host') ?? '';
  let to = folderOf(url);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  const sockets = new Set<Socket>();
  let isHeld = false;
  const server = createServer((client) => {
    const upstream = connect(join(to, '.s.PGSQL.5432'));
    let breaks = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (sent: Buffer) => {
      const cut = proxy.cut(sent.toString('latin1'));
      if (cut === 'before') return end();
      if (cut === 'after') breaks = true;
      upstream.write(sent);
    });
    upstream.on('data', (received: Buffer) => (breaks ? end() : client.write(received)));
    if (isHeld) for (const socket of [client, upstream]) socket.pause();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(join(folder, '.s.PGSQL.5432'), resolve);
  await promise;
  const own = new URL(url);
  own.searchParams.set('host', folder);
  const proxy: Proxy = {
    url: own.href,
    cut: () => null,
    leadTo(other) {
      to = folderOf(other);
    },
    breakAll() {
      for (const socket of sockets) socket.destroy();
    },
    hold() {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isHeld = false;
      for (const socket of sockets) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return proxy;
}
