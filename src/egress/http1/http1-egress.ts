import { recentValues } from '../../async/recent-values.ts';
import type {
  Egress,
  EgressCheck,
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
import { parseTarget, type Target } from '../guard/target-url.ts';
import { createDns } from './dns.ts';
import { Exchange, requestHead } from './exchange.ts';
import { KeptConnections } from './kept-connections.ts';
import { openFilesMax } from './open-files.ts';
import { Opening } from './opening.ts';
import { OpeningTurns } from './opening-turns.ts';
import { OriginPool } from './origin-pool.ts';
import { blocked, SingleSockets, STOPPED } from './single-sockets.ts';
import { TlsSessions } from './tls-sessions.ts';
import { type Guides, type Route, routeKey, wayTo } from './way.ts';

export interface Http1EgressOptions {
  /** Private addresses that the operator allows; see parseAllowRules. */
  readonly allow: readonly AllowRule[];
  /** `address[:port]` of DNS servers to ask; empty for the system's resolver. Throws when one is invalid. */
  readonly dnsServers: readonly string[];
  /** Sockets of this server and the database's, which are never reachable. Called at each new connection. */
  readonly ownListeners: () => readonly Listener[];
  /** Whether requests under `/inbox/` may reach a listener of this server that has the inbox. */
  readonly isInboxOpen: () => boolean;
  /** For `User-Agent: Millrace/<version>`. */
  readonly version: string;
  /** How many file descriptors the process may have. Default: as the system says. */
  readonly openFilesMax?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * The egress over real sockets. Disposing it ends all exchanges with a `reset` and closes all connections at once; to
 * finish requests in flight, wait for them first.
 */
export function http1Egress(options: Http1EgressOptions): Egress {
  return new Http1Egress(options);
}

class Http1Egress implements Egress {
  readonly #options: Http1EgressOptions;
  readonly #now: () => number;
  readonly #guides: Guides;
  readonly #userAgent: string;
  readonly #pools = new Map<string, OriginPool>();
  readonly #kept: KeptConnections;
  /** Most deliveries have the same URLs, and parsing one costs a tenth of sending. */
  readonly #targets = recentValues(8_192, parseTarget);
  readonly #single: SingleSockets;
  /** Runs while there are pools. */
  #timer: NodeJS.Timeout | null = null;
  /** A sweep that ran out of time continues in the next turn of the event loop. */
  #isSweeping = false;
  #isClosed = false;

  constructor(options: Http1EgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#guides = {
      guard: createGuard(options),
      dns: createDns(options.dnsServers),
      turns: new OpeningTurns(this.#now),
      sessions: new TlsSessions(this.#now),
    };
    this.#kept = new KeptConnections(options.openFilesMax ?? openFilesMax());
    this.#single = new SingleSockets({ ...this.#guides, sessions: null }, this.#now);
    this.#userAgent = `Millrace/${options.version}`;
  }

  send(request: EgressRequest): Promise<EgressOutcome> {
    if (this.#isClosed) return refused(STOPPED);
    const target = this.#targetOf(request.url);
    if ('reason' in target) return refused(blocked(target));
    const head = requestHead(request, target, this.#userAgent);
    if (typeof head !== 'string') return refused(blocked(head));
    const pool = this.#poolFor(target, request);
    if ('reason' in pool) return refused(blocked(pool));
    return new Promise((resolve) => pool.send(new Exchange(request, head, this.#now, resolve)));
  }

  probe(request: EgressProbe): Promise<ProbeStep[]> {
    return this.#single.probe(request);
  }

  connect(to: EgressConnect): Promise<EgressConnection> {
    return this.#single.connect(to);
  }

  check(url: string): EgressCheck {
    const target = checkUrl(this.#guides.guard, url);
    return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
  }

  checkHost(host: string, port: number): EgressCheck {
    const target = checkMailHost(this.#guides.guard, host, port);
    return 'reason' in target ? { ok: false, reason: target.reason } : { ok: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#single[Symbol.dispose]();
    for (const pool of this.#pools.values()) pool.close(STOPPED);
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#guides.dns[Symbol.dispose]();
  }

  #targetOf(url: string): ReturnType<typeof parseTarget> {
    return url.length > 1_000 ? parseTarget(url) : this.#targets(url);
  }

  #poolFor(target: Target, route: Route): OriginPool | { readonly reason: string } {
    // The inbox exception is checked when a socket is opened, so its sockets must not carry other paths.
    const isInbox = target.isInbox && this.#options.isInboxOpen();
    const byRoute = route.tls === undefined && route.proxy === undefined ? '' : routeKey(route);
    const key = byRoute === '' && !isInbox ? target.origin : `${target.origin} ${isInbox} ${byRoute}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const way = wayTo(target, route, this.#guides);
      if ('reason' in way) return way;
      const open = () => new Opening(way, this.#now);
      pool = new OriginPool({ open, now: this.#now, kept: this.#kept });
      this.#pools.set(key, pool);
      this.#timer ??= setInterval(() => this.#isSweeping || this.#sweep(), SWEEP_MS);
    }
    return pool;
  }

  /** Ends late exchanges and idle connections: one timer for all, since one for each would cost more than sending. */
  #sweep(): void {
    const now = this.#now();
    const until = now + WORK_MS;
    this.#kept.sweep(now);
    for (const [key, pool] of this.#pools) {
      if (!pool.sweep(until)) {
        // Many are late: other work of the process goes first.
        this.#isSweeping = true;
        setImmediate(() => this.#sweep());
        return;
      }
      if (pool.isEmpty) this.#pools.delete(key);
    }
    this.#isSweeping = false;
    if (this.#pools.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

function refused(error: EgressError): Promise<EgressOutcome> {
  return Promise.resolve({ kind: 'error', error, timings: NO_TIMINGS, resends: 0 });
}

const NO_TIMINGS = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 };
/** How late a deadline may be. */
const SWEEP_MS = 10;
const WORK_MS = 0.5;
