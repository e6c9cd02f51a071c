import { type Address, parseAddress } from './special-ranges.ts';

/** The target of a request, from its URL, which is parsed once. */
export interface Target {
  readonly isTls: boolean;
  /** Lower case, without brackets and without a trailing dot. */
  readonly host: string;
  readonly port: number;
  /** The host when it is an address, else null. */
  readonly literal: Address | null;
  /** `scheme://host[:port]` in the form of the URL standard, the host without a trailing dot. */
  readonly origin: string;
  /** Its path is under `/inbox/` for every server. */
  readonly isInbox: boolean;
  /** Path and query, as sent. */
  readonly path: string;
}

/**
 * Parses a request URL with the WHATWG parser, which normalises odd notations of hosts (`0x7f.1`, full-width digits,
 * percent-encoding), and refuses URLs that other parsers read differently. Returns the target, or why it is refused.
 */
export function parseTarget(text: string): Target | { readonly reason: string } {
  if (UNSAFE.test(text)) return { reason: 'the URL has a space, a control character or a backslash' };
  const authority = AUTHORITY.exec(text)?.[1];
  if (authority === undefined) return { reason: 'the URL must be absolute and start with http:// or https://' };
  if (authority.includes('@')) return { reason: 'the URL has user information before an @' };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { reason: "the URL can't be parsed; check its host and port" };
  }
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  if (BAD_PORTS.has(port)) return { reason: `port ${port} belongs to another protocol` };
  // A trailing dot makes a name absolute for a resolver; certificates and virtual hosts don't have it.
  const name = url.hostname.replace(/\.$/, '');
  if (name === '') return { reason: 'the URL has no host' };
  if (!name.startsWith('[') && !HOST.test(name))
    return { reason: 'a host name has letters, digits, hyphens and underscores, and dots between them' };
  url.hostname = name;
  const host = name.replace(/^\[(.*)\]$/, '$1');
  return {
    isTls,
    host,
    port,
    literal: parseAddress(host),
    origin: url.origin,
    isInbox: isInboxPath(url),
    path: url.pathname + url.search,
  };
}

/**
 * A mail server as a target. Returns a reason when the host is invalid or the port belongs to a protocol that is
 * neither HTTP nor mail.
 */
export function parseMailTarget(host: string, port: number): Target | { readonly reason: string } {
  if (/[/?#@%]/.test(host)) return { reason: 'a mail server is a host name or an address, without scheme or path' };
  const target = parseTarget(`http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}/`);
  if ('reason' in target) return { reason: target.reason.replace('the URL', 'the host') };
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { reason: 'a port is a number from 1 to 65,535' };
  if (BAD_PORTS.has(port) && !MAIL_PORTS.has(port)) return { reason: `port ${port} belongs to another protocol` };
  return { ...target, port, origin: `smtp://${new URL(target.origin).host}:${port}` };
}

/** Names of this machine that need no DNS (RFC 6761). */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Ports of other protocols that an HTTP request could exploit (Fetch standard, port blocking). */
export const BAD_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Relay, submission over TLS, submission (RFC 8314). */
const MAIL_PORTS: ReadonlySet<number> = new Set([25, 465, 587]);

/**
 * Applied after the URL parser converted IDN to ASCII, since the parser accepts names that no resolver should be
 * asked for.
 */
const HOST = /^(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
const UNSAFE = /[\p{Cc}\s\\]/u;
const AUTHORITY = /^https?:\/\/([^/?#]+)/i;

/**
 * Whether a URL's path is under `/inbox/` for every server that may read it: no segment changes the path, however
 * often it is decoded. False for escapes that are nested deeper than `decodedMax`. Values in a path may contain encoded
 * slashes, spaces and letters of any language.
 */
function isInboxPath({ pathname }: { readonly pathname: string }): boolean {
  if (!pathname.startsWith(ROOT) || BAD_ESCAPE.test(pathname)) return false;
  let path = pathname;
  for (let times = 0; times <= decodedMax; times++) {
    if (!isPlain(path) || hasUnsafeByte(path)) return false;
    if (!ESCAPE.test(path)) return true;
    path = decoded(path);
  }
  return false;
}

/** Each decoding reads the whole path, whose length a sender may choose. */
const decodedMax = 8;

function isPlain(path: string): boolean {
  const segments = path.slice(ROOT.length).split('/');
  return segments.every((segment, i) => {
    // Some servers treat the text after a semicolon as parameters of the segment.
    const [name = ''] = segment.split(';');
    return segment === '' ? i > 0 && i === segments.length - 1 : name !== '.' && name !== '..';
  });
}

/** Control characters, backslashes, and the first bytes of overlong UTF-8 forms of ASCII characters. */
function hasUnsafeByte(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const byte = path.charCodeAt(i);
    if (byte < 0x20 || byte === 0x7f || byte === 0x5c || byte === 0xc0 || byte === 0xc1) return true;
  }
  return false;
}

/** Decodes byte by byte, so that nothing fails to decode: only ASCII matters here. */
function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const ROOT = '/inbox/';
const ESCAPE = /%[0-9a-f]{2}/i;
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i;
