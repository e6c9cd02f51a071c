import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { EgressError } from '../../egress.ts';
import type { Target } from '../../guard/target-url.ts';
import { createHold, type Hold, isFailure } from './cancellation.ts';
import { tunnel } from './proxy-tunnel.ts';
import { addressText, checkedAddresses, dial, type GuardedDns, placeText } from './tcp.ts';
import { describeTls, secure } from './tls.ts';

/** How the sockets of an origin pool are opened. */
export interface Way extends GuardedDns {
  readonly target: Target;
  readonly proxy: HttpProxy | null;
  /** Called when TLS starts. */
  readonly secureContext: () => SecureContext | EgressError;
}

/** An HTTP proxy that connects to the checked address of a target. */
export interface HttpProxy {
  readonly target: Target;
  /** `Proxy-Authorization`, or null. */
  readonly authorization: string | null;
  /** Without the client certificate, which is only for the target. */
  readonly secureContext: () => SecureContext | EgressError;
}

/** Called when each stage begins and ends. */
interface Watcher {
  onBegin(stage: Stage): void;
  onEnd(stage: Stage, detail: () => string): void;
}

type Stage = 'dns' | 'connect' | 'tls';

export interface Opening {
  /**
   * The open socket, or the error, after which nothing was sent. Errors of the socket are handled even without a
   * listener.
   */
  readonly result: Promise<Socket | EgressError>;
  /** Ends the opening because its stage took too long. */
  expire(afterMs: number): void;
  end(error: EgressError): void;
}

/**
 * Opens a socket to a target: resolves its host, has the guard check every address, connects to one of them without a
 * second lookup, has the guard check the remote address of the socket, and verifies the certificate. A proxy is
 * resolved, checked and connected to in the same way, and then gets the target's address. Each new socket is checked
 * again.
 */
export function openSocket(way: Way, watcher: Watcher): Opening {
  const hold = createHold();
  let stage: Stage = 'dns';
  const noted: Watcher = {
    onBegin(next) {
      stage = next;
      watcher.onBegin(next);
    },
    onEnd: (ended, detail) => watcher.onEnd(ended, detail),
  };
  return {
    result: walk(way, noted, hold).then((walked) => {
      const result = hold.ended ?? walked;
      if (isFailure(result)) hold.drop();
      return result;
    }),
    expire: (afterMs) => hold.end(lateAt(stage, way, afterMs)),
    end: hold.end,
  };
}

async function walk(way: Way, { onBegin, onEnd }: Watcher, hold: Hold): Promise<Socket | EgressError> {
  const { target, proxy, guard } = way;
  onBegin('dns');
  const addresses = await checkedAddresses(target, way, hold);
  if (isFailure(addresses)) return addresses;
  const stops = proxy === null ? addresses : await checkedAddresses(proxy.target, way, hold);
  if (isFailure(stops)) return proxy === null ? stops : culprit(proxy, stops, hold);
  onEnd('dns', () => {
    const found = `${target.host} is ${addresses.map(addressText).join(', ')}`;
    return proxy === null ? found : `${found}; the proxy ${proxy.target.host} is ${stops.map(addressText).join(', ')}`;
  });

  onBegin('connect');
  const place = placeText(addressText(addresses[0] ?? []), target.port);
  const dialed = await dial(proxy?.target ?? target, stops, guard, hold);
  const socket = proxy === null ? dialed : await connectThrough(proxy, dialed, place, hold);
  if (isFailure(socket)) return socket;
  onEnd('connect', () =>
    proxy === null
      ? `Connected to ${placeText(socket.remoteAddress ?? '', target.port)}`
      : `Connected to ${place} through the proxy ${proxy.target.origin}`,
  );
  if (!target.isTls) return socket;

  onBegin('tls');
  const context = way.secureContext();
  const secured = isFailure(context) ? context : await secure(socket, target, context, hold);
  if (!isFailure(secured)) onEnd('tls', () => describeTls(secured));
  return secured;
}

async function connectThrough(
  proxy: HttpProxy,
  dialed: Socket | EgressError,
  place: string,
  hold: Hold,
): Promise<Socket | EgressError> {
  if (isFailure(dialed)) return culprit(proxy, dialed, hold);
  const context = proxy.target.isTls ? proxy.secureContext() : null;
  if (context !== null && isFailure(context)) return context;
  const open = context === null ? dialed : await secure(dialed, proxy.target, context, hold);
  if (isFailure(open)) return culprit(proxy, open, hold);
  const through = await tunnel(open, { place, authorization: proxy.authorization }, hold);
  return isFailure(through) ? culprit(proxy, through, hold) : through;
}

/**
 * An error at the proxy means that the target was not reached: all but a blocked or unknown address are reported as
 * `connect`.
 */
function culprit({ target }: HttpProxy, error: EgressError, hold: Hold): EgressError {
  if (error === hold.ended) return error;
  const kind = error.kind === 'blocked' || error.kind === 'dns' ? error.kind : 'connect';
  return { kind, message: `${nameOf(target)}: ${error.message}` };
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
  return `Proxy ${placeText(host, port)}`;
}
