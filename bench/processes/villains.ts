import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { answerCalls } from '../child.ts';

/** Ports that treat every request badly, each in its own way. */
export type VillainCalls = { listen(): Promise<number[]> };

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** Accepts the request and never responds. */
const hang = (socket: Socket) => void socket.resume();

/** Sends one byte at intervals, and never a complete header. */
function drip(socket: Socket) {
  socket.once('data', () => {
    socket.write(`${head}x: `);
    const timer = setInterval(() => socket.write('y'), 200);
    socket.on('close', () => clearInterval(timer));
  });
}

const reset = (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy());

/** An endless body, a thousand times as large when decompressed. */
function flood(socket: Socket) {
  socket.once('data', () => {
    const pour = () => {
      while (!socket.destroyed && socket.write(bomb));
    };
    socket.write(`${head}content-encoding: gzip\r\n\r\n`);
    socket.on('drain', pour);
    pour();
  });
}

answerCalls<VillainCalls>({ listen: () => Promise.all([hang, drip, reset, flood].map(listen)) });

function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // the peer may disconnect
    onSocket(socket);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
