import { isIP } from 'node:net';
import { Secret } from '../contract/secret.ts';

/**
 * One setting. Every source (flag, environment, file) gives text; `read` converts it to the value, or throws a
 * WrongValue whose message completes the sentence "MILLRACE_X must be …".
 */
export type Setting<T> = {
  description: string;
  default: T;
  /** The default as text, for the reference. */
  defaultText: string;
  /** The accepted values as text: the type, its unit and bounds. */
  accepts: string;
  isSecret: boolean;
  isSwitch: boolean;
  read(text: string, readAt: string): T;
};

/** The message describes the accepted values and never contains the value, which may be a secret. */
export class WrongValue extends Error {}

type Words<T> = { description: string; default: T };

export function text<T extends string | null>(given: Words<T> & { accepts?: string }): Setting<T | string> {
  return setting<T | string>({ accepts: 'text', ...given, read: (value) => value });
}

type Bounds = { min: number; max: number };

export function integer<T extends number | null>(
  given: Words<T> & Bounds & { defaultText?: string },
): Setting<T | number> {
  const accepts = `a whole number from ${given.min} to ${given.max}`;
  return setting<T | number>({ ...given, accepts, read: numberIn(given, {}, accepts) });
}

const byteUnits = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** A size in bytes, given as a number of bytes or with a unit (`256MiB`, `10GB`). */
export function bytes<T extends number | null>(
  given: Words<T> & Bounds & { defaultText?: string },
): Setting<T | number> {
  const accepts = `a size from ${sizeText(given.min)} to ${sizeText(given.max)} (bytes, or with a unit such as 256MiB)`;
  return setting<T | number>({
    ...given,
    accepts,
    defaultText: given.default === null ? given.defaultText : sizeText(given.default),
    read: numberIn(given, byteUnits, accepts),
  });
}

const msUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in milliseconds, given as a number of ms or with a unit (`500ms`, `30s`, `5m`, `2h`). */
export function duration<T extends number | null>(
  given: Words<T> & Bounds & { defaultText?: string },
): Setting<T | number> {
  const accepts = `a duration from ${given.min} to ${given.max} ms (or with a unit: ms, s, m, h, d)`;
  return setting<T | number>({ ...given, accepts, read: numberIn(given, msUnits, accepts) });
}

/** Whole days; `30` and `30d` are equal. */
export function days(given: Words<number> & Bounds): Setting<number> {
  const accepts = `a whole number of days from ${given.min} to ${given.max}`;
  return setting({ ...given, accepts, read: numberIn(given, { d: 1 }, accepts) });
}

export function choice<const T extends string>(given: Words<NoInfer<T>> & { of: readonly T[] }): Setting<T> {
  const accepts = `one of ${given.of.join(', ')}`;
  return setting<T>({
    ...given,
    accepts,
    read: (value) => given.of.find((one) => one === value) ?? notAccepted(accepts),
  });
}

const switchWords: Record<string, boolean> = { true: true, false: false, 1: true, 0: false, on: true, off: false };

/** on, off, or `auto`, the default. */
export function onOffAuto(given: { description: string }): Setting<boolean | 'auto'> {
  const accepts = 'on, off or auto (true, false, 1, 0)';
  return setting<boolean | 'auto'>({
    ...given,
    default: 'auto',
    accepts,
    isSwitch: true,
    read(value) {
      const word = value.toLowerCase();
      return word === 'auto' ? 'auto' : (switchWords[word] ?? notAccepted(accepts));
    },
  });
}

/**
 * An absolute http or https URL without query and fragment. The value has no trailing slash, unless `isExact`: then it is
 * the text as given.
 */
