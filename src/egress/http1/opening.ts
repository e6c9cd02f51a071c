import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { EgressError, EgressTimings } from '../egress.ts';
import type { Address } from '../guard/special-ranges.ts';
import type { Target } from '../guard/target-url.ts';
import { connectError, isFailure } from './errors.ts';
import { tunnel } from './proxy-tunnel.ts';
import { addressText, addressWithPort, checkedAddresses, dial, type SocketOwner } from './tcp.ts';
import { describeTls, secure, type TlsWay } from './tls.ts';
import type { HttpProxy, Way } from './way.ts';

type Stage = 'dns' | 'connect' | 'tls';

/**
 * Opens a socket to a target: resolves its host, has the guard check every address, connects to one of them without a
 * second lookup, has the guard check the remote address of the socket, and verifies the certificate. A proxy is
 * resolved, checked and connected to in the same way, and then gets the target's address. Each new socket is checked
 * again.
 */
export class Opening {
  /** The open socket, or the error, after which nothing was sent. Errors of the socket need no listener. */
  readonly result: Promise<Socket | EgressError>;
  /** The stages that succeeded; `detail` is for people. */
  readonly steps: { readonly name: Stage; readonly durationMs: number; readonly detail: () => string }[] = [];
  /** The stage that is running, or that failed. */
  stage: Stage = 'dns';
  /** Monotonic milliseconds, as if the opening had not waited for its turns. */
  stageStartedAt: number;

  readonly #way: Way;
  readonly #now: () => number;
  /** The TCP socket first, then those over it. */
  readonly #sockets: Socket[] = [];
  #startedAt: number;
  /** When it began to wait for a turn; null: it does not wait. */
  #waitsSince: number | null = null;
  readonly #owner: SocketOwner = { keep: (socket) => this.#keep(socket), take: null };
  readonly #resolve: (result: Socket | EgressError) => void;
  /** Whether a handshake runs that offers a session. */
  #isResuming = false;
  #isOver = false;

