import type { Socket } from 'node:net';
import { type EgressError, EXCHANGES_MAX } from '../../egress.ts';
import { isFailure, lostError } from '../connect/errors.ts';
import type { Opening } from '../connect/opening.ts';
import type { Exchange } from './exchange.ts';
import { LatestHead, ResponseParser } from './response-parser.ts';

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
  readonly latestHead = new LatestHead();
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
    const connection = this.#takeIdle() ?? (this.#connections.size < EXCHANGES_MAX ? this.#add() : null);
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
      const { timeoutMs } = exchange.request;
      const message = `No connection became free within ${timeoutMs} ms; nothing was sent.`;
      exchange.fail({ kind: 'connect', message });
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
   * Sends over a kept connection once the event loop has looked for bytes that it received after its last response:
   * they would be taken for the next one.
   */
  sendSoon(connection: Connection | null): void {
    if (connection !== null) this.#unsent.push(connection);
    this.#immediate ??= setImmediate(() => {
      this.#immediate = null;
      this.turn++;
      for (const one of this.#unsent.splice(0)) if (!one.send()) this.sendSoon(one);
    });
  }

  #takeIdle(): Connection | null {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      this.options.kept.count--;
      if (connection.isUsable) return connection;
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
  readonly #pool: OriginPool;
  readonly #parser: ResponseParser;
  #exchange: Exchange | null = null;
  #opening: SocketOpening | null = null;
  #socket: Socket | null = null;
  /** Whether the socket has carried an exchange before. */
  #isKept = false;
  #idleUntil = 0;
  #sendTurn = 0;

  constructor(pool: OriginPool) {
    this.#pool = pool;
    this.#parser = new ResponseParser(pool.latestHead);
  }

  /** Whether the peer still keeps the idle socket, as far as it announced. */
  get isUsable(): boolean {
    return this.#pool.options.now() < this.#idleUntil;
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#socket === null) void this.#open(exchange);
    else this.#pool.sendSoon(this);
  }

  /** Sends the exchange over the kept socket; returns false when it is too early. */
  send(): boolean {
    if (this.#pool.turn < this.#sendTurn) return false;
    // It may have ended, or have got a new socket.
    if (this.#socket !== null && this.#exchange?.isSent === false) this.#write(this.#exchange, this.#socket);
    return true;
  }

  /** Ends an exchange or an idle time that lasted too long; returns whether it did. */
  sweep(now: number): boolean {
    const exchange = this.#exchange;
    if (exchange === null) {
      if (now < this.#idleUntil) return false;
      this.close();
      return true;
    }
    const { timeoutMs, connectTimeoutMs } = exchange.request;
    const isLate = now >= exchange.expiresAt;
    if (this.#opening !== null) {
      if (!isLate && now < this.#opening.startedAt + connectTimeoutMs) return false;
      this.#opening.expire(isLate ? timeoutMs : connectTimeoutMs);
      return true;
    }
    if (isLate)
      this.end(
        exchange.isSent
          ? { kind: 'timeout', message: `The exchange was not finished within ${timeoutMs} ms.` }
          : { kind: 'connect', message: `The request could not be sent within ${timeoutMs} ms.` },
      );
    return isLate;
  }

  end(error: EgressError): void {
    if (this.#opening !== null) {
      this.#opening.end(error);
      return;
    }
    const exchange = this.#exchange;
    this.close();
    exchange?.fail(error);
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

  async #open(exchange: Exchange): Promise<void> {
    const opening = this.#pool.options.open();
    this.#opening = opening;
    const socket = await opening.result;
    this.#opening = null;
    Object.assign(exchange, opening.timings);
    if (isFailure(socket) || socket.destroyed) {
      this.close();
      exchange.fail(isFailure(socket) ? socket : lostError(null));
      return;
    }
    this.#socket = socket;
    this.#isKept = false;
    const whileOpen = (act: () => void) => {
      if (this.#socket === socket) act();
    };
    opening.read((bytes) => whileOpen(() => this.#onBytes(bytes)));
    socket.on('error', (error) => whileOpen(() => this.#onLost(lostError(error))));
    socket.on('end', () => whileOpen(() => this.#onEnd()));
    socket.on('close', () => whileOpen(() => this.#onLost(lostError(null))));
    this.#write(exchange, socket);
  }

  #write(exchange: Exchange, socket: Socket): void {
    this.#parser.begin(exchange.request.method);
    exchange.write(socket);
  }

  #onBytes(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange?.isSent !== true) {
      this.#onLost(lostError(null));
      return;
    }
    exchange.onBytes();
    const read = this.#parser.read(bytes, exchange);
    if (typeof read !== 'number') this.end(read);
    else if (this.#parser.isDone) this.#finish(exchange, read === bytes.length);
    else if (read < bytes.length) this.end({ kind: 'too_large', message: 'The response was cut.' });
  }

  #onEnd(): void {
    if (this.#exchange !== null && this.#parser.endsWithConnection) this.#finish(this.#exchange, false);
    else this.#onLost(lostError(null));
  }

  #onLost(error: EgressError): void {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.close();
      return;
    }
    if (exchange.isSent) {
      const { resendOnStale = true } = exchange.request;
      const isStale = this.#isKept && !exchange.isAnswered && error.kind === 'reset';
      if (!isStale || !resendOnStale) {
        this.end(error);
        return;
      }
      exchange.resend();
    }
    this.#dropSocket();
    void this.#open(exchange);
  }

  /** The response is complete. The connection is free before the exchange settles, so that the next one finds it. */
  #finish(exchange: Exchange, isExact: boolean): void {
    const { keepAliveMs } = exchange;
    if (isExact && keepAliveMs > 0 && this.#socket?.writableLength === 0) {
      this.#exchange = null;
      this.#isKept = true;
      this.#idleUntil = this.#pool.options.now() + keepAliveMs;
      // In the turn that follows this one.
      this.#sendTurn = this.#pool.turn + 2;
      this.#pool.sendSoon(null);
      this.#pool.release(this);
    } else this.close();
    exchange.respond(true);
  }
}

/** For all pools together: each takes a file descriptor. */
const KEPT_MAX = 512;
