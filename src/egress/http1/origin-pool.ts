import type { Socket } from 'node:net';
import { type EgressError, EXCHANGES_MAX } from '../egress.ts';
import { isFailure, lostError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { Opening } from './opening.ts';
import { type LatestHead, ResponseParser } from './response-parser.ts';

interface OriginPoolOptions {
  /** Starts to open a socket. */
  readonly open: () => SocketOpening;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Counts the idle connections of all pools together. */
  readonly kept: { count: number };
}

/** What a connection needs of an opening. */
export type SocketOpening = Pick<Opening, 'result' | 'startedAt' | 'timings' | 'read' | 'expire' | 'end'>;

/**
 * The connections to one origin over one route, at most `EXCHANGES_MAX`, each with one exchange at a time. Further
 * exchanges wait in order.
 */
export class OriginPool {
  readonly latestHead: LatestHead = { head: null, bytes: Buffer.alloc(0) };
  readonly options: OriginPoolOptions;
  readonly #connections = new Set<Connection>();
  /** The longest idle first. */
  readonly #idle: Connection[] = [];
  readonly #waiting: Exchange[] = [];
  #unsent: Connection[] = [];
  #immediate: NodeJS.Immediate | null = null;
  /** Counts turns of the event loop, while there is something to send. */
  turn = 0;

  constructor(options: OriginPoolOptions) {
    this.options = options;
  }

  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  /** Sends an exchange over a free connection or a new one, or puts it into the queue. */
  send(exchange: Exchange): void {
    const connection =
      this.#takeIdle(exchange.request.isOnce === true) ?? (this.#connections.size < EXCHANGES_MAX ? this.#add() : null);
    if (connection === null) this.#waiting.push(exchange);
    else connection.carry(exchange);
  }

  /**
   * Ends exchanges that are late, and closes connections that are no longer usable. Returns false when `until` has come
   * before all were looked at.
   */
  sweep(until: number): boolean {
    const now = this.options.now();
    for (let i = 0; i < this.#waiting.length; i++) {
      const exchange = this.#waiting[i];
      if (exchange === undefined || now < exchange.expiresAt) continue;
      this.#waiting.splice(i--, 1);
      exchange.fail(exchange.lateError);
      if (this.options.now() >= until) return false;
    }
    for (const connection of this.#connections) if (connection.sweep(now) && this.options.now() >= until) return false;
    return true;
  }

  /** Ends all exchanges with this error and closes all connections, without waiting. */
  close(error: EgressError): void {
    for (const exchange of this.#waiting.splice(0)) exchange.fail(error);
    for (const connection of this.#connections) connection.end(error);
  }

  /** Takes a connection whose exchange ended well. */
  release(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next !== undefined) connection.carry(next);
    else if (this.options.kept.count < KEPT_MAX) {
      this.options.kept.count++;
      this.#idle.push(connection);
    } else connection.close();
  }

  /** Forgets a closed connection. */
  remove(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) {
      this.#idle.splice(at, 1);
      this.options.kept.count--;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) this.#add().carry(next);
  }

  /**
   * Sends over a kept connection in one of the next turns of the event loop: after it has looked for bytes that came
   * after the last response, and would be taken for the next one, and has reported that the last request is written: it
   * reports this one turn late for TLS. Null only counts the turn.
   */
  sendSoon(connection: Connection | null): void {
    if (connection !== null) this.#unsent.push(connection);
    this.#immediate ??= setImmediate(() => {
      this.#immediate = null;
      this.turn++;
      for (const one of this.#unsent.splice(0))
        if (one.sendTurn <= this.turn) one.send();
        else this.sendSoon(one);
    });
  }

  /** The connection that was used last, if it may still be used. */
  #takeIdle(isOnce: boolean): Connection | null {
    const now = this.options.now();
    for (let connection = this.#idle.at(-1); connection !== undefined; connection = this.#idle.at(-1)) {
      if (isOnce && now >= connection.idleSince + ONCE_IDLE_MS) return null;
      this.#idle.pop();
      this.options.kept.count--;
      if (now < connection.idleUntil) return connection;
      connection.close();
    }
    return null;
  }

  #add(): Connection {
    const connection = new Connection(this);
    this.#connections.add(connection);
    return connection;
  }
}

/**
 * One connection: opening → sending → idle → sending → … → closed. While it is opening or sending it has an exchange. A
 * kept socket that turns out closed before a byte of the response arrived is replaced, and the exchange stays.
 */
class Connection {
  idleSince = 0;
  /** When the peer closes the idle socket, as far as it announced. */
  idleUntil = 0;
  /** The turn of the event loop from which on the kept socket may be written to. */
  sendTurn = 0;
  readonly #pool: OriginPool;
  readonly #parser: ResponseParser;
  #exchange: Exchange | null = null;
  #opening: SocketOpening | null = null;
  #socket: Socket | null = null;
  /** Whether the socket has carried an exchange before. */
  #isKept = false;

