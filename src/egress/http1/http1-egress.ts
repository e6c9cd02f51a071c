import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type {
  Egress,
  EgressConnect,
  EgressConnection,
  EgressError,
  EgressOutcome,
  EgressProbe,
  EgressRequest,
  ProbeStep,
} from '../egress.ts';
import type { AllowRule } from '../guard/allow-list.ts';
import { checkMailHost, checkUrl, createGuard, type Listener } from '../guard/guard.ts';
import { isInboxPath } from '../guard/inbox-path.ts';
import { methodProblem, requestHeaders } from '../guard/request-headers.ts';
import { parseTarget, type Target } from '../guard/target-url.ts';
import { isFailure } from './connect/cancellation.ts';
import { openSocket } from './connect/connect.ts';
import { createDns } from './connect/dns.ts';
import { EgressFailure } from './connect/errors.ts';
import { secureContextFor } from './connect/tls.ts';
import { createDeadlines } from './pool/deadlines.ts';
import { Exchange } from './pool/exchange.ts';
import { createOriginPool, type Pool } from './pool/origin-pool.ts';
import { createPoolKeys, type Route } from './pool/pool-key.ts';

export interface Http1EgressOptions {
  /** Private addresses that the operator allows; see parseAllowRules. */
  readonly allow: readonly AllowRule[];
  /** `address[:port]` of DNS servers to ask; empty for the system's resolver. Throws when one is invalid. */
  readonly dnsServers: readonly string[];
  /** Sockets of this server and the database's, which are never reachable. Called at each new connection. */
  readonly ownListeners: () => readonly Listener[];
  /** Whether requests under `/inbox/` may reach a listener of this server that has the inbox. */
  readonly isInboxOpen: boolean;
  /** For `User-Agent: Millrace/<version>`. */
  readonly version: string;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * The egress over real sockets. Disposing it ends all exchanges with a `reset` and closes all connections at once; to
 * finish requests in flight, wait for them first.
 */
export function http1Egress(options: Http1EgressOptions): Egress {
  const now = options.now ?? (() => performance.now());
  const guard = createGuard(options);
  const dns = createDns(options.dnsServers);
  const deadlines = createDeadlines(now);
  const pools = new Map<string, Pool>();
  const kept = { count: 0 };
  const ways = createPoolKeys({ guard, dns });
  const targetOf = createTargets();
  const userAgent = `Millrace/${options.version}`;
  /** Sockets used by callers of `connect`. */
  const open = new Set<Socket>();
  let isClosed = false;

  return {
    send(request) {
      return new Promise((resolve) => {
        if (isClosed) return resolve(refused({ kind: 'reset', message: STOPPED }));
        const target = targetOf(request.url);
        if ('reason' in target) return resolve(refused({ kind: 'blocked', message: sentence(target.reason) }));
        const dispatch = dispatchOptions(request, target, userAgent);
        if ('reason' in dispatch) return resolve(refused({ kind: 'blocked', message: sentence(dispatch.reason) }));
        const pool = poolFor(target, request);
        if ('reason' in pool) return resolve(refused({ kind: 'blocked', message: sentence(pool.reason) }));
        const { connectTimeoutMs, timeoutMs, responseBytesMax, resendOnStale } = request;
        pool.dispatch(
          new Exchange({
            dispatch,
            connectTimeoutMs,
            timeoutMs,
            responseBytesMax,
            resendOnStale,
            now,
            onOutcome: resolve,
          }),
        );
      });
    },

    probe,

    check(url) {
      const target = checkUrl(guard, url);
      return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
    },

    connect,

    checkHost(host, port) {
      const target = checkMailHost(guard, host, port);
      return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
    },

    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const socket of open) socket.destroy();
      for (const pool of [...pools.values()]) pool.close(new EgressFailure('reset', STOPPED));
      dns[Symbol.dispose]();
      deadlines[Symbol.dispose]();
    },
  };

  function poolFor(target: Target, route: Route): Pool | { readonly reason: string } {
    // The inbox exception is checked when a socket is opened, so its sockets must not carry other paths.
    const isInbox = options.isInboxOpen && isInboxPath(target);
    const routeKey = ways.keyOf(route);
    const key = routeKey === '' && !isInbox ? target.origin : `${target.origin} ${isInbox} ${routeKey}`;
    let pool = pools.get(key);
    if (pool === undefined) {
      const way = ways.wayTo(target, route);
      if ('reason' in way) return way;
      pool = createOriginPool({ way, deadlines, now, kept, onEmpty: () => pools.delete(key) });
      pools.set(key, pool);
    }
    return pool;
  }

  async function connect({ host, port, tls, timeoutMs }: EgressConnect): Promise<EgressConnection> {
    if (isClosed) return { kind: 'error', error: { kind: 'reset', message: STOPPED } };
    const target = checkMailHost(guard, host, port);
    const way = 'reason' in target ? target : ways.wayTo({ ...target, isTls: false }, {});
    if ('reason' in way) return { kind: 'error', error: { kind: 'blocked', message: sentence(way.reason) } };
    const secureContext = secureContextFor(tls);
    if (isFailure(secureContext)) return { kind: 'error', error: secureContext };
    const opening = openSocket(way, { onBegin() {}, onEnd() {} });
    const deadline = deadlines.start(timeoutMs, () => opening.expire(timeoutMs));
    const socket = await opening.result;
    deadline.cancel();
    if (isFailure(socket)) return { kind: 'error', error: socket };
    if (isClosed) {
      socket.destroy();
      return { kind: 'error', error: { kind: 'reset', message: STOPPED } };
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return { kind: 'open', socket, secureContext };
  }

  async function probe(request: EgressProbe): Promise<ProbeStep[]> {
    const { url, timeoutMs } = request;
    const steps: ProbeStep[] = [];
    const startedAt = now();
    const target = checkUrl(guard, url);
    const way = 'reason' in target ? target : ways.wayTo(target, request);
    if ('reason' in way)
      return [failedStep('url', now() - startedAt, { kind: 'blocked', message: sentence(way.reason) })];
    steps.push({ name: 'url', ok: true, durationMs: now() - startedAt, detail: way.target.origin });

    let stage: ProbeStep['name'] = 'dns';
    let began = now();
    const opening = openSocket(way, {
      onBegin(next) {
        stage = next;
        began = now();
      },
      onEnd(name, detail) {
        steps.push({ name, ok: true, durationMs: now() - began, detail: detail() });
      },
    });
    const deadline = deadlines.start(timeoutMs, () => opening.expire(timeoutMs));
    const socket = await opening.result;
    deadline.cancel();
    if (isFailure(socket)) steps.push(failedStep(stage, now() - began, socket));
    else socket.destroy();
    return steps;
  }
}

