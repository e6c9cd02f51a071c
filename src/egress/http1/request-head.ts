import type { EgressRequest } from '../egress.ts';
import type { Target } from '../guard/target-url.ts';

/**
 * The lines of a request from its first to the last that does not depend on the body: the caller's headers, but always our
 * user agent, by which a receiver knows us, and `Accept-Encoding: identity`, since nothing is decompressed. Returns a reason
 * when the method or a header is refused: names are tokens (RFC 9110 §5.6.2), values visible ASCII with spaces and tabs in
 * between, and headers that frame or route the message are set here alone.
 */
export function requestHead(
  request: EgressRequest,
  { origin, path }: Pick<Target, 'origin' | 'path'>,
  userAgent: string,
): string | { readonly reason: string } {
  const { method } = request;
  if (!TOKEN.test(method) || KIND_CHANGING.test(method)) return { reason: "the request method can't be used" };
  const host = origin.slice(origin.indexOf('//') + 2);
  const connection = isReusableAfter(request) ? 'keep-alive' : 'close';
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n`;
  for (const header of request.headers) {
    const name = header[0];
    const value = header[1];
    const reason = acceptedNames.has(name) ? null : nameProblem(name);
    if (reason !== null) return { reason };
    if (!VALUE.test(value)) return { reason: `the value of the header ${name} must be visible ASCII on one line` };
    if (name.length === 15 && name.toLowerCase() === 'accept-encoding') continue;
    if (name.length === 10 && name.toLowerCase() === 'user-agent') continue;
    head += `${name}: ${value}\r\n`;
  }
  return `${head}user-agent: ${userAgent}\r\naccept-encoding: identity\r\n`;
}

/** Whether its connection can carry another request: some servers send a body after HEAD, or misread that of a method that has none. */
export function isReusableAfter({ method, body }: EgressRequest): boolean {
  return METHODS_WITH_BODY.has(method) || (method !== 'HEAD' && (body === null || body.length === 0));
}

function nameProblem(name: string): string | null {
  if (!TOKEN.test(name)) return "a header name must consist of letters, digits and !#$%&'*+-.^_`|~";
  if (RESERVED.has(name.toLowerCase())) return `the header ${name} can't be set`;
  if (acceptedNames.size >= ACCEPTED_MAX) acceptedNames.clear();
  if (name.length <= ACCEPTED_LENGTH_MAX) acceptedNames.add(name);
  return null;
}

/** The names of latest requests: nearly all requests have the same few. */
const acceptedNames = new Set<string>();
const ACCEPTED_MAX = 1_000;
const ACCEPTED_LENGTH_MAX = 100;

export const METHODS_WITH_BODY: ReadonlySet<string> = new Set([
  'POST',
  'PUT',
  'PATCH',
  'QUERY',
  'PROPFIND',
  'PROPPATCH',
]);

const KIND_CHANGING = /^(?:connect|trace|track)$/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^(?:[!-~](?:[ \t!-~]*[!-~])?)?$/;

const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
