import type { Socket } from 'node:net';
import { type EgressError, notWritten } from '../egress.ts';
import { isFailure, lostError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { Keepable, KeptConnections } from './kept-connections.ts';
import type { Opening } from './opening.ts';
import { type LatestHead, ResponseParser } from './response-parser.ts';

interface OriginPoolOptions {
  /** Starts to open a socket. */
  readonly open: () => SocketOpening;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** The idle connections of all pools. */
  readonly kept: KeptConnections;
}

/** What a connection needs of an opening. */
export type SocketOpening = Pick<Opening, 'result' | 'startedAt' | 'timings' | 'read' | 'expire' | 'end'>;

/** The connections to one origin over one route, each with one exchange at a time: as many as there are exchanges. */
export class OriginPool {
  readonly latestHead: LatestHead = { head: null, bytes: Buffer.alloc(0) };
  readonly options: OriginPoolOptions;
  readonly #connections = new Set<Connection>();
  /** The one that was used last is usually the last. */
  readonly #idle: Connection[] = [];
  #unsent: Connection[] = [];
  #immediate: NodeJS.Immediate | null = null;
  /** Before this time nothing is late. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** Counts turns of the event loop, while there is something to send. */
  turn = 0;

  constructor(options: OriginPoolOptions) {
    this.options = options;
  }

  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  /** Sends an exchange over a free connection or a new one. */
  send(exchange: Exchange): void {
    const connection = this.#takeIdle(exchange.request.isOnce === true) ?? this.#add();
    connection.carry(exchange);
  }

  /** A connection is late at this time. */
  expectAt(dueAt: number): void {
    if (dueAt < this.#dueAt) this.#dueAt = dueAt;
  }

  /**
   * Ends exchanges that are late, and closes connections that are no longer usable. Returns false when `until` has come
   * before all were looked at.
   */
  sweep(until: number): boolean {
    const now = this.options.now();
    if (now < this.#dueAt) return true;
    this.#dueAt = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections) {
      if (connection.sweep(now) && this.options.now() >= until) {
        this.#dueAt = now;
        return false;
      }
      this.expectAt(connection.dueAt);
    }
    return true;
  }

  /** Ends all exchanges with this error and closes all connections, without waiting. */
  close(error: EgressError): void {
    for (const connection of this.#connections) connection.end(error);
  }

  /** Keeps a connection whose exchange ended well. */
  keep(connection: Connection): void {
    connection.idleAt = this.#idle.push(connection) - 1;
    this.expectAt(connection.dueAt);
    this.options.kept.add(connection);
  }

  /** Forgets a closed connection. */
  remove(connection: Connection): void {
    this.#connections.delete(connection);
    if (connection.idleAt === -1) return;
    this.options.kept.remove(connection);
    const last = this.#idle.pop();
    if (last === undefined || last === connection) return;
    this.#idle[connection.idleAt] = last;
    last.idleAt = connection.idleAt;
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

  #takeIdle(isOnce: boolean): Connection | null {
    const now = this.options.now();
    for (let connection = this.#idle.at(-1); connection !== undefined; connection = this.#idle.at(-1)) {
      if (isOnce && now >= connection.idleSince + ONCE_IDLE_MS) return null;
      if (now >= connection.idleUntil) connection.close();
      else {
        this.#idle.pop();
        connection.idleAt = -1;
        this.options.kept.remove(connection);
        return connection;
      }
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
class Connection implements Keepable {
  before: Keepable | null = null;
  after: Keepable | null = null;
  /** Its place among the idle connections of the pool, or -1. */
  idleAt = -1;
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
    this.#pool.options.kept.begin();
    this.#pool.expectAt(exchange.expiresAt);
    if (this.#socket === null) void this.#open(exchange);
    else this.#pool.sendSoon(this);
  }

  /**
   * Sends the exchange, unless it has ended or waits for a new socket. A socket that has not written the request before, or
   * failed to, is of no more use: the peer responded early, and possibly reads no further.
   */
  send(): void {
    const exchange = this.#exchange;
    const socket = this.#socket;
    if (socket === null || exchange?.isSent === true) return;
    if (socket.writableLength > 0 || socket.errored !== null) this.#replaceSocket(exchange);
    else if (exchange?.request.mayWrite?.() === false) this.end(notWritten);
    else if (exchange !== null) {
      this.#parser.begin(exchange.request.method);
      exchange.write(socket);
    }
  }

  /** When the exchange, the opening or the idle time has lasted too long. */
  get dueAt(): number {
    const exchange = this.#exchange;
    if (exchange === null) return this.idleUntil;
    const { startedAt = Number.POSITIVE_INFINITY } = this.#opening ?? {};
    return Math.min(exchange.expiresAt, startedAt + exchange.request.connectTimeoutMs);
  }

  /** Ends an exchange or an idle time that lasted too long; returns whether it did. */
  sweep(now: number): boolean {
    if (now < this.dueAt) return false;
    const exchange = this.#exchange;
    if (exchange === null) this.close();
    else if (this.#opening === null) this.end(exchange.lateError);
    else {
      const { connectTimeoutMs, timeoutMs } = exchange.request;
      this.#opening.expire(now < exchange.expiresAt ? connectTimeoutMs : timeoutMs);
    }
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
    this.#free();
    this.#pool.remove(this);
  }

  #free(): void {
    if (this.#exchange !== null) this.#pool.options.kept.end();
    this.#exchange = null;
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
    this.#pool.expectAt(this.dueAt);
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
      this.#free();
      this.#isKept = true;
      this.idleSince = this.#pool.options.now();
      this.idleUntil = this.idleSince + keepAliveMs;
      // This turn ends, and the whole next one passes.
      this.sendTurn = this.#pool.turn + 2;
      this.#pool.sendSoon(this.#socket.writableLength === 0 ? null : this);
      this.#pool.keep(this);
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
