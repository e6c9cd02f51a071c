import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from '../../identity/address-group.ts';

export type SocketLimits = {
  /** Limit of open connections. */
  socketsMax: number;
  /** Time without progress of a reader, after which it is disconnected, at the latest after twice this time. */
  stuckMs: number;
  /** Time to read a complete response, in addition to one second per 16 KiB. */
  readMs: number;
  /** Interval of the check for slow readers. */
  checkMs: number;
};

const readBytesPerMs = 16;
/** The longest time that a handler works before the first byte of a response. */
const workMs = 120_000;

type Exchange = { request: IncomingMessage; response: ServerResponse; since: number; wholeAt: number; bytes: number };
type Watched = {
  socket: Socket;
  group: string;
  waitingSince: number;
  /** The newest exchange. */
  last: Exchange | null;
  /** Exchanges without a complete response. */
  exchanges: Exchange[];
};

export type Sockets = {
  /**
   * For a message that can't be parsed: calls `refuse` after the responses to earlier complete requests, so that its
   * own response is not taken for one of theirs. Closes the socket without a call when the message already has a
   * response.
   */
  beforeRefusal(socket: Socket, refuse: () => void): void;
};

/**
 * Limits the connections of a server, so that slow or many ones don't use up what others need.
 *
 * - A reader that makes no progress on a response for `stuckMs`, or reads less than 16 KiB a second overall, is
 *   disconnected.
 * - At `socketsMax` a new connection replaces one that waits for its client: the longest idle one of the address with
 *   the most connections. Connections with a request in progress stay; when all have one, the new connection is closed.
 *
 * Node limits slow senders (`headersTimeout`, `requestTimeout`).
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
    // A client that waits for a handler stays connected; a slow sender gets a 408.
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

/** The request is complete, and the response is not. */
function isWorkedOn({ request, response }: Exchange): boolean {
  return request.complete && !response.writableEnded;
}
