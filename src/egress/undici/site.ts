import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Client } from 'undici';
import type { TlsOptions } from '../egress.ts';
import type { Guard } from '../guard.ts';
import type { Target } from '../target.ts';
import type { Deadlines } from './deadlines.ts';
import type { Exchange } from './exchange.ts';
import { EgressFailure } from './failure.ts';
import { type InformationalFilter, skipInformational } from './informational.ts';
import { openSocket, type Stage } from './open-socket.ts';
import type { Dns } from './resolve.ts';

/** One connection at a time to a site, with at most one exchange on it. */
export interface Lane {
  /** The exchange goes on the wire: notes how its socket was opened. True when the socket had carried others before. */
  begin(exchange: Exchange): boolean;
  /** The first error of the current socket, or null. undici tells the last, which hides a TLS alert behind the closing. */
  socketError(): Error | null;
  /** The exchange ended well: the connection is free for the next. */
  release(): void;
  /** The connection is of no more use. */
  discard(): void;
  /** Discards the connection and sends the exchange again on a new one. */
  replace(exchange: Exchange): void;
}

export interface SiteOptions {
  readonly target: Target;
  readonly tls: TlsOptions | undefined;
  readonly guard: Guard;
  readonly dns: Dns;
  readonly deadlines: Deadlines;
  readonly now: () => number;
  /** Counts the kept connections that are free, of all sites together. */
  readonly kept: { count: number };
  /** Called when the last connection is gone and nothing waits. */
  readonly onEmpty: () => void;
}

/** The connections of one origin with one set of TLS options. */
export interface Site {
  /** Puts an exchange on a free connection, on a new one, or in the queue. It ends by its own deadline. */
  dispatch(exchange: Exchange): void;
  /** Ends all exchanges with this failure and closes all connections. Waits for nothing. */
  close(failure: EgressFailure): void;
}

/**
 * undici's Client carries one exchange at a time, and this keeps the Clients: its own Pool tells neither which socket
 * an exchange is on (needed to tell a stale socket from a failing peer, and for the timings) nor can an exchange that
 * still waits for its socket be ended.
 */
