import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import { type EgressError, EXCHANGES_MAX } from '../../egress.ts';
import { isFailure } from '../connect/cancellation.ts';
import { type Opening, openSocket, type Way } from '../connect/connect.ts';
import { EgressFailure, withoutStacks } from '../connect/errors.ts';
import { type InterimResponses, skipInterimResponses } from '../connect/interim-responses.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import type { Connection, Exchange } from './exchange.ts';

interface OriginPoolOptions {
  readonly way: Way;
  readonly deadlines: Deadlines;
  readonly now: () => number;
  /** Counts the kept idle connections of all pools together. */
  readonly kept: { count: number };
  /** Called when the last connection is gone and no exchange waits. */
  readonly onEmpty: () => void;
}

/** The connections to one origin over one route. */
export interface Pool {
  /** Puts an exchange on a free connection, on a new one, or in the queue. Its own deadline ends it. */
  dispatch(exchange: Exchange): void;
  /** Ends all exchanges with this failure and closes all connections, without waiting. */
  close(failure: EgressFailure): void;
}

/**
 * Creates the pool. undici's Client carries one exchange at a time, and this pool manages the Clients. undici's own
 * Pool does not report which socket an exchange uses (needed to tell a stale socket from a failing peer, and for the
 * timings), and can't end an exchange that still waits for its socket.
 */
