import { networkInterfaces } from 'node:os';
import { type AllowRule, doesAllow } from './allow-list.ts';
import {
  type Address,
  embeddedAddresses,
  isMetadataAddress,
  isMetadataName,
  isSameAddress,
  parseAddress,
  specialRange,
  unmapped,
} from './special-ranges.ts';
import { isLocalhost, parseMailTarget, parseTarget, type Target } from './target-url.ts';

/** A socket of this server, or of its database, that no request may reach. */
export interface Listener {
  /** An IP address; `0.0.0.0` and `::` mean every address of this machine. A host name is compared with the URL's. */
  readonly address: string;
  readonly port: number;
  /**
   * Whether the listener serves the inbox: the only paths of this server that deliveries may reach, if `isInboxOpen`.
   */
  readonly hasInbox: boolean;
  readonly isDatabase?: boolean;
}

interface GuardOptions {
  /** Private addresses that the operator allows. */
  readonly allow: readonly AllowRule[];
  /** Called at each check, since ports may be assigned late. */
  readonly ownListeners: () => readonly Listener[];
  /** Whether requests to paths under `/inbox/` may reach a listener of this server. Called at each check. */
  readonly isInboxOpen: () => boolean;
}

/** Decides which addresses are allowed. Pure except for the list of this machine's own addresses. */
export interface Guard {
  /** Why a request to this address is refused, or null. `target` is the requested host. */
  judge(target: Target, address: Address): string | null;
  /**
   * The allowed addresses of a host that needs no DNS (an address, or localhost, which DNS does not decide), or the
   * reason why none is allowed whatever DNS returns. Null when DNS must be asked.
   */
  known(target: Target): Address[] | { readonly reason: string } | null;
}

/**
 * The rules for outgoing connections. Own listeners come first and are never allowed by a rule; then cloud metadata,
 * allowed only by its exact address or name; then the special-purpose ranges, allowed by any rule. An address that
 * embeds an IPv4 address is checked for both.
 */
export function createGuard({ allow, ownListeners, isInboxOpen }: GuardOptions): Guard {
  return { judge, known };

  function judge(target: Target, address: Address): string | null {
    const views = [address, ...embeddedAddresses(address)];
    const isInbox = target.isInbox && isInboxOpen();
    for (const listener of ownListeners()) {
      if (listener.port !== target.port || !views.some((view) => isListenerAt(listener, target.host, view))) continue;
      if (isInbox && listener.hasInbox) return null;
      if (listener.isDatabase === true) return 'it is an address of the database of this server';
      return target.isInbox ? INBOX_IS_OFF : 'it is an address of this server';
    }
    if (views.some((view) => isMetadataAddress(view) && !isOpened(target, view, true))) {
      return 'it is a cloud metadata address';
    }
    const isMapped = unmapped(address) !== address;
    for (const view of isMapped ? [unmapped(address)] : views) {
      // A mapped address is another spelling of the IPv4 address: a rule for one allows the other, and a mapped
      // address is special even when the IPv4 address is public.
      const range = isMapped ? (specialRange(view) ?? specialRange(address)) : specialRange(view);
      if (range === null || isOpened(target, view, false) || (isMapped && isOpened(target, address, false))) continue;
      return `it is in a blocked address range (${range}). ${WHO_ALLOWS}`;
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

const WHO_ALLOWS = 'The person who runs this server can allow it with MILLRACE_EGRESS_ALLOW';
const INBOX_IS_OFF =
  'the Inbox of this server is off. A connection to another system turns it off, unless MILLRACE_INBOX is on';

/** Checks a URL without DNS: returns the parsed target, or why it is refused. Does not throw. */
export function checkUrl(guard: Guard, url: string): Target | { readonly reason: string } {
  return checkTarget(guard, parseTarget(url));
}

/** Like `checkUrl`, for a mail server. */
export function checkMailHost(guard: Guard, host: string, port: number): Target | { readonly reason: string } {
  return checkTarget(guard, parseMailTarget(host, port));
}

function checkTarget(guard: Guard, target: Target | { readonly reason: string }): Target | { readonly reason: string } {
  if ('reason' in target) return target;
  const known = guard.known(target);
  return known !== null && 'reason' in known ? { reason: `${target.host} can't be reached: ${known.reason}` } : target;
}

/**
 * Whether requests to this URL can only reach this server, or the Inbox of a server: its host and port are a listener's,
 * or its path is under `/inbox/`, which also covers the names that a listener has. Does not throw.
 */
export function isOwnUrl(url: string, listeners: readonly Listener[]): boolean {
  const target = parseTarget(url);
  if ('reason' in target) return false;
  if (target.isInbox) return true;
  const addresses = target.literal ? [target.literal] : isLocalhost(target.host) ? LOOPBACK : [];
  return listeners.some(
    (one) => one.port === target.port && addresses.some((address) => isListenerAt(one, target.host, address)),
  );
}

/**
 * Whether the operator's rules name the host of this URL: by its name, or by the range of its address. Such a host
 * belongs to the operator, and may be reached without TLS where others may not.
 */
export function isHostAllowed(rules: readonly AllowRule[], url: string): boolean {
  return isTargetAllowed(rules, parseTarget(url));
}

/** Like `isHostAllowed`, for a mail server. */
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
  // `0.0.0.0` and `::` are of this machine. A wrong result here only blocks another program on its port number there.
  return isSameAddress(unmapped(at), unmapped(address)) || (isOfThisMachine(at) && isOfThisMachine(address));
}

function isOfThisMachine(address: Address): boolean {
  const plain = unmapped(address);
  const range = specialRange(plain);
  if (range === 'loopback' || range === 'unspecified' || range === 'this network') return true;
  return addressesOfThisMachine().some((own) => isSameAddress(own, plain));
}

let lastKnown: readonly Address[] = [];

/** Reading them takes a file descriptor: while none is left, the last known ones count. */
function addressesOfThisMachine(): readonly Address[] {
  try {
    const entries = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
    lastKnown = entries.map(({ address }) => parseAddress(address) ?? NO_ADDRESS);
  } catch {
    // Another read follows with the next socket.
  }
  return lastKnown;
}

/** In no range, so that only a host rule matches. */
const NO_ADDRESS: Address = [];

const LOOPBACK: readonly Address[] = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
];

addressesOfThisMachine();