  constructor(way: Way, now: () => number) {
    this.#way = way;
    this.#now = now;
    this.#startedAt = now();
    this.stageStartedAt = this.#startedAt;
    const { promise, resolve } = Promise.withResolvers<Socket | EgressError>();
    this.result = promise;
    this.#resolve = resolve;
    void this.#inTurn(() => this.#open()).then(
      (result) => this.end(result),
      (error) => this.end(connectError(error, way.target.host)),
    );
  }

  /** Monotonic milliseconds, as if the opening had not waited for its turns. */
  get startedAt(): number {
    return this.#waitsSince === null ? this.#startedAt : this.#startedAt + this.#now() - this.#waitsSince;
  }

  /** Durations of the stages; null for a lookup that was not needed. */
  get timings(): Pick<EgressTimings, 'dnsMs' | 'connectMs' | 'tlsMs'> {
    const { target, proxy } = this.#way;
    const isLookedUp = target.literal === null || (proxy !== null && proxy.target.literal === null);
    const of = (stage: Stage) => this.steps.find(({ name }) => name === stage)?.durationMs ?? null;
    return { dnsMs: isLookedUp ? of('dns') : null, connectMs: of('connect'), tlsMs: of('tls') };
  }

  /** Passes on what the open socket receives. The bytes may be overwritten after each call. */
  read(take: (bytes: Buffer) => void): void {
    if (this.#sockets.length === 1) this.#owner.take = take;
    else this.#sockets.at(-1)?.on('data', take);
  }

  /** Ends the opening because its stage took too long. */
  expire(afterMs: number): void {
    if (this.#isResuming) this.#way.sessions?.forget();
    this.end(lateAt(this.stage, this.#way, afterMs));
  }

  /** Ends the opening with this result, unless it has one; an error also destroys its sockets. */
  end(result: Socket | EgressError): void {
    this.#endShake();
    if (isFailure(result)) this.#dropSockets();
    this.#isOver = true;
    this.#resolve(result);
  }

  #endShake(): void {
    const tcp = this.#sockets[0];
    if (tcp !== undefined) this.#way.turns.endShake(tcp);
  }

  #dropSockets(): void {
    this.#endShake();
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  /** Stays unfinished when its sockets are destroyed. */
  async #open(): Promise<Socket | EgressError> {
    const { target, proxy } = this.#way;
    const addresses = await checkedAddresses(target, this.#way);
    if (isFailure(addresses)) return addresses;
    const stops = proxy === null ? addresses : await checkedAddresses(proxy.target, this.#way);
    if (isFailure(stops)) return culprit(proxy, stops);
    if (this.#isOver) return lateAt('dns', this.#way, 0);
    this.#finish('connect', () => {
      const found = `${target.host} resolved to ${addresses.map(addressText).join(', ')}`;
      return proxy === null
        ? found
        : `${found}; the proxy ${proxy.target.host} resolved to ${stops.map(addressText).join(', ')}`;
    });

    const opened = await this.#reach(addresses, stops);
    if (!isFailure(opened) || !this.#isResuming || this.#isOver) return opened;
    // The peer possibly refused the session that it was offered, which is forgotten now.
    this.#dropSockets();
    this.steps.length = 1;
    this.stage = 'connect';
    return await this.#reach(addresses, stops);
  }

  async #reach(addresses: readonly Address[], stops: readonly Address[]): Promise<Socket | EgressError> {
    const { target, proxy, guard } = this.#way;
    const place = addressWithPort(addressText(addresses[0] ?? []), target.port);
    const dialed = await this.#inTurn(() => dial(proxy?.target ?? target, stops, guard, this.#owner));
    const socket = proxy === null || isFailure(dialed) ? dialed : await this.#throughProxy(proxy, dialed, place);
    if (isFailure(socket)) return culprit(proxy, socket);
    const remote = addressWithPort(socket.remoteAddress ?? '', target.port);
    this.#finish('tls', () =>
      proxy === null ? `Connected to ${remote}` : `Connected to ${place} through the proxy ${proxy.target.origin}`,
    );
    if (!target.isTls) return socket;

    const secured = await this.#secure(socket, target, this.#way);
    if (!isFailure(secured)) this.#finish('tls', () => describeTls(secured));
    return secured;
  }

  async #throughProxy(proxy: HttpProxy, dialed: Socket, place: string): Promise<Socket | EgressError> {
    const socket = proxy.target.isTls ? await this.#secure(dialed, proxy.target, proxy) : dialed;
    return isFailure(socket) ? socket : await tunnel(socket, place, proxy.authorization);
  }

  async #secure(socket: Socket, target: Target, way: TlsWay): Promise<TLSSocket | EgressError> {
    // TLS reads the socket itself, also its end.
    socket.pause();
    const secured = await this.#inTurn(() => {
      const tcp = this.#sockets[0];
      if (tcp !== undefined) this.#way.turns.shake(tcp);
      this.#isResuming = way.sessions?.has() === true;
      return secure(socket, target, way, this.#owner.keep);
    });
    if (!isFailure(secured)) this.#isResuming = false;
    return secured;
  }

  /** Does a step when there is time for it, unless the opening is over by then. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waitsSince = this.#now();
      this.#way.turns.begin(this.#way.target.origin, () => {
        const waitedMs = this.#now() - (this.#waitsSince ?? 0);
        this.#waitsSince = null;
        this.#startedAt += waitedMs;
        this.stageStartedAt += waitedMs;
        if (this.#isOver) return;
        try {
          resolve(step());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.push(socket);
    if (this.#isOver) socket.destroy();
  }

  /** The present stage succeeded. */
  #finish(next: Stage, detail: () => string): void {
    const now = this.#now();
    this.steps.push({ name: this.stage, durationMs: roundedMs(now - this.stageStartedAt), detail });
    this.stage = next;
    this.stageStartedAt = now;
  }
}

/** To the microsecond: more digits are noise, and would be in each attempt and its log line. */
const roundedMs = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/**
 * An error at the proxy means that the target was not reached: all but a blocked or unknown address are reported as
 * `connect`.
 */
function culprit(proxy: HttpProxy | null, error: EgressError): EgressError {
  if (proxy === null) return error;
  const kind = error.kind === 'blocked' || error.kind === 'dns' ? error.kind : 'connect';
  return { kind, message: `${nameOf(proxy.target)}: ${error.message}` };
}

function lateAt(stage: Stage, { target: { host }, proxy }: Way, afterMs: number): EgressError {
  const late = `within ${afterMs} ms.`;
  if (stage === 'tls') return { kind: stage, message: `${host} did not finish the TLS handshake ${late}` };
  if (stage === 'dns') {
    const names = proxy === null ? host : `${host} and the proxy ${proxy.target.host}`;
    return { kind: stage, message: `DNS did not answer for ${names} ${late}` };
  }
  const message =
    proxy === null
      ? `${host} did not accept the connection ${late} Check address, port and firewalls.`
      : `${nameOf(proxy.target)}: it did not connect to ${host} ${late}`;
  return { kind: stage, message };
}

function nameOf({ host, port }: Target): string {
  return `Proxy ${addressWithPort(host, port)}`;
}
