import { networkInterfaces } from 'node:os';
import { type AllowRule, doesAllow } from './allow-list.ts';
import { isInboxPath } from './inbox-path.ts';
import { isMetadataAddress, isMetadataName } from './metadata-addresses.ts';
import {
  type Address,
  embeddedAddresses,
  isSameAddress,
  parseAddress,
  specialRange,
  unmapped,
} from './special-ranges.ts';
import { isLocalhost, parseMailTarget, parseTarget, type Target } from './target-url.ts';

/** A socket of ours, or of our database, that nothing may be sent to. */
export interface Listener {
  /** An IP address; `0.0.0.0` and `::` mean every address of this machine. A host name is compared with the URL's. */
  readonly address: string;
  readonly port: number;
  /** Whether the inbox is served here: the one place of ours that deliveries may reach, while `isInboxOpen`. */
  readonly hasInbox: boolean;
}

interface GuardOptions {
  /** What the operator let through although it is private. */
  readonly allow: readonly AllowRule[];
  /** Asked at each check, since ports may be given out late. */
  readonly ownListeners: () => readonly Listener[];
  /** Whether requests to paths under `/inbox/` may reach a listener of ours. */
  readonly isInboxOpen: boolean;
}

/** Decides about addresses. Pure but for the list of this machine's own addresses. */
export interface Guard {
  /** Why a request to this address is refused, or null. `target` is where it was meant to go. */
  judge(target: Target, address: Address): string | null;
  /**
   * The addresses of a host that needs no DNS (an address, or localhost, which is not for DNS to decide), those that may
   * be reached; or why none may be, whatever DNS says. Null when DNS has to be asked.
   */
  known(target: Target): Address[] | { readonly reason: string } | null;
}

/**
 * The rules of the way out. Own listeners come first and are never opened by an allow rule; then cloud metadata, opened
 * only by its exact address or name; then the special-purpose ranges, opened by any rule. An address that carries an
 * IPv4 address in itself is judged for both.
 */
export function createGuard({ allow, ownListeners, isInboxOpen }: GuardOptions): Guard {
  return { judge, known };

  function judge(target: Target, address: Address): string | null {
    const views = [address, ...embeddedAddresses(address)];
    const isInbox = isInboxOpen && isInboxPath(target);
    for (const listener of ownListeners()) {
      if (listener.port !== target.port || !views.some((view) => isListenerAt(listener, target.host, view))) continue;
      if (isInbox && listener.hasInbox) return null;
      return 'it is an address of this server';
    }
    if (views.some((view) => isMetadataAddress(view) && !isOpened(target, view, true))) {
      return 'it is a cloud metadata address';
    }
    const isMapped = unmapped(address) !== address;
    for (const view of isMapped ? [unmapped(address)] : views) {
      // A mapped address is the IPv4 address in another spelling: a rule for the one opens the other, and being
      // mapped is special even when the IPv4 address is public.
      const range = isMapped ? (specialRange(view) ?? specialRange(address)) : specialRange(view);
      if (range === null || isOpened(target, view, false) || (isMapped && isOpened(target, address, false))) continue;
      return `it is in a blocked address range (${range})`;
    }
    return null;
  }

  function known(target: Target): Address[] | { readonly reason: string } | null {
    if (isMetadataName(target.host) && !isNamed(target)) return { reason: 'it is a cloud metadata service' };
    const all = target.literal ? [target.literal] : isLocalhost(target.host) ? LOOPBACK : null;
    if (all === null) return null;
    const open = all.filter((address) => judge(target, address) === null);
    const first = all[0];
    return open.length > 0 || first === undefined ? open : { reason: judge(target, first) ?? 'it is blocked' };
  }

  function isNamed({ host, port }: Target): boolean {
    return allow.some((rule) => rule.kind === 'host' && doesAllow(rule, { host, port, address: NO_ADDRESS }));
  }

  function isOpened(target: Target, address: Address, needsExact: boolean): boolean {
    return allow.some(
      (rule) =>
        (!needsExact || (rule.kind === 'range' ? rule.isExact : isMetadataName(rule.host))) &&
        doesAllow(rule, { host: target.host, port: target.port, address }),
    );
  }
}

/**
 * What can be said about a URL without DNS: the parsed target, or why it is refused. Throws nothing.
 */
export function checkUrl(guard: Guard, url: string): Target | { readonly reason: string } {
  return checkTarget(guard, parseTarget(url));
}

/** The same for a mail server. */
export function checkMailHost(guard: Guard, host: string, port: number): Target | { readonly reason: string } {
  return checkTarget(guard, parseMailTarget(host, port));
}

function checkTarget(guard: Guard, target: Target | { readonly reason: string }): Target | { readonly reason: string } {
  if ('reason' in target) return target;
  const known = guard.known(target);
  return known !== null && 'reason' in known
    ? { reason: `${target.host} can not be reached: ${known.reason}` }
    : target;
}

/**
 * Whether the operator's rules name the host of this URL: by its name, or by the range its address lies in. Such a host
 * is the operator's own, and may be spoken to without TLS where others may not.
 */
export function isHostAllowed(rules: readonly AllowRule[], url: string): boolean {
  return isTargetAllowed(rules, parseTarget(url));
}

/** The same for a mail server. */
export function isMailHostAllowed(rules: readonly AllowRule[], host: string, port: number): boolean {
  return isTargetAllowed(rules, parseMailTarget(host, port));
}

function isTargetAllowed(rules: readonly AllowRule[], target: Target | { readonly reason: string }): boolean {
  if ('reason' in target) return false;
  const { host, port, literal } = target;
  const addresses = literal ? [literal] : isLocalhost(host) ? LOOPBACK : [NO_ADDRESS];
  return rules.some((rule) => addresses.some((address) => doesAllow(rule, { host, port, address })));
}

function isListenerAt(listener: Listener, host: string, address: Address): boolean {
  const at = parseAddress(listener.address);
  if (at === null) return listener.address.toLowerCase() === host;
  const isWildcard = at.every((byte) => byte === 0);
  if (!isWildcard && isSameAddress(unmapped(at), unmapped(address))) return true;
  // Being wrong here only blocks another program on the same port number of this machine.
  return (isWildcard || isOfThisMachine(at)) && isOfThisMachine(address);
}

function isOfThisMachine(address: Address): boolean {
  const plain = unmapped(address);
  const range = specialRange(plain);
  if (range === 'loopback' || range === 'unspecified' || range === 'this network') return true;
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => {
      const own = parseAddress(entry.address);
      return own !== null && isSameAddress(own, plain);
    }),
  );
}

/** Lies in no range, so that only a host rule fits. */
const NO_ADDRESS: Address = [];

const LOOPBACK: readonly Address[] = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
];