export function createOriginPool({ way, deadlines, now, kept, onEmpty }: OriginPoolOptions): Pool {
  const connections = new Set<PooledClient>();
  const idle: PooledClient[] = [];
  const waiting: Exchange[] = [];
  const isLookedUp = way.target.literal === null || (way.proxy !== null && way.proxy.target.literal === null);

  return {
    dispatch(exchange) {
      const connection = takeIdle() ?? (connections.size < EXCHANGES_MAX ? openConnection() : null);
      exchange.deadline = deadlines.start(exchange.options.timeoutMs, () => withoutStacks(() => expire(exchange)));
      if (connection !== null) connection.carry(exchange);
      else waiting.push(exchange);
    },
    close(failure) {
      for (const exchange of waiting.splice(0)) exchange.fail(failure);
      for (const connection of [...connections]) connection.end(failure);
    },
  };

  function takeIdle(): PooledClient | undefined {
    const connection = idle.pop();
    if (connection !== undefined) kept.count--;
    return connection;
  }

  function openConnection(): PooledClient {
    const connection = createConnection();
    connections.add(connection);
    return connection;
  }

  function expire(exchange: Exchange): void {
    const { connection } = exchange;
    const { timeoutMs } = exchange.options;
    if (exchange.isSent) {
      exchange.abort(new EgressFailure('timeout', `The exchange was not finished within ${timeoutMs} ms.`));
    } else if (connection !== null) {
      // Nothing was sent, at any stage of opening.
      (connection as PooledClient).expire(timeoutMs); // as: every lane of an exchange was made by this function
    } else {
      waiting.splice(waiting.indexOf(exchange), 1);
      exchange.fail({
        kind: 'connect',
        message: `No connection became free within ${timeoutMs} ms; nothing was sent.`,
      });
    }
  }

  /** Removes a connection from the idle ones. */
  function takeAway(connection: PooledClient): void {
    const at = idle.indexOf(connection);
    if (at === -1) return;
    idle.splice(at, 1);
    kept.count--;
  }

  function remove(connection: PooledClient): void {
    if (!connections.delete(connection)) return;
    takeAway(connection);
    const next = waiting.shift();
    if (next !== undefined) openConnection().carry(next);
    else if (connections.size === 0) onEmpty();
  }

  function createConnection(): PooledClient {
    let client: Client | null = null;
    let exchange: Exchange | null = null;
    let opening: Opening | null = null;
    /** Open, and not yet passed to the client. */
    let opened: Socket | null = null;
    let filter: InterimResponses | null = null;
    let isNew = false;
    let socketError: Error | null = null;
    /** The end of the socket is expected. */
    let isCut = false;
    /** Closes an idle connection that has no socket, unless it is used before. */
    let rest: Deadline | null = null;

    /** Opens a socket for the current exchange of the connection. */
    function open(onOpen: (socket: Socket) => void, onFailure: (error: EgressError) => void): void {
      const started = startOpening(exchange);
      const timeoutMs = exchange?.options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
      const deadline = deadlines.start(timeoutMs, () => started.expire(timeoutMs));
      opening = started;
      started.result.then((socket) => {
        deadline.cancel();
        opening = null;
        if (isFailure(socket)) return onFailure(socket);
        isNew = true;
        socketError = null;
        socket.on('error', (error: Error) => {
          socketError ??= error;
        });
        filter = skipInterimResponses(socket, () => exchange?.onResponseStarted());
        onOpen(socket);
      });
    }

    function connect(_options: object, callback: buildConnector.Callback): void {
      const socket = opened;
      opened = null;
      if (socket !== null) {
        // Deferred: undici starts nothing from within its own call.
        queueMicrotask(() => callback(null, socket));
        return;
      }
      // The kept socket was lost before the request was written to it.
      open(
        (next) => callback(null, next),
        ({ kind, message }) => callback(new EgressFailure(kind, message), null),
      );
    }

    function createClient(): Client {
      const made = new Client(way.target.origin, { ...CLIENT_OPTIONS, connect });
      made.on('disconnect', () => {
        if (exchange === null && !isCut) connection.discard();
        isCut = false;
      });
      return made;
    }

    const connection: PooledClient = {
      carry(next) {
        rest?.cancel();
        rest = null;
        exchange = next;
        next.connection = connection;
        if (client !== null) return void client.dispatch(next.options.dispatch, next);
        // The client is created when the socket is open: creating one costs more than an attempt that fails.
        open(
          (socket) => {
            if (exchange !== next) return void socket.destroy();
            opened = socket;
            client = createClient();
            client.dispatch(next.options.dispatch, next);
          },
          (error) => {
            next.fail(error);
            connection.discard();
          },
        );
      },
      begin() {
        filter?.begin();
        const isReused = !isNew;
        isNew = false;
        return isReused;
      },
      socketError: () => socketError,
      release() {
        exchange = null;
        // Deferred: undici has yet to finish with the exchange, and checks a kept socket before it sends on it.
        queueMicrotask(() => {
          if (!connections.has(connection)) return;
          const next = waiting.shift();
          if (next !== undefined) connection.carry(next);
          else if (kept.count < KEPT_MAX) {
            kept.count++;
            // Connections are taken from the end, so those with a socket come first.
            if (rest === null) idle.push(connection);
            else idle.unshift(connection);
          } else connection.discard();
        });
      },
      cut() {
        isCut = true;
        rest = deadlines.start(CLIENT_OPTIONS.keepAliveTimeout, () => connection.discard());
        connection.release();
      },
      discard() {
        exchange = null;
        rest?.cancel();
        // Removed at once: a request sent before the rest is done must not get a connection that is closing.
        takeAway(connection);
        queueMicrotask(() => {
          withoutStacks(() => client?.destroy(null).catch(() => {}));
          remove(connection);
        });
      },
      replace(stale) {
        exchange = null;
        queueMicrotask(() => {
          // The new connection takes the place of this one before any waiting exchange can.
          connections.delete(connection);
          withoutStacks(() => client?.destroy(null).catch(() => {}));
          if (stale.isSettled) return remove(openConnection());
          openConnection().carry(stale);
        });
      },
      expire(afterMs) {
        if (opening !== null) opening.expire(afterMs);
        else {
          exchange?.fail({ kind: 'connect', message: `The request could not be sent within ${afterMs} ms.` });
          connection.discard();
        }
      },
      end(failure) {
        exchange?.abort(failure);
        opening?.end(failure);
        connection.discard();
      },
    };
    return connection;
  }

  function startOpening(exchange: Exchange | null): Opening {
    let began = 0;
    return openSocket(way, {
      onBegin() {
        began = now();
      },
      onEnd(ended) {
        if (exchange === null) return;
        const took = now() - began;
        if (ended === 'dns') exchange.dnsMs = isLookedUp ? took : null;
        else if (ended === 'connect') exchange.connectMs = took;
        else exchange.tlsMs = took;
      },
    });
  }
}

interface PooledClient extends Connection {
  carry(exchange: Exchange): void;
  /** Ends an exchange that was not sent yet. */
  expire(afterMs: number): void;
  end(failure: EgressFailure): void;
}

/** For all pools together: each takes a file descriptor. */
const KEPT_MAX = 512;
const CONNECT_TIMEOUT_MS = 5_000;
const CLIENT_OPTIONS = {
  allowH2: false,
  // One deadline bounds the whole exchange; these would set timers of their own.
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 4_000,
  keepAliveMaxTimeout: 60_000,
  keepAliveTimeoutThreshold: 1_000,
};
