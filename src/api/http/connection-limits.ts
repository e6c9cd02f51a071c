import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from '../../identity/address-group.ts';

export type SocketLimits = {
  /** Connections at once. */
  socketsMax: number;
  /** How long nothing of an answer may be taken by its reader; it is cut within twice this time. */
  stuckMs: number;
  /** Time for an answer to be taken once it is whole, besides a second for each 16 KiB. */
  readMs: number;
  /** How often slow readers are looked for. */
  checkMs: number;
};

const readBytesPerMs = 16;
/** No handler works longer on an answer of which nothing was sent yet. */
const workMs = 120_000;

type Exchange = { request: IncomingMessage; response: ServerResponse; since: number; wholeAt: number; bytes: number };
type Watched = {
  socket: Socket;
  group: string;
  waitingSince: number;
  /** The newest one, answered or not. */
  last: Exchange | null;
  /** Those without a whole answer. */
  exchanges: Exchange[];
};

export type Sockets = {
  /**
   * For a message that can't be read: calls back when the whole requests before it are answered, so that its own answer
   * is not taken for one of theirs. Never calls back when it has its answer already; then the socket is closed.
   */
  beforeRefusal(socket: Socket, refuse: () => void): void;
};

/**
 * Watches the connections of a server, so that slow or many ones don't take what others need.
 *
 * - A reader that takes nothing of its answer for `stuckMs`, or less than 16 KiB a second in all, is cut.
 * - At `socketsMax` a new connection takes the place of one that is waiting for its client: of the address that has the
 *   most, the one that waited longest. What is being worked on is left alone; the new one is closed when all are.
 *
 * Slow senders are Node's part (`headersTimeout`, `requestTimeout`).
 */
export function watchSockets(server: Server, { socketsMax, stuckMs, readMs, checkMs }: SocketLimits): Sockets {
  const watched = new Map<Socket, Watched>();
  const perGroup = new Map<string, number>();
  const refusals = new WeakMap<Socket, () => void>();

  server.setTimeout(stuckMs);
  server.on('connection', (socket: Socket) => {
    if (watched.size >= socketsMax && !makeRoom()) return void socket.destroy();
    const group = addressGroup(socket.remoteAddress ?? '');
    watched.set(socket, { socket, group, waitingSince: performance.now(), last: null, exchanges: [] });
    perGroup.set(group, (perGroup.get(group) ?? 0) + 1);
    socket.once('close', () => forget(socket, group));
  });
  server.on('request', (request, response) => {
    const one = watched.get(request.socket);
    if (one === undefined) return; // a request without a socket
    const exchange = { request, response, since: performance.now(), wholeAt: 0, bytes: 0 };
    one.last = exchange;
    one.exchanges.push(exchange);
    response.once('close', () => {
      one.exchanges.splice(one.exchanges.indexOf(exchange), 1);
      if (one.exchanges.length === 0) one.waitingSince = performance.now();
      refuseNow(one);
    });
  });
  server.on('timeout', (socket: Socket) => {
    const one = watched.get(socket);
    const isStuck = socket.writableLength > 0;
    const isIdle = one !== undefined && one.last !== null && one.exchanges.length === 0;
    // Whoever waits for a handler may wait, and who is slow to send will be told so.
    if (one === undefined || isStuck || isIdle) socket.destroy();
  });

  const timer = setInterval(cutSlowReaders, checkMs);
  timer.unref();
  server.once('close', () => clearInterval(timer));

  function forget(socket: Socket, group: string) {
    if (!watched.delete(socket)) return;
    const left = (perGroup.get(group) ?? 1) - 1;
    if (left > 0) perGroup.set(group, left);
    else perGroup.delete(group);
  }

  function refuseNow({ socket, exchanges, last }: Watched) {
    const refuse = refusals.get(socket);
    if (refuse === undefined || exchanges.some(({ request }) => request.complete)) return;
    refusals.delete(socket);
    if (last !== null && !last.request.complete && last.response.headersSent) socket.destroy();
    else refuse();
  }

  function makeRoom(): boolean {
    let last: Watched | undefined;
    let lastCount = 0;
    for (const one of watched.values()) {
      if (one.exchanges.some(isWorkedOn)) continue;
      const count = perGroup.get(one.group) ?? 0;
      if (last !== undefined && (count < lastCount || (count === lastCount && one.waitingSince >= last.waitingSince)))
        continue;
      last = one;
      lastCount = count;
    }
    if (last === undefined) return false;
    forget(last.socket, last.group);
    last.socket.destroy();
    return true;
  }

  function cutSlowReaders() {
    const now = performance.now();
    for (const { socket, exchanges } of watched.values())
      for (const exchange of exchanges) {
        if (exchange.response.writableEnded && exchange.wholeAt === 0) {
          exchange.wholeAt = now;
          exchange.bytes = socket.writableLength + exchange.response.writableLength;
        }
        if (isOverdue(exchange, now)) socket.destroy();
      }
  }

  function isOverdue({ request, response, since, wholeAt, bytes }: Exchange, now: number): boolean {
    if (wholeAt > 0) return now - wholeAt > readMs + bytes / readBytesPerMs;
    return request.complete && !response.headersSent && now - since > workMs;
  }

  return {
    beforeRefusal(socket, refuse) {
      const one = watched.get(socket);
      if (one === undefined) return refuse();
      refusals.set(socket, refuse);
      refuseNow(one);
    },
  };
}

/** The client has said all, and the answer is not whole yet. */
function isWorkedOn({ request, response }: Exchange): boolean {
  return request.complete && !response.writableEnded;
}