export function url<T extends string | null>(given: Words<T> & { isExact?: boolean }): Setting<T | string> {
  const accepts = 'an absolute http or https URL without query';
  return setting<T | string>({
    ...given,
    accepts,
    read(value) {
      const parsed = URL.canParse(value) ? new URL(value) : notAccepted(accepts);
      if (!/^https?:$/.test(parsed.protocol) || /[?#@\s]/.test(value)) notAccepted(accepts);
      return given.isExact === true ? value : parsed.href.replace(/\/+$/, '');
    },
  });
}

/** A comma-separated list of IP addresses or ranges in CIDR form. */
export function addresses(given: Words<readonly string[]>): Setting<readonly string[]> {
  return list(given, 'a comma-separated list of IP addresses or ranges (10.0.0.0/8)', isRange);
}

/** A comma-separated list of addresses, each `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
export function endpoints(given: Words<readonly string[]>): Setting<readonly string[]> {
  const accepts = 'a comma-separated list of IP addresses, port optional (192.0.2.1:53, [2001:db8::1]:53)';
  return list(given, accepts, isEndpoint);
}

/** A comma-separated list of `env:NAME` (`*` matches any characters), `file:/folder/` (recursive) and `file:/path`. */
export function references(given: Words<readonly string[]>): Setting<readonly string[]> {
  return list(given, 'a comma-separated list of env:NAME (env:CRM_*), file:/folder/ and file:/path', isReference);
}

/** A value that prints as [secret]. `isGood` gets the plain text. */
export function secret(given: { description: string; accepts: string; isGood(value: string): boolean }) {
  return setting<Secret | null>({
    ...given,
    default: null,
    isSecret: true,
    read: (value, readAt) => (given.isGood(value) ? new Secret(value, readAt) : notAccepted(given.accepts)),
  });
}

type Given<T> = Pick<Setting<T>, 'description' | 'default' | 'accepts' | 'read'> & {
  defaultText?: string | undefined;
  isSecret?: boolean;
  isSwitch?: boolean;
};

function setting<T>(given: Given<T>): Setting<T> {
  const { description, accepts, read, isSecret = false, isSwitch = false } = given;
  return { description, default: given.default, accepts, read, isSecret, isSwitch, defaultText: wordsFor(given) };
}

function wordsFor<T>({ defaultText, default: value }: Given<T>): string {
  if (defaultText !== undefined) return defaultText;
  return value === null || (Array.isArray(value) && value.length === 0) ? '' : String(value);
}

/** Reads a whole number within bounds; a unit multiplies it. */
function numberIn({ min, max }: Bounds, units: Record<string, number>, accepts: string) {
  return (text: string): number => {
    const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? notAccepted(accepts);
    const value = Number(digits) * (unit === '' ? 1 : (units[unit] ?? notAccepted(accepts)));
    return Number.isInteger(value) && value >= min && value <= max ? value : notAccepted(accepts);
  };
}

function list(given: Words<readonly string[]>, accepts: string, isGood: (item: string) => boolean) {
  return setting<readonly string[]>({
    ...given,
    accepts,
    read(value) {
      const items = value.split(',').flatMap((item) => item.trim() || []);
      return items.every(isGood) ? items : notAccepted(accepts);
    },
  });
}

function sizeText(value: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    if (value >= byteUnits[unit] && value % byteUnits[unit] === 0) return `${value / byteUnits[unit]}${unit}`;
  }
  return String(value);
}

function isRange(item: string): boolean {
  const [address = '', prefix, ...rest] = item.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

function isEndpoint(item: string): boolean {
  const [, v6, v4, port = '53'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(item) ?? ['', item];
  return (v4 === undefined ? isIP(v6 ?? '') === 6 : isIP(v4) === 4) && Number(port) >= 1 && Number(port) <= 65_535;
}

function isReference(item: string): boolean {
  return /^env:[A-Za-z_*][A-Za-z0-9_*]*$/.test(item) || /^file:\/(?!\/)(?:(?!\/\/|\/\.{1,2}(?:\/|$)).)*$/.test(item);
}

function notAccepted(accepts: string): never {
  throw new WrongValue(accepts);
}
