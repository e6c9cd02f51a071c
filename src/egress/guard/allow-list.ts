import { type Address, isWithin, parseAddress } from './special-ranges.ts';

/**
 * One exception that the operator made in the guard. `port` null means every port. `isExact`: the range has one
 * address; only such a rule allows a cloud metadata address.
 */
export type AllowRule =
  | {
      readonly kind: 'range';
      readonly base: Address;
      readonly prefix: number;
      readonly isExact: boolean;
      readonly port: number | null;
    }
  | { readonly kind: 'host'; readonly host: string; readonly port: number | null };

type ParsedAllowRules =
  | { readonly ok: true; readonly rules: AllowRule[] }
  | { readonly ok: false; readonly problems: string[] };

/**
 * Parses the operator's comma-separated list: `10.0.0.0/8`, `10.1.2.3:8080`, `10.0.0.0/8:8080`, `fd00::/8`,
 * `[fd00::1]:8080`, `[fd00::/8]:8080`, `crm.internal`, `crm.internal:8080`. Empty items are skipped. Each invalid
 * item is reported in a sentence.
 */
export function parseAllowRules(list: string): ParsedAllowRules {
  const rules: AllowRule[] = [];
  const problems: string[] = [];
  for (const item of list.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const rule = parseRule(item);
    if (typeof rule === 'string') problems.push(`"${item}": ${rule}`);
    else rules.push(rule);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules };
}

/**
 * The target that an allow rule is compared with. `host` is the host of the URL in lower case, without a trailing
 * dot.
 */
interface AllowedTarget {
  readonly host: string;
  readonly port: number;
  readonly address: Address;
}

/** Whether the rule allows this target. A host rule allows all addresses of the host. */
export function doesAllow(rule: AllowRule, target: AllowedTarget): boolean {
  if (rule.port !== null && rule.port !== target.port) return false;
  return rule.kind === 'host' ? rule.host === target.host : isWithin(target.address, rule.base, rule.prefix);
}

function parseRule(item: string): AllowRule | string {
  const { subject, portText } = splitPort(item);
  const port = portText === null ? null : Number(portText);
  if (port !== null && !(/^\d{1,5}$/.test(portText ?? '') && port >= 1 && port <= 65_535)) {
    return 'the port must be a number from 1 to 65535';
  }
  const [addressText = '', prefixText, ...rest] = subject.split('/');
  const base = parseAddress(addressText);
  if (base !== null) {
    const bits = base.length * 8;
    const prefix = prefixText === undefined ? bits : Number(prefixText);
    if (rest.length > 0 || (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) || prefix > bits) {
      return `the prefix length must be a number from 0 to ${bits}`;
    }
    return { kind: 'range', base, prefix, isExact: prefix === bits, port };
  }
  if (prefixText !== undefined) return 'the text before the slash is not an IP address';
  const host = subject.toLowerCase().replace(/\.$/, '');
  if (!HOST.test(host)) {
    return 'write an address range (10.0.0.0/8), an address, or a host name, each with an optional :port, without scheme or path';
  }
  return { kind: 'host', host, port };
}

function splitPort(item: string): { subject: string; portText: string | null } {
  const bracketed = /^\[([^\]]*)\](\/\d+)?(?::(.*))?$/.exec(item);
  if (bracketed) return { subject: (bracketed[1] ?? '') + (bracketed[2] ?? ''), portText: bracketed[3] ?? null };
  const colon = item.indexOf(':');
  // More than one colon without brackets is an IPv6 address, which then has no port.
  if (colon === -1 || item.includes(':', colon + 1)) return { subject: item, portText: null };
  return { subject: item.slice(0, colon), portText: item.slice(colon + 1) };
}

// The last label of a name is never a number: such a host would be read as an IPv4 address.
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*(?!\d+$|0x[0-9a-f]*$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
