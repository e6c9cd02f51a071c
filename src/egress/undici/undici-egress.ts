import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { AllowRule } from '../allow.ts';
import type {
  Egress,
  EgressError,
  EgressOutcome,
  EgressProbe,
  EgressRequest,
  ProbeStep,
  TlsOptions,
} from '../egress.ts';
import { checkUrl, createGuard, type Guard, isInboxPath, type Listener } from '../guard.ts';
import { methodProblem, requestHeaders } from '../request-headers.ts';
import { parseTarget, type Target } from '../target.ts';
import { createDeadlines } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import { EgressFailure } from './failure.ts';
import { openSocket, type Stage } from './open-socket.ts';
import { createDns, type Dns } from './resolve.ts';
import { createSite, type Site, STAGE_WORDS, secureContextFor } from './site.ts';

export interface UndiciEgressOptions {
  /** What the operator let through although it is private; see parseAllowRules. */
  readonly allow: readonly AllowRule[];
  /** `address[:port]` of DNS servers to ask; empty for the system's resolver. Throws when one can't be read. */
  readonly dnsServers: readonly string[];
  /** Our own sockets and the database's, which are never reached. Asked at each new connection. */
  readonly ownListeners: () => readonly Listener[];
  /** Whether requests under `/inbox/` may reach a listener of ours that has the inbox. */
  readonly isInboxOpen: boolean;
  /** For `User-Agent: Millrace/<version>`. */
  readonly version: string;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * The way out over real sockets. Disposing it ends all exchanges with a `reset` and closes all connections at once;
 * whoever wants to finish what is on the wire waits for their sends first.
 */
export function undiciEgress(options: UndiciEgressOptions): Egress {
  const now = options.now ?? (() => performance.now());
  const guard = createGuard(options);
  const dns = createDns(options.dnsServers);
  const deadlines = createDeadlines(now);
  const sites = new Map<string, Site>();
  const kept = { count: 0 };
  const tlsKey = createTlsKeys();
  const targetOf = createTargets();
  const userAgent = `Millrace/${options.version}`;
  let isClosed = false;

  return {
    send(request) {
      return new Promise((resolve) => {
        if (isClosed) return resolve(refused({ kind: 'reset', message: STOPPED }));
        const target = targetOf(request.url);
        if ('reason' in target) return resolve(refused({ kind: 'blocked', message: sentence(target.reason) }));
        const dispatch = dispatchOptions(request, target, userAgent);
        if ('reason' in dispatch) return resolve(refused({ kind: 'blocked', message: sentence(dispatch.reason) }));
        const { connectTimeoutMs, timeoutMs, responseBytesMax, resendOnStale } = request;
        siteFor(target, request.tls).dispatch(
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

    probe: (request) => probe(request, guard, dns, now),

    check(url) {
      const target = checkUrl(guard, url);
      return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
    },

    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const site of [...sites.values()]) site.close(new EgressFailure('reset', STOPPED));
      dns[Symbol.dispose]();
      deadlines[Symbol.dispose]();
    },
  };

  function siteFor(target: Target, tls: TlsOptions | undefined): Site {
    // The inbox exception is judged when a socket is opened, so that its sockets must not carry other paths.
    const isInbox = options.isInboxOpen && isInboxPath(target);
    const key = tls === undefined && !isInbox ? target.origin : `${target.origin} ${isInbox} ${tls ? tlsKey(tls) : ''}`;
    let site = sites.get(key);
    if (site === undefined) {
      site = createSite({ target, tls, guard, dns, deadlines, now, kept, onEmpty: () => sites.delete(key) });
      sites.set(key, site);
    }
    return site;
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

async function probe(
  { url, tls, timeoutMs }: EgressProbe,
  guard: Guard,
  dns: Dns,
  now: () => number,
): Promise<ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const startedAt = now();
  const target = checkUrl(guard, url);
  if ('reason' in target) {
    return [failedStep('url', now() - startedAt, { kind: 'blocked', message: sentence(target.reason) })];
  }
  steps.push({ name: 'url', ok: true, durationMs: now() - startedAt, detail: target.origin });

  const abort = new AbortController();
  let stage: Stage = 'dns';
  let began = now();
  const timer = setTimeout(
    () => abort.abort(new EgressFailure(stage, STAGE_WORDS[stage](target.host, timeoutMs))),
    timeoutMs,
  );
  try {
    const socket = await openSocket({
      target,
      guard,
      dns,
      secureContext: () => secureContextFor(tls),
      signal: abort.signal,
      onBegin(next) {
        stage = next;
        began = now();
      },
      onEnd(name, detail) {
        steps.push({ name, ok: true, durationMs: now() - began, detail: detail() });
      },
    });
    socket.on('error', () => {}).destroy();
  } catch (error) {
    if (!(error instanceof EgressFailure)) throw error;
    steps.push(failedStep(stage, now() - began, { kind: error.kind, message: error.message }));
  } finally {
    clearTimeout(timer);
  }
  return steps;
}

function failedStep(name: ProbeStep['name'], durationMs: number, error: EgressError): ProbeStep {
  return { name, ok: false, durationMs, detail: error.message, error };
}

function refused(error: EgressError): EgressOutcome {
  return { kind: 'error', error, timings: NO_TIMINGS, resends: 0 };
}

/** One short key per set of TLS options; the private key itself is in none. */
function createTlsKeys(): (tls: TlsOptions) => string {
  const known = new WeakMap<TlsOptions, string>();
  return (tls) => {
    let key = known.get(tls);
    if (key === undefined) {
      key = createHash('sha256')
        .update(JSON.stringify([tls.ca, tls.cert, tls.key]))
        .digest('base64');
      known.set(tls, key);
    }
    return key;
  };
}

/** Parses URLs, and remembers the latest: most deliveries go to the same few, and parsing costs a tenth of sending. */
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
