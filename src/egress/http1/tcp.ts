import { connect, type OnReadOpts, type Socket, type TcpNetConnectOpts } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { EgressError } from '../egress.ts';
import type { Guard } from '../guard/guard.ts';
import { type Address, parseAddress } from '../guard/special-ranges.ts';
import type { Target } from '../guard/target-url.ts';
import type { Dns } from './dns.ts';
import { connectError, isFailure } from './errors.ts';

/** Resolves names and checks addresses. */
export interface GuardedDns {
  readonly guard: Guard;
  readonly dns: Dns;
}

export interface SocketOwner {
  /** Takes a socket that may not be open yet, to destroy it when opening fails. */
  readonly keep: (socket: Socket) => void;
  /** What takes the bytes that arrive, valid during the call; null: the socket's stream. */
  take: ((bytes: Buffer) => void) | null;
}

/** The addresses of a target, all checked by the guard: a blocked one blocks the name. */
export async function checkedAddresses(
  target: Target,
  { guard, dns }: GuardedDns,
): Promise<readonly Address[] | EgressError> {
  const known = guard.known(target);
  if (known !== null) return 'reason' in known ? blocked(target, known.reason) : known;
  const addresses = await dns.resolve(target.host);
  if (isFailure(addresses)) return addresses;
  for (const address of addresses) {
    const reason = guard.judge(target, address);
    if (reason !== null) return blocked(target, reason.replace(/^it is/, 'one of its addresses is'));
  }
  return addresses;
}

/** Connects to one of these checked addresses without a second lookup, and has the guard check the remote address. */
export function dial(
  target: Target,
  addresses: readonly Address[],
  guard: Guard,
  owner: SocketOwner,
): Promise<Socket | EgressError> {
  return new Promise((resolve) => {
    const texts = addresses.map(addressText);
    const first = texts[0] ?? '';
    const socket: Socket = connect({
      // With an address as host the socket resolves nothing; with a name it gets the checked addresses.
      ...(texts.length === 1 ? { host: first } : { host: target.host, ...inTurn(texts) }),
      port: target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      onread: sharedMemory(owner, (bytes) => socket.push(bytes)),
    });
    owner.keep(socket);
    socket.on('error', (error) => resolve(connectError(error, addressWithPort(first, target.port))));
    socket.once('connect', () => {
      const far = parseAddress(socket.remoteAddress ?? '');
      const reason = far === null ? 'its remote address is unknown' : guard.judge(target, far);
      resolve(reason === null ? socket : blocked(target, reason));
    });
  });
}

/**
 * Has a socket read into the same memory as all others. Otherwise Node allocates 64 KiB for each read, and a few hundred
 * responses cause a full garbage collection. `push` puts bytes into the socket's stream.
 */
function sharedMemory(owner: SocketOwner, push: (bytes: Buffer) => boolean): OnReadOpts {
  let memory = short;
  return {
    buffer: () => memory,
    callback(length) {
      const bytes = memory.subarray(0, length);
      memory = length === memory.length ? long : short;
      if (owner.take === null) return push(Buffer.from(bytes));
      owner.take(bytes);
      return true;
    },
  };
}

/** The first read is short: enough for most responses, and to recognise a compressed one. */
const short = Buffer.allocUnsafeSlow(4 * 1024);
const long = Buffer.allocUnsafeSlow(64 * 1024);

/** `1.2.3.4` or `2606::1`. */
export function addressText(address: Address): string {
  return address.length === 4 ? address.join('.') : ipaddr.fromByteArray([...address]).toString();
}

/** `1.2.3.4:80` or `[2606::1]:80`. */
export function addressWithPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function inTurn(texts: readonly string[]): Pick<TcpNetConnectOpts, 'autoSelectFamily' | 'lookup'> {
  const addresses = texts.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return { autoSelectFamily: true, lookup: (_host, _options, callback) => callback(null, addresses) };
}

function blocked(target: Target, reason: string): EgressError {
  return { kind: 'blocked', message: `${target.host} can't be reached: ${reason}.` };
}
