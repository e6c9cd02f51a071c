import type { Socket } from 'node:net';

/**
 * Spreads the opening of many connections over turns of the event loop, so that other work goes on in between: a TCP
 * connection takes a tenth of a millisecond of processor time, a TLS handshake one.
 *
 * What begins (connecting, TLS) has a few milliseconds of each turn; the rest waits, and origins take turns. Handshakes that
 * continue are as many as peers respond to at the same time: after some milliseconds in one turn the sockets of the others
 * are not read until the next one, and nothing new begins in it. A peer that does not respond takes no time, so it delays no other.
 */
export class OpeningTurns {
  readonly #now: () => number;
  /** By origin: beginnings that wait for a turn. */
  readonly #waiting = new Map<string, (() => void)[]>();
  /** The sockets under TLS handshakes that have begun. */
  readonly #shaking = new Set<Socket>();
  #arePaused = false;
  #immediate: NodeJS.Immediate | null = null;
  /** When the first work of this turn of the event loop began. */
  #turnStartedAt = 0;

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls `begin`, which does not throw, at once or in a later turn of the event loop. */
  begin(origin: string, begin: () => void): void {
    const hasTime = this.#spentMs() < BEGIN_MS && !this.#arePaused;
    const waiting = this.#waiting.get(origin);
    if (hasTime && this.#waiting.size === 0) begin();
    else if (waiting === undefined) this.#waiting.set(origin, [begin]);
    else waiting.push(begin);
  }

  /** A TLS handshake begins over this TCP socket. */
  shake(socket: Socket): void {
    this.#shaking.add(socket);
  }

  /** It is over. */
  endShake(socket: Socket): void {
    if (!this.#shaking.delete(socket) || this.#arePaused || this.#spentMs() < CONTINUE_MS) return;
    this.#arePaused = true;
    for (const other of this.#shaking) other.pause();
  }

  /** The time that passed in this turn since its first work. */
  #spentMs(): number {
    const now = this.#now();
    if (this.#immediate === null) {
      this.#immediate = setImmediate(() => this.#nextTurn());
      this.#turnStartedAt = now;
    }
    return now - this.#turnStartedAt;
  }

  #nextTurn(): void {
    this.#immediate = null;
    if (this.#waiting.size > 0) this.#spentMs();
    if (this.#arePaused) {
      this.#arePaused = false;
      for (const socket of this.#shaking) socket.resume();
      // They go first.
      return;
    }
    while (this.#waiting.size > 0) {
      this.#beginNext();
      if (this.#spentMs() >= BEGIN_MS) return;
    }
  }

  /** Begins the first one that waits for the next origin, which is the last in the list then. */
  #beginNext(): void {
    for (const [origin, waiting] of this.#waiting) {
      this.#waiting.delete(origin);
      const begin = waiting.shift();
      if (waiting.length > 0) this.#waiting.set(origin, waiting);
      begin?.();
      return;
    }
  }
}

const BEGIN_MS = 8;
const CONTINUE_MS = 16;
