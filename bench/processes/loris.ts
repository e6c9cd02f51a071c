import { connect } from 'node:net';
import { answerCalls } from '../child.ts';
import { pause } from '../clock.ts';
import { percentile } from '../statistics.ts';

/** Slow clients, each in one of five ways; a disconnected one connects again. They all start within a second. */
export type Slow = { port: number; key: string; token: string; clients: number };

/** The result. Lives are those of connections that the server closed. */
export type SlowEnd = { connections: number; cut: number; lifeMs: { p50: number; max: number }; refused: number };

export type LorisCalls = {
  /** Resolves when all are connected for the first time. */
  start(slow: Slow): Promise<void>;
  stop(): SlowEnd;
};

const dripMs = 1_000;
/** More responses than the operating system buffers for a reader. */
const pipelined = 20;
/** One in this many clients is a stalled reader, because unread responses cost more than all other clients together. */
const deafEvery = 50;

const lives: number[] = [];
const dripping = new Set<() => void>();
let connections = 0;
let refused = 0;
let isOver = false;

answerCalls<LorisCalls>({
  async start({ port, key, token, clients }) {
    setInterval(() => {
      for (const drip of dripping) drip();
    }, dripMs);
    const senders = ways(key);
    const deaf = deafReader(token);
    await Promise.all(
      Array.from({ length: clients }, async (_, n) => {
        await pause((n * 1_000) / clients);
        await come(port, n % deafEvery === 0 ? deaf : (senders[n % senders.length] ?? deaf));
      }),
    );
  },
  stop() {
    isOver = true;
    const lifeMs = { p50: Math.round(percentile(lives, 0.5)), max: Math.round(Math.max(0, ...lives)) };
    return { connections, cut: lives.length, lifeMs, refused };
  },
});

type Way = { first: string; drip: string; isDeaf?: boolean };

function ways(key: string): Way[] {
  const post = `POST /v3/${key} HTTP/1.1\r\nHost: localhost\r\n`;
  return [
    { first: 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', drip: 'a' },
    { first: 'GET /livez HTTP/1.1\r\nHost: localhost\r\n', drip: 'X-A: b\r\n' },
    { first: `${post}Content-Length: 100000\r\n\r\n`, drip: 'a' },
    { first: `${post}Transfer-Encoding: chunked\r\n\r\n`, drip: '1\r\na\r\n' },
  ];
}

function deafReader(token: string): Way {
  const one = `GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  return { first: one.repeat(pipelined), drip: '', isDeaf: true };
}

/** Resolves when the client is connected; when it is disconnected, it is replaced by another one. */
function come(port: number, { first, drip, isDeaf = false }: Way): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect({ port, host: '127.0.0.1' });
  const startedAt = performance.now();
  const write = () => void (socket.writable && socket.write(drip));
  socket.on('error', () => {}); // disconnects are counted
  socket.once('connect', () => {
    connections += 1;
    socket.write(first);
    if (isDeaf) socket.pause();
    else socket.resume();
    if (drip !== '') dripping.add(write);
    resolve();
  });
  socket.once('close', () => {
    dripping.delete(write);
    if (socket.bytesWritten === 0) refused += 1;
    else lives.push(performance.now() - startedAt);
    resolve();
    if (!isOver) void come(port, { first, drip, isDeaf });
  });
  return promise;
}