function dispatchOptions(
  request: EgressRequest,
  target: Target,
  userAgent: string,
): Dispatcher.DispatchOptions | { readonly reason: string } {
  const reason = methodProblem(request.method);
  if (reason !== null) return { reason };
  const headers = requestHeaders(request.headers, userAgent);
  if ('reason' in headers) return headers;
  return { path: target.path, method: request.method, headers, body: request.body };
}

function failedStep(name: ProbeStep['name'], durationMs: number, error: EgressError): ProbeStep {
  return { name, ok: false, durationMs, detail: error.message, error };
}

function refused(error: EgressError): EgressOutcome {
  return { kind: 'error', error, timings: NO_TIMINGS, resends: 0 };
}

/** Parses URLs, and caches the latest: most deliveries have the same few, and parsing costs a tenth of sending. */
function createTargets(): (url: string) => ReturnType<typeof parseTarget> {
  const known = new Map<string, ReturnType<typeof parseTarget>>();
  return (url) => {
    let target = known.get(url);
    if (target === undefined) {
      target = parseTarget(url);
      if (known.size >= 1_000) known.clear();
      if (url.length <= 1_000) known.set(url, target);
    }
    return target;
  };
}

function sentence(reason: string): string {
  return `Not sent: ${reason}.`;
}

const STOPPED = 'This server is stopping.';
const NO_TIMINGS = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 };
