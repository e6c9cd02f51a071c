import { connect, type Socket } from 'node:net';
import { type SecureContext, connect as startTls, type TLSSocket } from 'node:tls';
import ipaddr from 'ipaddr.js';
import { type Address, parseAddress } from '../address.ts';
import type { Guard } from '../guard.ts';
import type { Target } from '../target.ts';
import { connectError, dnsError, EgressFailure, tlsError } from './failure.ts';
import type { Dns } from './resolve.ts';

/** What opening a socket needs. */
export interface Opening {
  readonly target: Target;
  readonly guard: Guard;
  readonly dns: Dns;
  /** Made when TLS starts. May throw when certificate or key can't be read. */
  readonly secureContext: () => SecureContext;
  /** Ends the opening; the reason is what it rejects with. */
  readonly signal: AbortSignal;
  /** Told as each stage begins and ends. */
  readonly onBegin: (stage: Stage) => void;
  readonly onEnd: (stage: Stage, detail: () => string) => void;
}

export type Stage = 'dns' | 'connect' | 'tls';

/**
 * Opens a socket to a target: looks its host up, has the guard judge every address (one that is blocked blocks the
 * name), connects to one of these addresses without a second look-up, has the guard judge the far end of the socket,
 * and verifies the certificate. Rejects with an EgressFailure. Errors of
 * the open socket crash nothing when nobody listens yet.
 */
export async function openSocket(opening: Opening): Promise<Socket> {
  const { target, signal, onBegin, onEnd } = opening;
  onBegin('dns');
  const addresses = await checkedAddresses(opening);
  onEnd('dns', () => `${target.host} is ${addresses.map(nameOf).join(', ')}`);

  onBegin('connect');
  const socket = await connectTo(addresses, opening);
  onEnd('connect', () => `Connected to ${placeOf(socket.remoteAddress ?? '', target.port)}`);
  if (!target.isTls) return socket;

  onBegin('tls');
  const secured = await secure(socket, opening);
  signal.throwIfAborted();
  onEnd('tls', () => describeTls(secured));
  return secured;
}

async function checkedAddresses({ target, guard, dns, signal }: Opening): Promise<Address[]> {
  const known = guard.known(target);
  if (known !== null && 'reason' in known) throw blocked(target, known.reason);
  if (known !== null) return known;
  const addresses = await untilAborted(dns.resolve(target.host), signal).catch((error: unknown) => {
    const { kind, message } = dnsError(error, target.host);
    throw new EgressFailure(kind, message);
  });
  for (const address of addresses) {
    const reason = guard.judge(target, address);
    if (reason !== null) throw blocked(target, reason.replace(/^it is/, 'one of its addresses is'));
  }
  return addresses;
}

function connectTo(addresses: readonly Address[], { target, guard, signal }: Opening): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const answers = addresses.map((address) => ({ address: nameOf(address), family: address.length === 4 ? 4 : 6 }));
    const socket = connect({
      // With an address as host, the socket looks nothing up; with a name, it is given the checked addresses.
      host: answers.length === 1 ? (answers[0]?.address ?? '') : target.host,
      port: target.port,
      lookup: (_host, _options, callback) => callback(null, answers),
      autoSelectFamily: answers.length > 1,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    const onAbort = () => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      const far = parseAddress(socket.remoteAddress ?? '');
      const reason = far === null ? 'its far end is unknown' : guard.judge(target, far);
      if (reason !== null) return fail(blocked(target, reason));
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', fail).on('error', () => {});
      resolve(socket);
    });

    function fail(error: unknown): void {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', fail);
      socket.on('error', () => {}).destroy();
      const { kind, message } = connectError(error, placeOf(answers[0]?.address ?? target.host, target.port));
      reject(new EgressFailure(kind, message));
    }
  });
}

function secure(socket: Socket, { target, signal, secureContext }: Opening): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    let secured: TLSSocket | null = null;
    const onAbort = () => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', fail);
    try {
      secured = startTls({
        socket,
        secureContext: secureContext(),
        // The certificate is verified for `host`; an address is not sent as server name (RFC 6066 §3).
        host: target.host,
        ...(target.literal === null ? { servername: target.host } : {}),
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: true,
      });
    } catch (error) {
      return fail(error);
    }
    secured.once('error', fail);
    secured.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', fail);
      if (secured !== null) resolve(secured.removeListener('error', fail).on('error', () => {}));
    });

    function fail(error: unknown): void {
      signal.removeEventListener('abort', onAbort);
      for (const part of [secured, socket])
        part
          ?.removeListener('error', fail)
          .on('error', () => {})
          .destroy();
      const { kind, message } = tlsError(error);
      reject(new EgressFailure(kind, message));
    }
  });
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function blocked(target: Target, reason: string): EgressFailure {
  return new EgressFailure('blocked', `${target.host} can not be reached: ${reason}.`);
}

function nameOf(address: Address): string {
  return ipaddr.fromByteArray([...address]).toString();
}

function placeOf(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function describeTls(socket: TLSSocket): string {
  const certificate = socket.getPeerCertificate();
  const subject = certificate.subject?.CN ?? certificate.subjectaltname ?? 'no name';
  return `${socket.getProtocol() ?? 'TLS'}, certificate of ${[subject].flat().join(', ')} until ${certificate.valid_to}`;
}