export function createSite({ target, tls, guard, dns, deadlines, now, kept, onEmpty }: SiteOptions): Site {
  const lanes = new Set<ClientLane>();
  const idle: ClientLane[] = [];
  const waiting: Exchange[] = [];
  let context: SecureContext | null = null;

  return {
    dispatch(exchange) {
      const lane = takeIdle() ?? (lanes.size < LANES_MAX ? openLane() : null);
      exchange.deadline = deadlines.start(exchange.options.timeoutMs, () => expire(exchange));
      if (lane !== null) lane.carry(exchange);
      else waiting.push(exchange);
    },
    close(failure) {
      for (const exchange of waiting.splice(0)) exchange.fail(failure);
      for (const lane of [...lanes]) lane.end(failure);
    },
  };

  function takeIdle(): ClientLane | undefined {
    const lane = idle.pop();
    if (lane !== undefined) kept.count--;
    return lane;
  }

  function openLane(): ClientLane {
    const lane = createLane();
    lanes.add(lane);
    return lane;
  }

  function expire(exchange: Exchange): void {
    const { lane } = exchange;
    const { timeoutMs } = exchange.options;
    if (exchange.isSent) {
      exchange.abort(new EgressFailure('timeout', `The exchange was not finished within ${timeoutMs} ms.`));
    } else if (lane !== null) {
      // Whichever stage of opening it is in, nothing was sent.
      (lane as ClientLane).expire(timeoutMs); // as: every lane of an exchange was made by this function
    } else {
      waiting.splice(waiting.indexOf(exchange), 1);
      exchange.fail({
        kind: 'connect',
        message: `No connection became free within ${timeoutMs} ms; nothing was sent.`,
      });
    }
  }

  function remove(lane: ClientLane): void {
    if (!lanes.delete(lane)) return;
    const at = idle.indexOf(lane);
    if (at !== -1) {
      idle.splice(at, 1);
      kept.count--;
    }
    const next = waiting.shift();
    if (next !== undefined) openLane().carry(next);
    else if (lanes.size === 0) onEmpty();
  }

  function createLane(): ClientLane {
    let exchange: Exchange | null = null;
    let opening: Opening | null = null;
    let filter: InformationalFilter | null = null;
    let isNew = false;
    let socketError: Error | null = null;

    const client = new Client(target.origin, {
      connect: (_options, callback) => {
        const current = exchange;
        opening = startOpening(current?.options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, current);
        opening.socket.then(
          (socket) => {
            opening = null;
            isNew = true;
            socketError = null;
            socket.on('error', (error: Error) => {
              socketError ??= error;
            });
            filter = skipInformational(socket, () => exchange?.onResponseStarted());
            callback(null, socket);
          },
          (error: Error) => {
            opening = null;
            callback(error, null);
          },
        );
      },
      allowH2: false,
      // One deadline bounds the whole exchange; these would set timers of their own.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEAD_BYTES_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
      keepAliveTimeoutThreshold: 1_000,
    });
    client.on('disconnect', () => {
      if (exchange === null) lane.discard();
    });

    const lane: ClientLane = {
      carry(next) {
        exchange = next;
        next.lane = lane;
        client.dispatch(next.options.dispatch, next);
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
        // Not at once: undici has yet to finish with the exchange, and checks a kept socket before it sends on it.
        queueMicrotask(() => {
          if (!lanes.has(lane)) return;
          const next = waiting.shift();
          if (next !== undefined) lane.carry(next);
          else if (kept.count < KEPT_MAX) {
            kept.count++;
            idle.push(lane);
          } else lane.discard();
        });
      },
      discard() {
        exchange = null;
        queueMicrotask(() => {
          client.destroy(null).catch(() => {});
          remove(lane);
        });
      },
      replace(stale) {
        exchange = null;
        queueMicrotask(() => {
          // The new lane takes the place of this one before anything that waits can.
          lanes.delete(lane);
          client.destroy(null).catch(() => {});
          if (stale.isSettled) return remove(openLane());
          openLane().carry(stale);
        });
      },
      expire(afterMs) {
        if (opening !== null) opening.expire(afterMs);
        else {
          exchange?.fail({ kind: 'connect', message: `The request could not be sent within ${afterMs} ms.` });
          lane.discard();
        }
      },
      end(failure) {
        exchange?.abort(failure);
        opening?.abort(failure);
        lane.discard();
      },
    };
    return lane;
  }

  function startOpening(timeoutMs: number, exchange: Exchange | null): Opening {
    const abort = new AbortController();
    let stage: Stage = 'dns';
    let began = 0;
    const expire = (afterMs: number) => abort.abort(new EgressFailure(stage, STAGE_WORDS[stage](target.host, afterMs)));
    const deadline = deadlines.start(timeoutMs, () => expire(timeoutMs));
    const socket = openSocket({
      target,
      guard,
      dns,
      secureContext: () => {
        context ??= secureContextFor(tls);
        return context;
      },
      signal: abort.signal,
      onBegin(next) {
        stage = next;
        began = now();
      },
      onEnd(ended) {
        if (exchange === null) return;
        const took = now() - began;
        if (ended === 'dns') exchange.dnsMs = target.literal === null ? took : null;
        else if (ended === 'connect') exchange.connectMs = took;
        else exchange.tlsMs = took;
      },
    }).finally(() => deadline.cancel());
    return { socket, expire, abort: (failure) => abort.abort(failure) };
  }
}

/** Made of PEM texts; the connection's CA is trusted beside the usual ones. Throws an EgressFailure. */
export function secureContextFor(tls: TlsOptions | undefined): SecureContext {
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(tls?.ca === undefined ? {} : { ca: [...getCACertificates('default'), tls.ca] }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
    });
  } catch {
    // The cause may quote the texts.
    throw new EgressFailure(
      'tls',
      'The CA, the client certificate or its key can not be read as PEM, or do not belong together.',
    );
  }
}

interface ClientLane extends Lane {
  carry(exchange: Exchange): void;
  /** Ends an exchange that was not sent yet. */
  expire(afterMs: number): void;
  end(failure: EgressFailure): void;
}

interface Opening {
  readonly socket: ReturnType<typeof openSocket>;
  expire(afterMs: number): void;
  abort(failure: EgressFailure): void;
}

/** What a stage is called when it did not end in time. Nothing was sent then. */
export const STAGE_WORDS: Readonly<Record<Stage, (host: string, afterMs: number) => string>> = {
  dns: (host, afterMs) => `DNS did not answer for ${host} within ${afterMs} ms.`,
  connect: (host, afterMs) =>
    `${host} did not accept the connection within ${afterMs} ms. Check address, port and firewalls.`,
  tls: (host, afterMs) => `${host} did not finish the TLS handshake within ${afterMs} ms.`,
};

/** Connections at a time to one site; what comes beyond waits. */
const LANES_MAX = 128;
/** Of all sites together: a file descriptor each. */
const KEPT_MAX = 512;
const HEAD_BYTES_MAX = 16 * 1024;
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MAX_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