  constructor(pool: OriginPool) {
    this.#pool = pool;
    this.#parser = new ResponseParser(pool.latestHead);
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#socket === null) void this.#open(exchange);
    else this.#pool.sendSoon(this);
  }

  /**
   * Sends the exchange, unless it has ended or waits for a new socket. A socket that has not written the request before is
   * of no more use: the peer responded early, and possibly reads no further.
   */
  send(): void {
    const exchange = this.#exchange;
    if (this.#socket === null || exchange?.isSent === true) return;
    if (this.#socket.writableLength > 0) this.#replaceSocket(exchange);
    else if (exchange !== null) {
      this.#parser.begin(exchange.request.method);
      exchange.write(this.#socket);
    }
  }

  /** Ends an exchange or an idle time that lasted too long; returns whether it did. */
  sweep(now: number): boolean {
    const exchange = this.#exchange;
    if (now < (exchange?.expiresAt ?? this.idleUntil)) {
      const { connectTimeoutMs = 0 } = exchange?.request ?? {};
      if (this.#opening === null || now < this.#opening.startedAt + connectTimeoutMs) return false;
      this.#opening.expire(connectTimeoutMs);
    } else if (exchange === null) this.close();
    else if (this.#opening !== null) this.#opening.expire(exchange.request.timeoutMs);
    else this.end(exchange.lateError);
    return true;
  }

  end(error: EgressError): void {
    const exchange = this.#exchange;
    if (this.#opening !== null) this.#opening.end(error);
    else {
      this.close();
      exchange?.fail(error);
    }
  }

  close(): void {
    this.#dropSocket();
    this.#exchange = null;
    this.#pool.remove(this);
  }

  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }

  #replaceSocket(exchange: Exchange | null): void {
    if (exchange === null) this.close();
    else {
      exchange.prepareResend();
      this.#dropSocket();
      void this.#open(exchange);
    }
  }

  async #open(exchange: Exchange): Promise<void> {
    const opening = this.#pool.options.open();
    this.#opening = opening;
    const socket = await opening.result;
    this.#opening = null;
    exchange.stages = opening.timings;
    if (isFailure(socket) || socket.destroyed) {
      this.end(isFailure(socket) ? socket : LOST_AT_ONCE);
      return;
    }
    this.#socket = socket;
    this.#isKept = false;
    opening.read((bytes) => this.#onBytes(socket, bytes));
    socket.on('error', (error) => this.#onLost(socket, lostError(error)));
    socket.on('end', () => this.#onLost(socket, null));
    socket.on('close', () => this.#onLost(socket, null));
    this.send();
  }

  #onBytes(socket: Socket, bytes: Buffer): void {
    const exchange = this.#exchange;
    if (socket !== this.#socket || exchange?.isSent !== true) {
      this.#onLost(socket, null);
      return;
    }
    exchange.onBytes();
    const read = this.#parser.read(bytes, exchange);
    if (typeof read !== 'number') this.end(read);
    else if (this.#parser.isDone) this.#finish(exchange, read === bytes.length);
    else if (read < bytes.length) this.end({ kind: 'too_large', message: 'The response was cut.' });
  }

  /** The socket is of no more use; null: it ended without an error. */
  #onLost(socket: Socket, error: EgressError | null): void {
    if (socket !== this.#socket) return;
    const exchange = this.#exchange;
    const problem = error ?? lostError(null);
    const isSent = exchange?.isSent === true;
    if (isSent && error === null && this.#parser.endsWithConnection) this.#finish(exchange, false);
    else if (isSent && !(this.#isKept && problem.kind === 'reset' && exchange.mayResend)) this.end(problem);
    else this.#replaceSocket(exchange);
  }

  /** The response is complete. The connection is free before the exchange settles, so that the next one finds it. */
  #finish(exchange: Exchange, isExact: boolean): void {
    const { keepAliveMs } = exchange;
    if (isExact && keepAliveMs > 0 && this.#socket !== null) {
      this.#exchange = null;
      this.#isKept = true;
      this.idleSince = this.#pool.options.now();
      this.idleUntil = this.idleSince + keepAliveMs;
      // This turn ends, and the whole next one passes.
      this.sendTurn = this.#pool.turn + 2;
      this.#pool.sendSoon(this.#socket.writableLength === 0 ? null : this);
      this.#pool.release(this);
    } else this.close();
    exchange.respond(true);
  }
}

const LOST_AT_ONCE = {
  kind: 'connect',
  message: 'The peer closed the connection as soon as it was open; nothing was sent.',
} as const;

/** A request that must not be written twice goes over no socket that was idle for longer: many peers close after 5 s. */
const ONCE_IDLE_MS = 4_000;

/** For all pools together: each takes a file descriptor. */
const KEPT_MAX = 512;
